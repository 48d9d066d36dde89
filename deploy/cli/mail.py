"""Ai đã được báo gì, và xem trước thư · Who was told what, and what a mail looks like."""

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli import Failed, settings_of

if TYPE_CHECKING:
    from alerts.core.ledger import LedgerLine
    from deploy.settings import Settings


@click.group()
def command() -> None:
    """Thư nhắc việc · The mails."""


@command.command("list")
@click.option("--recipient", help="Mã cán bộ hoặc đơn vị · An officer's or unit's id.")
@click.option("--dossier", help="HOME/CODE.")
@click.option("--json", "as_json", is_flag=True, help="In JSON, mỗi dòng một bản ghi · Print JSON, one line each.")
@click.pass_context
def list_(ctx: click.Context, recipient: str | None, dossier: str | None, *, as_json: bool) -> None:
    """Liệt kê · Show who was told what, when, why, and what the mail server said, from `mail.ledger`."""
    import msgspec  # noqa: PLC0415

    from alerts.core.ledger import about  # noqa: PLC0415
    from alerts.log import LogError  # noqa: PLC0415

    if (recipient is None) == (dossier is None):
        raise click.UsageError("one of --recipient and --dossier is needed")
    try:
        lines = _ledger(settings_of(ctx))
    except LogError as error:
        raise Failed(f"the log: {error}") from error
    for line in about(lines, recipient=recipient, dossier=dossier):
        fields = msgspec.to_builtins(line)
        click.echo(json.dumps(fields, ensure_ascii=False) if as_json else _told(fields))


@command.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def preview(ctx: click.Context, folder: Path) -> None:
    """Xem trước · Write a mail of invented dossiers, one of each stage, to FOLDER as .eml, .html and .txt."""
    from alerts.message import Letterhead, mail_of  # noqa: PLC0415
    from alerts.render import Renderer  # noqa: PLC0415
    from alerts.sample import DIRECTORY, sample_digest  # noqa: PLC0415
    from alerts.wording import Language  # noqa: PLC0415
    from deploy import clock  # noqa: PLC0415

    how = settings_of(ctx).courier
    digest = sample_digest(clock.now())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for language in Language:
            letter = Renderer(DIRECTORY, language=language).render(digest)
            mail = mail_of(digest, letter, Letterhead(address=how.sender, language=language))
            parts = {"eml": mail.content, "html": letter.html.encode(), "txt": letter.text.encode()}
            for ending, content in parts.items():
                file = folder / f"digest.{language}.{ending}"
                file.write_bytes(content)
                click.echo(str(file))
    except OSError as error:
        raise Failed(f"cannot write to {folder}: {error}") from error


def _ledger(settings: "Settings") -> "list[LedgerLine]":
    from alerts import ledger  # noqa: PLC0415
    from alerts.log import Archive  # noqa: PLC0415
    from streams.topics import LEDGER, prefixed  # noqa: PLC0415

    kafka = settings.kafka
    with contextlib.closing(Archive(kafka.bootstrap)) as archive:
        whole = archive.whole(prefixed(kafka.prefix, LEDGER))
        return sorted((ledger.ledger_line(value) for _, _, value in whole), key=lambda line: line.at)


def _told(fields: dict[str, object]) -> str:
    from alerts.wording import clock_text  # noqa: PLC0415

    at = clock_text(int(str(fields.pop("at"))))
    line, recipient = fields.pop("line"), fields.pop("recipient")
    return f"{at}  {line}  {recipient}  " + "  ".join(f"{name}={value}" for name, value in fields.items())
