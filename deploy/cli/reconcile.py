"""Đối soát danh sách địa phương với quốc gia · What the local and the national list of dossiers tell differently."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from deploy.cli import PROBLEMS, At, Failed, settings_of
from deploy.law_in_words import LANGUAGES

if TYPE_CHECKING:
    from dashboards.core.differences import Compared
    from deploy.connect.rows import Problem
    from deploy.connect.sources import Source
    from deploy.reconcile.reading import Sheet, Tell
    from deploy.reconcile.telling import Side
    from streams.core.moments import Moment

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("reconcile")
@click.option("--local", type=FILE, required=True, help="Danh sách của địa phương · The local system's list.")
@click.option("--national", type=FILE, required=True, help="Danh sách của quốc gia · The national list.")
@click.option(
    "--map",
    "maps",
    metavar="NAME|FILE.toml",
    multiple=True,
    help="Bảng ánh xạ · Once for both lists; twice: local, national; default: what fits.",
)
@click.option("--as-of", "as_of", type=At(), help="Lúc xuất hai tệp · When both were exported; default: when saved.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="vi", help="Ngôn ngữ · Language of the text.")
@click.option(
    "--most", type=click.IntRange(0), default=20, help="Số hồ sơ in ra mỗi loại · Dossiers shown of each kind."
)
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON, with every dossier.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    local: Path,
    national: Path,
    maps: tuple[str, ...],
    as_of: "Moment | None",
    lang: str,
    most: int,
    as_json: bool,
) -> None:
    """Đối soát hai danh sách · Compare two lists of dossiers; nothing is sent. Exit code 3 when anything differs."""
    from deploy.reconcile import telling
    from deploy.reconcile.telling import Side

    files = (local, national)
    sources = _sources(ctx, files, maps)
    ours, theirs = (Side(file, _read(file, source, at=as_of)) for file, source in zip(files, sources, strict=True))
    found = _compared(ctx, ours, theirs)
    if as_json:
        click.echo(json.dumps(telling.as_json(found, ours, theirs), ensure_ascii=False))
    else:
        click.echo(telling.as_text(found, ours, theirs, lang=lang, most=most))
    if found.found or any(one.sheet.unread or one.sheet.unmapped for one in (ours, theirs)):
        ctx.exit(PROBLEMS)


def _compared(ctx: click.Context, ours: "Side", theirs: "Side") -> "Compared":
    from dashboards.core.differences import Listed
    from dashboards.core.two_lists import compared
    from deploy.reconcile.judging import entries
    from deploy.rulebook import ReferenceError, load_rulebook

    try:
        rules = load_rulebook(settings_of(ctx).reference.folder)
    except ReferenceError as wrong:
        raise Failed(str(wrong)) from wrong
    # Both are judged at the national list's moment: it is that list's verdicts that are asked about.
    local, national = (
        Listed(
            entries(one.sheet, now=theirs.sheet.as_of, rules=rules, tell=_teller(one.file)),
            one.sheet.as_of,
        )
        for one in (ours, theirs)
    )
    return compared(local, national, rules=rules)


def _sources(ctx: click.Context, files: tuple[Path, ...], maps: tuple[str, ...]) -> "list[Source]":
    from deploy.cli.import_ import BadFile, BadMapping, source_named
    from deploy.connect.documents import BadDocuments
    from deploy.connect.exports import BadExport
    from deploy.connect.sources import load_sources
    from deploy.reconcile.reading import TABLES, fitting

    if len(maps) > len(files):
        raise click.UsageError("--map is given once for both lists, or twice: local, national")
    if not maps:
        try:
            known = load_sources(settings_of(ctx).reference.folder)
            found = [fitting(file, known) for file in files]
        except BadDocuments as wrong:
            raise BadMapping(str(wrong)) from wrong
        except BadExport as wrong:
            raise BadFile(str(wrong)) from wrong
        if None in found:
            raise BadFile(f"{files[found.index(None)]}: no mapping fits; `dunghan import --guess` writes one")
        return [one for one in found if one is not None]
    named = [source_named(ctx, one) for one in maps]
    for one in named:
        if one.form not in TABLES:
            raise BadMapping(f"{one.name} is no mapping of a list: its form is {one.form}")
    return named * (len(files) // len(named))


def _read(file: Path, source: "Source", *, at: "Moment | None") -> "Sheet":
    from deploy.cli.import_ import BadFile
    from deploy.connect.exports import BadExport
    from deploy.reconcile.reading import read

    try:
        return read(file, source, as_of=at, tell=_teller(file))
    except BadExport as wrong:
        raise BadFile(str(wrong)) from wrong


def _teller(file: Path) -> "Tell":
    def tell(problem: "Problem") -> None:
        column = f"{problem.column}: " if problem.column else ""
        click.echo(f"{file}:{problem.line}: {column}{problem.problem}", err=True)

    return tell
