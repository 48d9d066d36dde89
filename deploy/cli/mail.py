"""Ai đã được báo gì, và xem trước thư · Who was told what, and what a mail looks like."""

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli import Failed, check_door, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.core.ledger import LedgerLine
    from alerts.core.outbox import Bounce, Restore
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
    import msgspec

    from alerts.core.ledger import about
    from alerts.log import LogError

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
@click.option("--recipient", help="Thư thật của người này, từ sổ · The real mails of this recipient, from the log.")
@click.option("--last", default=10, show_default=True, help="Bao nhiêu thư thật · How many of the real ones.")
@click.pass_context
def preview(ctx: click.Context, folder: Path, *, recipient: str | None, last: int) -> None:
    """Xem trước · Write mails to FOLDER as .eml, .html and .txt: ten invented ones of a week, or the last real ones."""
    from alerts.log import LogError

    settings = settings_of(ctx)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        mails = _invented(settings) if recipient is None else _real(settings, recipient, last=last)
        for name, parts in mails:
            for ending, content in parts.items():
                file = folder / f"{name}.{ending}"
                file.write_bytes(content)
                click.echo(str(file))
    except OSError as error:
        raise Failed(f"cannot write to {folder}: {error}") from error
    except LogError as error:
        raise Failed(f"the log: {error}") from error


def _invented(settings: "Settings") -> "Iterator[tuple[str, dict[str, bytes]]]":
    from alerts.core.policy import Policy
    from alerts.links import Links
    from alerts.message import Letterhead, mail_of
    from alerts.render import Renderer
    from alerts.sample import DIRECTORY, week
    from alerts.wording import Language
    from deploy import clock

    morning = Policy().next_digest_at(clock.now())
    for language in Language:
        renderer = Renderer(DIRECTORY, language=language, links=Links(otherwise="https://motcua.example/{dossier}"))
        for sample in week(morning):
            letter = renderer.render(sample.digest)
            mail = mail_of(sample.digest, letter, Letterhead(address=settings.courier.sender, language=language))
            parts = {"eml": mail.content, "html": letter.html.encode(), "txt": letter.text.encode()}
            yield f"{sample.name}.{language}", parts


def _real(settings: "Settings", recipient: str, *, last: int) -> "Iterator[tuple[str, dict[str, bytes]]]":
    from email import message_from_bytes, policy

    from alerts.core.ledger import Intent
    from alerts.log import Archive
    from streams.topics import BYTES, prefixed

    kafka = settings.kafka
    intents = [line for line in _ledger(settings) if isinstance(line, Intent) and line.recipient == recipient]
    wanted = {line.digest for line in intents[-last:]}
    with contextlib.closing(Archive(kafka.cluster)) as archive:
        for _, digest, content in archive.whole(prefixed(kafka.prefix, BYTES)):
            if digest in wanted and content is not None:
                message = message_from_bytes(content, policy=policy.SMTP)
                bodies = {"txt": message.get_body(("plain",)), "html": message.get_body(("html",))}
                parts = {ending: body.get_content().encode() for ending, body in bodies.items() if body is not None}
                yield digest, {"eml": content} | parts


@command.command()
@click.argument("maildir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ đọc · Read only, publish nothing.")
@click.option("--json", "as_json", is_flag=True, help="In JSON, mỗi dòng một thư · Print JSON, one line each.")
@click.pass_context
def bounces(ctx: click.Context, maildir: Path, *, dry_run: bool, as_json: bool) -> None:
    """Thư bị trả lại · Read returned mails; whoever bounced is passed over until `mail restore`."""
    from alerts.bounces import Returns
    from alerts.core.ledger import Intent
    from alerts.core.outbox import Bounce
    from alerts.log import LogError
    from deploy import clock

    settings = settings_of(ctx)
    try:
        returns = Returns(maildir)
        known = {line.digest: line.recipient for line in _ledger(settings) if isinstance(line, Intent)}
        for came in returns.new():
            recipient = known.get(came.digest, "") if came.is_final else ""
            said = {"file": came.key, "digest": came.digest, "status": came.status, "recipient": recipient}
            click.echo(json.dumps(said) if as_json else "  ".join(f"{name}={value}" for name, value in said.items()))
            if not dry_run:
                if recipient:
                    record = Bounce(recipient=recipient, at=clock.now(), status=came.status, digest=came.digest)
                    _publish(settings, record)
                # After it was published: read twice is said twice, and changes nothing.
                returns.file(came.key)
    except (OSError, LogError) as error:
        raise Failed(str(error)) from error


@command.command()
@click.argument("recipient")
@click.option("--dry-run", is_flag=True, help="Chỉ nói · Only say what would be done.")
@click.pass_context
def restore(ctx: click.Context, recipient: str, *, dry_run: bool) -> None:
    """Gửi lại cho người này · Write to this officer or unit again after their mails had come back."""
    from alerts.core.outbox import Restore
    from alerts.log import LogError
    from deploy import clock

    try:
        if not dry_run:
            _publish(settings_of(ctx), Restore(recipient=recipient, at=clock.now()))
    except LogError as error:
        raise Failed(f"the log: {error}") from error
    click.echo(f"{recipient}: {'would be ' if dry_run else ''}restored")


def _publish(settings: "Settings", record: "Bounce | Restore") -> None:
    from alerts import ledger
    from alerts.log import Writer
    from streams.topics import OUTBOX, prefixed

    check_door(settings, waits=False)
    kafka = settings.kafka
    name = f"{kafka.prefix or 'dunghan'}-bounces"
    with contextlib.closing(Writer(kafka.cluster, name=name)) as writer, writer.transaction():
        writer.write(prefixed(kafka.prefix, OUTBOX), record.recipient, ledger.encoded(record))


def _ledger(settings: "Settings") -> "list[LedgerLine]":
    from alerts import ledger
    from alerts.log import Archive
    from streams.topics import LEDGER, prefixed

    check_door(settings, waits=False)
    kafka = settings.kafka
    with contextlib.closing(Archive(kafka.cluster)) as archive:
        whole = archive.whole(prefixed(kafka.prefix, LEDGER))
        return sorted((ledger.ledger_line(value) for _, _, value in whole), key=lambda line: line.at)


def _told(fields: dict[str, object]) -> str:
    from alerts.wording import clock_text

    at = clock_text(int(str(fields.pop("at"))))
    line, recipient = fields.pop("line"), fields.pop("recipient")
    return f"{at}  {line}  {recipient}  " + "  ".join(f"{name}={value}" for name, value in fields.items())
