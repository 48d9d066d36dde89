"""Cổng nhận sự kiện qua HTTP · The gateway: events over HTTP into the inbox; `token` makes a token for a source."""

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli import Failed, WrongSettings, check_door, settings_of

if TYPE_CHECKING:
    from deploy.connect.sources import Source
    from deploy.gateway.running import Options
    from deploy.gateway.server import Serving
    from deploy.sections import Gateway
    from deploy.settings import Settings


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Chạy cổng nhận sự kiện · Take events over HTTP until stopped: POST /events is answered 202 once they are written.

    Also /healthz, /readyz, /metrics and /openapi.json. Any number may run beside each other. docs/gateway.md says more.
    """
    if ctx.invoked_subcommand is not None:
        return
    # Kafka's client and the server take a while to import; `--help` must not.
    from deploy import logs
    from deploy.admin import AdminError
    from deploy.gateway.running import run
    from deploy.gateway.tokens import TokensUnreadable

    settings = settings_of(ctx)
    options = _options(settings)
    logs.set_up(settings.logs)
    check_door(settings)
    # The server takes the signals for its own while it runs, and gives them back to these when it has ended well.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    try:
        run(options, told=lambda address: click.echo(address, err=True))
    except TokensUnreadable as error:
        raise WrongSettings(f"gateway.tokens_file: {error}") from error
    except (OSError, AdminError) as error:
        raise Failed(f"{options.host}:{options.port}: {error}") from error


def _options(settings: "Settings") -> "Options":
    from deploy import clock
    from deploy.gateway.desk import Limits
    from deploy.gateway.running import Options
    from streams.topics import INBOX, prefixed

    how = settings.gateway
    if how.tokens_file is None:
        raise WrongSettings("gateway.tokens_file: without it nobody may send; `dunghan gateway token` begins one")
    limits = Limits(
        body_bytes=how.body_bytes,
        batch_events=how.batch_events,
        body_seconds=how.body_seconds,
        patience=how.patience_seconds,
    )
    return Options(
        bootstrap=settings.kafka.cluster,
        topic=prefixed(settings.kafka.prefix, INBOX),
        tokens_file=how.tokens_file,
        host=how.host,
        port=how.port,
        limits=limits,
        events_per_second=how.events_per_second,
        serving=_serving(how),
        mappings=_mappings(settings.reference.folder),
        clock=clock.now,
        instance=how.instance,
    )


def _mappings(folder: Path | None) -> "list[Source]":
    from deploy.connect.documents import BadDocuments
    from deploy.connect.sources import Form, load_sources
    from deploy.gateway.tokens import NATIONAL

    try:
        payloads = [each for each in load_sources(folder) if each.form is Form.PAYLOAD]
    except BadDocuments as error:
        raise WrongSettings(str(error)) from error
    if NATIONAL not in {each.name for each in payloads}:
        raise WrongSettings(f"sources/{NATIONAL}.toml: there is no mapping of the form `payload` for the gateway")
    return payloads


def _serving(how: "Gateway") -> "Serving":
    from deploy.gateway.server import Serving

    return Serving(
        header_seconds=how.header_seconds,
        body_seconds=how.body_seconds,
        answer_seconds=how.body_seconds + 2 * how.patience_seconds + 5,
        stop_seconds=how.stop_seconds,
        connections=how.connections,
        certificate=how.certificate_file,
        key=how.key_file,
    )


@command.command()
@click.argument("name")
@click.option("--source", required=True, help="Thuộc tính `source` của sự kiện · The source it writes as.")
@click.option("--home", "homes", required=True, multiple=True, help="Hệ thống gốc của hồ sơ; * mọi nơi · Homes; * all.")
@click.option(
    "--file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tệp giữ mã băm, như gateway.tokens_file · The file of tokens; made where there is none.",
)
@click.option(
    "--mapping", help="Ánh xạ trong sources/ cho dữ liệu đồng bộ · The mapping of its payloads; else national."
)
@click.option("--dry-run", is_flag=True, help="Chỉ in, không ghi tệp · Write nothing.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
def token(
    *, name: str, source: str, homes: tuple[str, ...], file: Path, mapping: str | None, dry_run: bool, as_json: bool
) -> None:
    """Tạo mã truy cập · Make a token for a source and add its hash to the file; the token is shown this once.

    NAME is what the token is called in the file: to take it away, strike its lines out. No restart is needed.
    """
    from datetime import UTC, datetime

    from deploy import clock
    from deploy.gateway.tokens import Pass, TokensUnreadable, entry, new_token, read_tokens

    secret, hashed = new_token()
    made_on = datetime.fromtimestamp(clock.now(), UTC).date()
    lines = entry(Pass(name=name, source=source, homes=homes, sha256=hashed, created=made_on, mapping=mapping))
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        read_tokens(before + lines)
        if not dry_run:
            _write(file, before + lines)
    except TokensUnreadable as error:
        raise Failed(f"{file}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(str(error)) from error
    told = {"name": name, "token": secret, "entry": lines.strip(), "written": not dry_run}
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else f"{secret}\n")
    if not as_json:
        click.echo(lines.strip(), err=True)


def _write(file: Path, content: str) -> None:
    """Put the new file in the place of the old one at once, readable by nobody but its owner."""
    draft = file.with_name(f".{file.name}.draft")
    draft.touch(mode=0o600)
    draft.write_text(content, encoding="utf-8")
    draft.replace(file)
