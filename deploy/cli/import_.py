"""Nhập tệp xuất của hệ thống một cửa (XLSX, CSV) · Import an export of a one-stop system; --dry-run, --guess."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deploy.cli import PROBLEMS, USAGE, At, Failed, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.connect.importing import Piece
    from deploy.connect.outcome import Outcome
    from deploy.connect.sources import Source
    from deploy.connect.takings import Where

SHOWN = 20
"""Events that a dry run shows in JSON."""


class BadMapping(click.ClickException):
    """The mapping cannot be used; each fault is a line. Exit code 2."""

    exit_code = USAGE


class BadFile(click.ClickException):
    """The file as a whole cannot be read; exit code 3."""

    exit_code = PROBLEMS


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--map", "mapping", metavar="NAME|FILE.toml", help="Bảng ánh xạ của nguồn · The source's document.")
@click.option("--guess", is_flag=True, help="Viết bảng ánh xạ đầu tiên · Write a first mapping from the column names.")
@click.option("--missing", is_flag=True, help="Hồ sơ đã biến mất khỏi tệp xuất · List the dossiers that vanished.")
@click.option("--as-of", "as_of", type=At(), help="Lúc xuất tệp · When it was exported; default: when it was saved.")
@click.option("--sheet", help="Tên trang tính · The sheet; default: the first.")
@click.option("--partial", is_flag=True, help="Tệp chỉ có một phần · Says nothing of the dossiers it leaves out.")
@click.option(
    "--from-start", "from_start", is_flag=True, help="Bỏ qua lần nhập trước · As if nothing had been imported."
)
@click.option("--dry-run", "dry_run", is_flag=True, help="Chỉ cho biết · Print the events, send nothing.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def command(ctx: click.Context, /, **asked: Any) -> None:
    """Nhập tệp xuất · Import FILE: what changed since the last import becomes events, each once.

    What cannot be read is told line by line, the rest goes in; exit code 3 then, and when open dossiers are missing.
    """
    if asked["guess"]:
        _guess(asked)
        return
    if asked["mapping"] is None or (asked["file"] is None and not asked["missing"]):
        raise click.UsageError("FILE and --map are needed, or --guess FILE, or --missing --map")
    source = source_named(ctx, asked["mapping"])
    if asked["missing"]:
        _list_missing(ctx, source, as_json=asked["as_json"])
        return
    outcome, sample = _taken(ctx, source, asked)
    from deploy.connect.telling import as_object, as_text

    if asked["as_json"]:
        import json

        click.echo(json.dumps(as_object(outcome, sample), ensure_ascii=False))
    else:
        click.echo(as_text(outcome, dry=asked["dry_run"]), err=asked["dry_run"])
    if not outcome.sound:
        ctx.exit(PROBLEMS)


def _taken(ctx: click.Context, source: "Source", asked: dict[str, Any]) -> "tuple[Outcome, list[bytes]]":
    from deploy import clock
    from deploy.connect.progress import Progress
    from deploy.connect.rows import Problem
    from deploy.connect.sources import Form
    from deploy.connect.takings import Asked, take, take_outbox

    sample: list[bytes] = []
    name = asked["file"]

    def tell(problem: Problem) -> None:
        if not asked["as_json"]:
            column = f"{problem.column}: " if problem.column else ""
            click.echo(f"{name}:{problem.line}: {column}{problem.problem}", err=asked["dry_run"])

    wanted = Asked(
        file=name,
        as_of=asked["as_of"],
        sheet=asked["sheet"],
        partial=asked["partial"],
        from_start=asked["from_start"],
        dry=_shower(sample, as_json=asked["as_json"]) if asked["dry_run"] else None,
    )
    with _failing(), Progress() as progress:
        if source.form is Form.OUTBOX:
            return take_outbox(wanted, source, where=_where(ctx), tell=tell, now=clock.now()), sample
        outcome = take(wanted, source, where=_where(ctx), tell=tell, watch=progress.watch)
    return outcome, sample


def _shower(sample: list[bytes], *, as_json: bool) -> Any:
    import msgspec

    def show(piece: "Piece") -> None:
        for event in piece.events:
            if not as_json:
                click.echo(msgspec.json.encode(event).decode())
            elif len(sample) < SHOWN:
                sample.append(msgspec.json.encode(event))

    return show


def _guess(asked: dict[str, Any]) -> None:
    from deploy import clock
    from deploy.connect.exports import Export
    from deploy.connect.guessing import guessed
    from streams.core.moments import datetime_of

    if asked["file"] is None:
        raise click.UsageError("--guess needs FILE")
    with _failing(), Export(asked["file"], sheet=asked["sheet"]) as export:
        click.echo(guessed(export, on=datetime_of(clock.now()).date().isoformat()))


def _list_missing(ctx: click.Context, source: "Source", *, as_json: bool) -> None:
    from deploy.connect.takings import missing
    from deploy.connect.telling import missing_as_json, missing_as_text

    with _failing():
        found = missing(source, _where(ctx))
    click.echo(missing_as_json(found) if as_json else missing_as_text(found))
    if found:
        ctx.exit(PROBLEMS)


def source_named(ctx: click.Context, mapping: str) -> "Source":
    """Return the document of this name in the reference, or of a file; a wrong one ends the command, exit code 2."""
    from deploy.connect.documents import BadDocuments
    from deploy.connect.sources import Form, load_source, load_sources

    try:
        if mapping.endswith(".toml"):
            found = load_source(Path(mapping))
        else:
            folder = settings_of(ctx).reference.folder
            by_name = {one.name: one for one in load_sources(folder)}
            if mapping not in by_name:
                raise BadMapping(f"there is no source {mapping!r}; there are {', '.join(by_name)}")
            found = by_name[mapping]
    except BadDocuments as wrong:
        raise BadMapping(str(wrong)) from wrong
    if found.form is Form.CLOUDEVENTS:
        raise BadMapping(f"{found.name} is no mapping of a file: its form is {found.form}")
    return found


def _where(ctx: click.Context) -> "Where":
    from deploy.connect.takings import Where

    kafka = settings_of(ctx).kafka
    return Where(kafka.cluster, kafka.prefix)


@contextlib.contextmanager
def _failing() -> "Iterator[None]":
    """Turn what the file or the cluster cannot give into a failed command."""
    from deploy.connect.exports import BadExport
    from deploy.reading import LogUnreadable
    from streams.engine.publisher import NotPublished

    try:
        yield
    except BadExport as error:
        raise BadFile(str(error)) from error
    except (LogUnreadable, NotPublished) as error:
        raise Failed(str(error)) from error
