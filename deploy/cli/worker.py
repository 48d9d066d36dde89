"""Tiếp nhận và xét hồ sơ, chạy mãi · The stream worker: intake and decisions, until it is stopped."""

import asyncio
import contextlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import click

from deploy.cli import Failed, by_whom, settings_of

if TYPE_CHECKING:
    from deploy.settings import Settings


def _places(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> dict[int, frozenset[int]]:
    places: dict[int, set[int]] = defaultdict(set)
    for place in given:
        if not re.fullmatch(r"\d+:\d+", place):
            raise click.BadParameter(f"{place!r} is not PARTITION:OFFSET")
        partition, _, offset = place.partition(":")
        places[int(partition)].add(int(offset))
    return {partition: frozenset(offsets) for partition, offsets in places.items()}


@click.command()
@click.option(
    "--skip",
    "skipped",
    multiple=True,
    metavar="P:OFFSET",
    callback=_places,
    help="Bỏ qua một bản ghi của dossier.events · Pass over a record of dossier.events, and say so in the trail.",
)
@click.option("--why", default="", help="Vì sao bỏ qua · Why, for office.acts; needed with --skip.")
@click.option("--who", default=None, help="Ai bỏ qua · Who passes over it; default: the user of this machine.")
@click.option("--propose", is_flag=True, help="Đề nghị · With --skip: propose it to a second person; nothing is run.")
@click.pass_context
def command(ctx: click.Context, /, *, skipped: dict[int, frozenset[int]], **asked: Any) -> None:
    """Chạy tiến trình xử lý · Run the stream worker.

    A record that the rules cannot take stops its partition and no other; the log names it, `--skip` passes over it.
    Who did so, why, and the record's hash stand in office.acts, once, however often workers start with the same words.

    Exit codes beyond the usual: 70 fenced by another worker, 71 an epoch could not be committed, 72 the engine failed,
    73 a partition could not be restored, 74 Faust failed. A supervisor starts the worker again.
    """
    # Faust takes a second to import; `--help` must not.
    from deploy import logs
    from deploy.admin import AdminError
    from deploy.health import served
    from deploy.processes import WrongTopics, check_topics, worker_of
    from deploy.rulebook import ReferenceError

    if not skipped and (asked["why"] or asked["who"] or asked["propose"]):
        raise click.UsageError("--why, --who and --propose are about what --skip passes over; it is not there")
    settings = settings_of(ctx)
    logs.set_up(settings.logs)
    if skipped and _passed_over(settings, skipped, asked):
        return

    async def run() -> int:
        worker, registry = worker_of(settings, skipped)
        with contextlib.ExitStack() as stack:
            if (port := settings.worker.metrics_port) is not None:
                asked = {"live": lambda: worker.live, "ready": lambda: worker.ready}
                stack.enter_context(served(registry, host=settings.worker.metrics_host, port=port, **asked))
            return await worker.run()

    try:
        check_topics(settings)
        ctx.exit(asyncio.run(run()))
    except (ReferenceError, WrongTopics, AdminError) as error:
        raise Failed(str(error)) from error


def _passed_over(settings: "Settings", skipped: dict[int, frozenset[int]], asked: dict[str, Any]) -> bool:
    """Write down what is passed over, or propose it; returns whether that was all."""
    from deploy import clock
    from deploy.consenting.desk import FAILURES, Desk
    from deploy.consenting.skipping import allow, left_of, skipping
    from deploy.consenting.telling import proposed_in_words
    from deploy.reading import LogUnreadable
    from streams.wire.acts import BrokenChain

    if not asked["why"].strip():
        raise click.UsageError("--skip needs --why: what is wrong with the record?")
    now = clock.now()
    try:
        act = skipping(settings, skipped, who=by_whom(asked["who"]), why=asked["why"], now=now)
        if not asked["propose"]:
            allow(settings, act)
        elif (left := left_of(desk := Desk(settings), act)).records:
            click.echo(proposed_in_words(desk.propose(left, now=now)))
        else:
            click.echo("đã bỏ qua cả rồi · all of it is passed over already")
    except (*FAILURES, LogUnreadable, BrokenChain) as error:
        raise Failed(str(error)) from error
    return bool(asked["propose"])
