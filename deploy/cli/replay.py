"""Diễn lại mà không báo ai · What would be decided: a file of events, or a day of the log; nobody is told."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from deploy.cli import PROBLEMS, Failed, settings_of

if TYPE_CHECKING:
    from deploy.replay.day import Day, Twice
    from deploy.replay.file import Played

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("file", type=click.File("rb"), required=False, metavar="[FILE.jsonl]")
@click.option("--day", "on", type=click.DateTime(["%Y-%m-%d"]), help="Một ngày trong nhật ký · A day of the log.")
@click.option("--against", is_flag=True, help="So với điều đã định · Compare with what was decided then.")
@click.option("--folder", type=FOLDER, help="Thử bộ quy tắc khác · Try the reference in this folder.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    file: BinaryIO | None,
    on: datetime | None,
    against: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Diễn lại · Run events and ticks through today's rules, and say what would be decided; nothing is written.

    FILE.jsonl holds a CloudEvent or a tick a line, in the order of arrival (- is the standard input); needs no server.
    With --day a day of the log is run, with --against compared with what was decided then, by dossier and stage or
    verdict (docs/replay.md). Exit code 3: a line was rejected, or something differs.
    """
    if file is not None and on is None and not against:
        problems = _file(ctx, file, folder=folder, as_json=as_json)
    elif on is not None and file is None:
        problems = _day(ctx, on, folder=folder, against=against, as_json=as_json)
    else:
        raise click.UsageError("either FILE.jsonl, or --day DAY and perhaps --against")
    if problems:
        ctx.exit(PROBLEMS)


def _file(ctx: click.Context, file: BinaryIO, *, folder: Path | None, as_json: bool) -> bool:
    from deploy.replay import telling

    done = _played(ctx, file, folder)
    if as_json:
        _print(telling.file_as_json(done))
    else:
        click.echo(telling.file_as_text(done, str(getattr(file, "name", "-"))))
    return bool(done.rejected)


def _played(ctx: click.Context, file: BinaryIO, folder: Path | None) -> "Played":
    from deploy.replay.file import played
    from deploy.rulebook import ReferenceError, load_rulebook
    from deploy.verify.rerun import CannotRun

    try:
        return played(file, rules=load_rulebook(folder or settings_of(ctx).reference.folder))
    except (CannotRun, OSError, ReferenceError) as error:
        raise Failed(str(error)) from error


def _day(ctx: click.Context, on: datetime, *, folder: Path | None, against: bool, as_json: bool) -> bool:
    from deploy.replay import telling
    from deploy.replay.differing import differing

    twice = _twice(ctx, _over(on), folder)
    if not against:
        if as_json:
            _print(telling.day_as_json(twice))
        else:
            click.echo(telling.day_as_text(twice))
        return False
    found = list(differing(twice.then, twice.now))
    if as_json:
        _print(telling.against_as_json(twice, found))
    else:
        click.echo(telling.against_as_text(twice, found))
    return bool(found)


def _over(on: datetime) -> "Day":
    """Return the day, which must be over: what is still to be decided on it would be told as a difference."""
    from deploy import clock
    from deploy.replay.day import Day

    day = Day.on(on.date())
    if day.end > clock.now():
        raise click.UsageError(f"{on.date()} is not over yet")
    return day


def _twice(ctx: click.Context, day: "Day", folder: Path | None) -> "Twice":
    from deploy.reading import LogUnreadable
    from deploy.replay.composing import day_of
    from deploy.rulebook import ReferenceError
    from deploy.verify.rerun import CannotRun

    try:
        return day_of(settings_of(ctx), day, folder=folder)
    except (CannotRun, LogUnreadable, ReferenceError) as error:
        raise Failed(str(error)) from error


def _print(told: dict[str, object]) -> None:
    click.echo(json.dumps(told, ensure_ascii=False))
