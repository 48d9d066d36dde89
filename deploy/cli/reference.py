"""Lịch, quy tắc: xem trước, công bố · Calendars and rules: see what a folder would change, then publish it."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deploy.cli import PROBLEMS, At, Failed, by_whom, settings_of

if TYPE_CHECKING:
    from deploy.publishing.release import Published, Release
    from deploy.reading import Log


def _asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the folder, and the moments."""
    begins = "Tính từ lúc nào, mặc định: phút tới · Counts from then; default: the first minute that all can keep."
    closed = "Xét lại cả hồ sơ đóng từ lúc này · Judge again also what was closed since; to put a wrong document right."
    command = click.option("--closed-since", type=At(), help=closed)(command)
    command = click.option("--from", "counts_from", type=At(), help=begins)(command)
    command = click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")(command)
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    return click.argument("folder", metavar="DIR", type=folder)(command)


@click.group()
def command() -> None:
    """Thư mục tham chiếu · The reference folder a clerk edits; exit code 3 when its documents have faults."""


@command.command()
@_asking
@click.pass_context
def plan(ctx: click.Context, /, *, as_json: bool, **asked: Any) -> None:
    """Xem trước · What DIR would change for every open dossier, at the moment from which it would count."""
    from deploy.publishing import telling
    from deploy.publishing.desk import looked_ahead

    with _desk(ctx, as_json=as_json) as log:
        _, release = _read(ctx, log, asked)
        ahead = looked_ahead(log, release)
    if as_json:
        click.echo(json.dumps(telling.as_json(release, ahead), ensure_ascii=False))
    else:
        lines = [*telling.release_in_words(release), *(telling.ahead_in_words(ahead) if release.documents else ())]
        click.echo("\n".join(lines))
    if ahead.unreadable:
        ctx.exit(PROBLEMS)


@command.command("apply")
@_asking
@click.option("--why", default="", help="Vì sao · Why, for office.acts; needed to publish.")
@click.option("--who", default=None, help="Ai công bố · Who publishes; default: the user of this machine.")
@click.option("--propose", is_flag=True, help="Đề nghị · Propose just this to a second person; needs --from.")
@click.option("--dry-run", is_flag=True, help="Chỉ cho biết · Only say what would be published.")
@click.pass_context
def apply_(ctx: click.Context, /, *, as_json: bool, dry_run: bool, propose: bool, **asked: Any) -> None:
    """Công bố · Publish what changed in DIR as one release; nothing where nothing changed."""
    from deploy import clock
    from deploy.consenting.desk import Desk
    from deploy.consenting.telling import proposed_in_words
    from deploy.publishing import telling
    from deploy.publishing.desk import act_of, publish_agreed

    if not dry_run and not asked["why"].strip():
        raise click.UsageError("--why is needed: by which document was it decided?")
    if propose and asked["counts_from"] is None:
        raise click.UsageError("--propose needs --from: the second person consents to a moment")
    case = None
    with _desk(ctx, as_json=as_json) as log:
        known, release = _read(ctx, log, asked)
        if release.documents and not dry_run:
            act = act_of(release, at=clock.now(), who=by_whom(asked["who"]), why=asked["why"])
            if propose:
                case = Desk(settings_of(ctx)).propose(act, now=act.at)
                click.echo(proposed_in_words(case), err=True)
            else:
                publish_agreed(settings_of(ctx), release=release, published=known, act=act)
    if as_json:
        told = telling.as_json(release) | {"dry_run": dry_run, "proposal": None if case is None else case.id}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo("\n".join(telling.release_in_words(release)))
    if dry_run or propose:
        click.echo("chưa công bố gì · nothing was published")


def _read(ctx: click.Context, log: "Log", asked: dict[str, Any]) -> "tuple[Published, Release]":
    from deploy import clock
    from deploy.publishing.desk import published
    from deploy.publishing.folder import documents_in
    from deploy.publishing.release import Asked, release_of

    now = clock.now()
    files = documents_in(asked["folder"], now=now)
    known = published(log, settings_of(ctx).reference.folder)
    return known, release_of(files, known, Asked(now, asked["counts_from"], asked["closed_since"]))


@contextlib.contextmanager
def _desk(ctx: click.Context, *, as_json: bool) -> "Iterator[Log]":
    """Give the log; what is wrong with the documents ends the command with 3, what is wrong with the log with 1."""
    # Kafka's client takes a while to import; `--help` must not.
    from deploy.consenting.desk import FAILURES
    from deploy.publishing.folder import Faulty
    from deploy.reading import Log, LogUnreadable
    from deploy.rulebook import ReferenceError
    from streams.wire.acts import BrokenChain

    kafka = settings_of(ctx).kafka
    try:
        with Log(kafka.cluster, prefix=kafka.prefix) as log:
            yield log
    except Faulty as error:
        click.echo(json.dumps({"faults": error.faults}, ensure_ascii=False) if as_json else str(error), err=not as_json)
        ctx.exit(PROBLEMS)
    except FAILURES as error:
        raise Failed(str(error)) from error
    except (LogUnreadable, ReferenceError, BrokenChain) as error:
        raise Failed(f"the log: {error}") from error
