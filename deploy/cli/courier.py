"""Gửi thư nhắc việc, chạy mãi · The courier: who must be told is told, by mail, until it is stopped."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli import Failed, settings_of

if TYPE_CHECKING:
    from alerts.core.people import Directory
    from alerts.courier import Options
    from deploy.settings import Settings


@click.command()
@click.pass_context
def command(ctx: click.Context) -> None:
    """Chạy tiến trình gửi thư · Run the courier until SIGTERM or SIGINT.

    Exit code 1 when the log is lost or the mail server refuses us; a supervisor starts it again, and nothing is lost.
    """
    # Kafka's client and Jinja2 take a while to import; `--help` must not.
    from alerts.courier import deliver  # noqa: PLC0415
    from alerts.log import LogError  # noqa: PLC0415
    from alerts.send import Halted  # noqa: PLC0415
    from deploy import logs  # noqa: PLC0415

    settings = settings_of(ctx)
    logs.set_up()
    try:
        deliver(**options_of(settings))
    except LogError as error:
        raise Failed(f"the log: {error}") from error
    except Halted as error:
        raise Failed(f"the mail server takes nothing from us: {error}") from error
    except OSError as error:
        raise Failed(str(error)) from error


def options_of(settings: "Settings") -> "Options":
    """Return what the courier of these settings needs to know; raises Failed where nobody can say who is who."""
    from alerts.courier import Options  # noqa: PLC0415
    from alerts.message import Letterhead  # noqa: PLC0415
    from alerts.server import Server, Tls  # noqa: PLC0415
    from alerts.wording import Language  # noqa: PLC0415
    from deploy import clock  # noqa: PLC0415
    from deploy.rulebook import reference_folder  # noqa: PLC0415

    kafka, how, smtp = settings.kafka, settings.courier, settings.smtp
    domain = how.sender.rpartition("@")[2]
    return Options(
        bootstrap=kafka.bootstrap,
        prefix=kafka.prefix,
        directory=directory_of(reference_folder(settings.reference.folder)),
        smtp=Server(
            host=smtp.host,
            port=smtp.port,
            tls=Tls(smtp.tls),
            username=smtp.username,
            password=smtp.password(),
            connections=smtp.connections,
            helo=domain,
        ),
        letterhead=Letterhead(address=how.sender, domain=domain, language=Language(how.language)),
        clock=clock.now,
        link=f"{how.base_url.rstrip('/')}/{{dossier}}" if how.base_url else "",
        replay=settings.worker.replay,
        metrics_port=how.metrics_port,
    )


def directory_of(folder: Path) -> "Directory":
    """Return who is who, from `units.csv` and `officers.csv`; raises Failed naming every fault."""
    from alerts.directory import DirectoryError, parse  # noqa: PLC0415

    try:
        return parse(*((folder / name).read_text(encoding="utf-8") for name in ("units.csv", "officers.csv")))
    except (OSError, UnicodeDecodeError, DirectoryError) as error:
        raise Failed(f"who is who ({folder}): {error}") from error
