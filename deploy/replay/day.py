"""A day of the log once more: what was decided then, and what would be decided now."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import NamedTuple

import msgspec

from deploy.reading import Stored
from deploy.replay.daybook import Daybook, Decision
from deploy.replay.once_more import OnceMore
from deploy.verify.partition import EPOCH, SKIPPED, Logs
from deploy.verify.rerun import CannotRun
from streams.core.editions import Known
from streams.core.moments import Moment, day_on, moment_on
from streams.core.rulebook import Rulebook
from streams.topics import EVENTS, NOTICES, TRAIL
from streams.wire.trail import EpochLine, Skipped

_decode_epoch = msgspec.json.Decoder(EpochLine).decode
_decode_skipped = msgspec.json.Decoder(Skipped).decode


class Day(NamedTuple):
    """The span of a day in the register's time, from `start` to before `end`."""

    start: Moment
    end: Moment

    @classmethod
    def on(cls, day: date) -> "Day":
        """Return the Vietnamese day."""
        return cls(moment_on(day_on(day)), moment_on(day_on(day) + 1))


class Twice(NamedTuple):
    """What was decided on the day then and now, and how many records were taken to come to its end."""

    then: list[Decision]
    now: list[Decision]
    taken: int


def day_again(logs: Logs, day: Day, *, rules: Rulebook | Known, replay: bool) -> Twice:
    """Run every partition from its beginning to the end of the day; raises LogUnreadable, CannotRun.

    One partition at a time is held in memory. `replay`: the log is that of a replay, where ticks let time pass.
    """
    whole = Twice([], [], 0)
    for partition in range(logs.trail.partitions(TRAIL)):
        again = OnceMore(Daybook(*day), partition=partition, rules=rules, replay=replay)
        try:
            then = _partition(logs, day, again)
            if then.decisions:
                then.fill(record.value or b"" for record in logs.outputs.whole(NOTICES, partition))
        except (CannotRun, msgspec.MsgspecError) as error:
            raise CannotRun(f"partition {partition}: {error}; `dunghan verify` says more") from error
        whole.then.extend(then.decisions)
        whole.now.extend(again.daybook.decisions)
        whole = whole._replace(taken=whole.taken + again.taken)
    return whole


def _partition(logs: Logs, day: Day, again: OnceMore) -> Daybook:
    then = Daybook(*day)
    again.earlier = partial(logs.outputs.some, EVENTS, again.partition)
    trail = logs.trail.whole(TRAIL, again.partition)
    # After the trail: whatever its lines took is there.
    again.events.refill(logs.events.whole(EVENTS, again.partition))
    led(trail, then, again)
    if not then.over:
        again.pass_to(day.end - 1)
    return then


def led(trail: Iterable[Stored], then: Daybook, again: OnceMore) -> None:
    """Follow the trail, epoch by epoch, until the day is over on both sides or there are no more lines.

    Raises CannotRun, and msgspec.MsgspecError for what is no line.
    """
    lines: list[bytes] = []
    for record in trail:
        lines.append(record.value or b"")
        if not lines[-1].startswith(EPOCH):
            continue
        line = _decode_epoch(lines[-1])
        again.run(line, [_decode_skipped(value).offset for value in lines if value.startswith(SKIPPED)])
        then.enter(lines, came_to=line.now)
        if then.over and again.daybook.over:
            return
        lines = []
