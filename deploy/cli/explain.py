"""Giải thích một hồ sơ · One dossier explained: its history, due moments, verdicts, who was told, and why."""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from deploy.cli import PROBLEMS, At, Failed, settings_of
from deploy.law_in_words import LANGUAGES

if TYPE_CHECKING:
    from alerts.core.ledger import LedgerLine
    from deploy.settings import Settings
    from deploy.verify.looking_up import Finder
    from streams.core.moments import Moment
    from streams.explained import Explained


PAGE: Final = click.Path(dir_okay=False, path_type=Path)


class Unheard(click.ClickException):
    """Nothing was told of the dossier; exit code 3."""

    exit_code = PROBLEMS


@click.command("explain")
@click.argument("dossier", metavar="HOME/CODE")
@click.option("--as-of", "as_of", type=At(), help="Lúc xét, ISO 8601 · What had arrived by then, judged then.")
@click.option("--mails/--no-mails", default=True, help="Tra sổ gửi thư · Read the ledger of mails.")
@click.option("--json", "in_json", is_flag=True, help="In JSON · Print JSON.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="vi", help="Ngôn ngữ · Language of the text.")
@click.option("--html", type=PAGE, help="Ghi một trang HTML để lưu hồ sơ · Write one HTML page, to be filed.")
@click.pass_context
def explain(
    ctx: click.Context,
    *,
    dossier: str,
    as_of: "Moment | None",
    mails: bool,
    in_json: bool,
    lang: str,
    html: Path | None,
) -> None:
    """Giải thích một hồ sơ · Explain a dossier from the log alone; exit code 3 when nothing was told of it."""
    # Kafka's client takes a while to import; `--help` must not.
    from deploy.explain_as_json import as_json
    from deploy.explain_as_page import as_page
    from deploy.explain_in_words import as_text

    at, settings = _moment(dossier, as_of), settings_of(ctx)
    with _finder(settings) as finder:
        told = _explained(finder, dossier, at=at, settings=settings)
        ledger = _mails(finder, dossier, at) if mails else None
    if html is not None:
        _write(html, as_page(told, ledger, lang))
    if in_json:
        click.echo(json.dumps(as_json(told, ledger), ensure_ascii=False, indent=2))
    elif html is None:
        click.echo(as_text(told, ledger, lang))


command: Final = explain


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise Failed(f"{file}: {error.strerror}") from error


def _moment(dossier: str, as_of: "Moment | None") -> "Moment":
    from deploy import clock

    home, _, code = dossier.partition("/")
    if not (home and code):
        raise click.UsageError(f"{dossier!r} is not HOME/CODE")
    return clock.now() if as_of is None else as_of


@contextmanager
def _finder(settings: "Settings") -> "Iterator[Finder]":
    from deploy.reading import LARGEST, Log, LogUnreadable
    from deploy.verify.looking_up import SINGLE, Finder
    from deploy.verify.places import IndexUnusable, Places

    index, kafka = settings.audit.index, settings.kafka
    try:
        with ExitStack() as stack:
            places = None if index is None else stack.enter_context(Places(index))
            at_once = LARGEST if places is None else SINGLE
            log = stack.enter_context(Log(kafka.cluster, prefix=kafka.prefix, at_once=at_once))
            yield Finder(log, places, prefix=kafka.prefix)
    except LogUnreadable as error:
        raise Failed(f"the log: {error}") from error
    except IndexUnusable as error:
        raise Failed(f"the index (audit.index): {error}") from error


def _explained(finder: "Finder", dossier: str, *, at: "Moment", settings: "Settings") -> "Explained":
    import msgspec

    from deploy.rulebook import ReferenceError, load_rulebook
    from streams.explained import explained, heard, noticed
    from streams.topics import EVENTS, NOTICES

    told = heard(((one.offset, one.value) for one in finder.of_dossier(EVENTS, dossier)), until=at)
    about = (one.value for one in finder.of_dossier(NOTICES, dossier))
    try:
        notices = noticed(about, dossier=dossier, until=at)
        rules = load_rulebook(settings.reference.folder)
    except (msgspec.DecodeError, ReferenceError) as error:
        raise Failed(str(error)) from error
    whole = explained(dossier, told, at=at, rules=rules, notices=notices)
    if whole is None:
        later = f"; {len(told.later)} records arrived after it" if told.later else ""
        raise Unheard(f"nothing had been told of {dossier} at that moment{later}")
    return whole


def _mails(finder: "Finder", dossier: str, until: "Moment") -> "list[LedgerLine]":
    """Return what the ledger, which is kept by recipient, says of the dossier by a moment."""
    from alerts.core.ledger import about

    lines = _near((one.value or b"" for one in finder.of_ledger(dossier)), dossier)
    found = about(sorted(lines, key=lambda line: line.at), dossier=dossier)
    return [line for line in found if line.at <= until]


def _near(values: Iterable[bytes], dossier: str) -> "list[LedgerLine]":
    """Return the lines that name the dossier, and the outcomes of mails that do: an outcome follows its intent."""
    import msgspec

    from alerts.core.ledger import Intent
    from alerts.ledger import Unreadable, ledger_line

    marks = [msgspec.json.encode(dossier)]
    lines: list[LedgerLine] = []
    for value in values:
        if any(mark in value for mark in marks):
            try:
                line = ledger_line(value)
            except Unreadable as error:
                raise Failed(f"a line of the ledger: {error}") from error
            lines.append(line)
            if isinstance(line, Intent):
                marks.append(msgspec.json.encode(line.digest))
    return lines
