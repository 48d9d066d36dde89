"""Gửi thư nhắc việc, chạy mãi · The courier: who must be told is told, by mail, until it is stopped."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli import Failed, check_door, settings_of

if TYPE_CHECKING:
    from alerts.courier import Options
    from alerts.links import Links
    from alerts.rules import Rules
    from deploy.settings import Settings


@click.command()
@click.pass_context
def command(ctx: click.Context) -> None:
    """Chạy tiến trình gửi thư · Run the courier until SIGTERM or SIGINT.

    Exit code 1 when the log is lost or the mail server refuses us; a supervisor starts it again, and nothing is lost.
    """
    # Kafka's client and Jinja2 take a while to import; `--help` must not.
    from alerts.courier import deliver
    from alerts.log import LogError
    from alerts.send import Halted
    from deploy import logs

    settings = settings_of(ctx)
    logs.set_up(settings.logs)
    check_door(settings)
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
    from alerts.courier import Options
    from alerts.message import Letterhead
    from alerts.wording import Language
    from deploy import clock
    from deploy.mailing import domain_of, server_of

    kafka, how = settings.kafka, settings.courier
    return Options(
        bootstrap=kafka.cluster,
        prefix=kafka.prefix,
        rules=rules_in(settings.reference.folder),
        smtp=server_of(settings),
        letterhead=Letterhead(address=how.sender, domain=domain_of(settings), language=Language(how.language)),
        clock=clock.now,
        links=_links_of(settings.reference.folder, how.base_url),
        replay=settings.worker.replay,
        metrics_host=how.metrics_host,
        metrics_port=how.metrics_port,
        detailed=settings.logs.level == "debug",
    )


def _links_of(folder: Path | None, base_url: str | None) -> "Links":
    """Return where dossiers are found: the page that a home's newest source names, else below `courier.base_url`."""
    from alerts.links import Links
    from deploy.connect.documents import BadDocuments
    from deploy.connect.sources import load_sources

    try:
        sources = sorted(load_sources(folder), key=lambda source: source.valid_from)
    except BadDocuments as error:
        raise Failed(str(error)) from error
    return Links(
        by_home={source.home: source.link for source in sources if source.link is not None},
        otherwise=f"{base_url.rstrip('/')}/{{dossier}}" if base_url else "",
    )


def rules_in(folder: Path | None) -> "Rules":
    """Return who is who and when they are told, as the folder says; raises Failed naming every fault."""
    from alerts.directory import DirectoryError
    from alerts.rules import rules_of
    from deploy.rulebook import ReferenceError as Unusable
    from deploy.rulebook import files_in, reference_folder
    from streams.wire.reference import BadReference

    try:
        return rules_of(files_in(folder))
    except DirectoryError as error:
        raise Failed(f"who is who ({reference_folder(folder)}): {error}") from error
    except (BadReference, Unusable) as error:
        raise Failed(str(error)) from error
