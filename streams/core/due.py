"""The due moment: when a limit that began at receipt ends, and how far pauses move it.

The rules and where they come from stand in docs/decisions/0004-law-of-time.md. A receipt outside the sessions counts
from the start of the next one. Pauses subtract working time and never reset the clock.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import assert_never

import msgspec

from streams.core.calendar import Calendar
from streams.core.law import OutOfReach
from streams.core.limits import Limit, LimitUnit
from streams.core.moments import Day, Moment, clock_of, date_of, day_of, day_on
from streams.core.pauses import Interval, clipped, extended

__all__ = ["Due", "Interval", "due", "extended", "last_day", "shares_due_day", "unpaused"]


class Due(msgspec.Struct, frozen=True):
    """When a limit ends, when it began, and whether any year between the two is not confirmed."""

    due_at: Moment
    provisional: bool
    starts_at: Moment


def due(
    limit: Limit,
    received_at: Moment,
    *,
    calendar: Calendar,
    pauses: Sequence[Interval] = (),
    until: Moment | None = None,
) -> Due:
    """Return the due moment of a limit; raise OutOfReach or BadPause. `until` ends the pauses that are open."""
    starts_at = calendar.roll(received_at)
    due_at = unpaused(limit, starts_at, calendar)
    if pauses:
        running = clipped(pauses, since=starts_at, until=until)
        due_at = extended(due_at, since=starts_at, pauses=running, calendar=calendar)
    return Due(due_at, calendar.provisional(due_at, starts_at), starts_at)


def unpaused(limit: Limit, starts_at: Moment, calendar: Calendar) -> Moment:
    """Return the due moment of a limit that starts inside a session and is never paused; raise OutOfReach."""
    match limit.unit:
        case LimitUnit.WORKING_HOURS:
            return calendar.add(starts_at, _seconds(limit))
        case LimitUnit.HOURS:
            return starts_at + _seconds(limit)
        case LimitUnit.WORKING_DAYS:
            if limit.amount:
                day = calendar.next_working_day(day_of(starts_at), limit.amount)
                starts_at = calendar.at_clock(day, clock_of(starts_at))
            return calendar.next_session(starts_at) if limit.half else starts_at
        case LimitUnit.DAYS | LimitUnit.MONTHS:
            return _on_due_day(limit, starts_at, calendar)
        case unit:
            assert_never(unit)


def last_day(limit: Limit, first: Day) -> Day:
    """Return the day that a limit in days or months ends on, before any roll: the first day is not counted.

    A month ends on the day of the same number, or else on its last one (Civil Code).
    """
    return first + limit.amount if limit.unit is LimitUnit.DAYS else _months_after(first, limit.amount)


@lru_cache(maxsize=1 << 14)
def _months_after(first: Day, months: int) -> Day:
    began = date_of(first)
    years, month = divmod(began.month - 1 + months, 12)
    year = began.year + years
    return day_on(date(year, month + 1, min(began.day, monthrange(year, month + 1)[1])))


def shares_due_day(limit: Limit, first: Day, calendar: Calendar) -> bool:
    """Say whether a receipt on the working day before `first` has the same due day, by a roll or a short month."""
    try:
        before = calendar.next_working_day(first, -1)
    except OutOfReach:
        return False
    earlier, later = last_day(limit, before), last_day(limit, first)
    return calendar.next_working_day(earlier, 0) >= later  # nothing is worked from the earlier end to before the later


def _on_due_day(limit: Limit, starts_at: Moment, calendar: Calendar) -> Moment:
    first = day_of(starts_at)
    due_day = calendar.next_working_day(last_day(limit, first), 0)
    # Whoever came on an earlier day keeps his clock time on this due day, so whoever came later has until it closes:
    # with his own clock time he would be due before somebody who came before him.
    if shares_due_day(limit, first, calendar):
        return calendar.closing(due_day)
    return calendar.at_clock(due_day, clock_of(starts_at))


def _seconds(limit: Limit) -> int:
    return limit.amount * 3600 + (1800 if limit.half else 0)
