"""The rules of the law of time by name, where each comes from, and which of them made a due moment what it is."""

import enum
from collections.abc import Iterator
from typing import Final

from streams.core.calendar import Calendar
from streams.core.due import Due, last_day, shares_due_day, unpaused
from streams.core.limits import Limit, LimitUnit
from streams.core.moments import Moment, clock_of, day_of, moment_on

CIVIL_CODE: Final = "Bộ luật Dân sự 2015 (91/2015/QH13), Điều 147, 148"
PORTALS: Final = "thông lệ của các cổng dịch vụ công"
OURS: Final = "docs/decisions/0004-law-of-time.md"


class Rule(enum.StrEnum):
    """A rule that had a part in the due moment."""

    NEXT_SESSION = "next_session"
    WORKING_TIME = "working_time"
    WALL_CLOCK = "wall_clock"
    FIRST_DAY = "first_day"
    HALF_DAY = "half_day"
    MONTH_END = "month_end"
    ROLLED = "rolled"
    SHARED_DAY = "shared_day"
    CLOCK_KEPT = "clock_kept"
    INTO_SESSION = "into_session"
    PAUSES = "pauses"
    PROVISIONAL = "provisional"


SOURCES: Final = dict.fromkeys(Rule, OURS) | {
    Rule.WALL_CLOCK: CIVIL_CODE,
    Rule.FIRST_DAY: CIVIL_CODE,
    Rule.MONTH_END: CIVIL_CODE,
    Rule.ROLLED: CIVIL_CODE,
    Rule.CLOCK_KEPT: PORTALS,
}


def rules_of(limit: Limit, received_at: Moment, *, result: Due, calendar: Calendar) -> Iterator[Rule]:
    """Give the rules that had a part in `result`, in the order in which they are applied."""
    plain_due = unpaused(limit, result.starts_at, calendar)
    if result.starts_at != received_at:
        yield Rule.NEXT_SESSION
    match limit.unit:
        case LimitUnit.HOURS:
            yield Rule.WALL_CLOCK
        case LimitUnit.WORKING_HOURS:
            yield Rule.WORKING_TIME
        case _:
            yield Rule.FIRST_DAY
            yield from _day_rules(limit, result.starts_at, plain_due=plain_due, calendar=calendar)
    if result.due_at != plain_due:
        yield Rule.PAUSES
    if result.provisional:
        yield Rule.PROVISIONAL


def _day_rules(limit: Limit, starts_at: Moment, *, plain_due: Moment, calendar: Calendar) -> Iterator[Rule]:
    first = day_of(starts_at)
    if limit.unit is LimitUnit.MONTHS:
        yield Rule.MONTH_END
    if limit.unit is not LimitUnit.WORKING_DAYS:
        if day_of(plain_due) != last_day(limit, first):
            yield Rule.ROLLED
        if shares_due_day(limit, first, calendar):
            yield Rule.SHARED_DAY
            return
    if limit.half:
        yield Rule.HALF_DAY
        return
    yield Rule.CLOCK_KEPT
    if plain_due != moment_on(day_of(plain_due), clock_of(starts_at)):
        yield Rule.INTO_SESSION
