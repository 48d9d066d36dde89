"""Why a due moment is what it is: the working time counted, the pauses, the days, and each rule with its source."""

import enum
from collections.abc import Iterator, Sequence

import msgspec

from streams.core.calendar import Calendar
from streams.core.due import Due, due, last_day, unpaused
from streams.core.limits import Limit, LimitUnit
from streams.core.moments import Day, Moment, day_of
from streams.core.pauses import Interval, clipped, united
from streams.core.rules import SOURCES, Rule, rules_of

__all__ = ["Counted", "DayMark", "DayNote", "Explanation", "Paused", "Rule", "explain"]


class DayMark(enum.StrEnum):
    """What became of a day: the first is not counted; one off is skipped in working units, or at the end."""

    FIRST = "first"
    COUNTED = "counted"
    MONTH = "month"
    OFF = "off"


class Counted(msgspec.Struct, frozen=True):
    """One stretch of working time that was counted, in seconds."""

    start: Moment
    end: Moment
    seconds: int


class Paused(msgspec.Struct, frozen=True):
    """One pause as it was given, and the working seconds it holds before the due moment; overlaps count once in sum."""

    start: Moment
    end: Moment
    seconds: int
    asked_by: str


class DayNote(msgspec.Struct, frozen=True):
    """One day on the way; `reason` and `citation` where the calendar names why it is off."""

    day: Day
    mark: DayMark
    reason: str = ""
    citation: str = ""


class Explanation(msgspec.Struct, frozen=True):
    """A due moment and everything it was made of; `paused_seconds` is the working time of all pauses together."""

    limit: Limit
    received_at: Moment
    due: Due
    calendar: str
    intervals: tuple[Counted, ...]
    pauses: tuple[Paused, ...]
    paused_seconds: int
    days: tuple[DayNote, ...]
    rules: tuple[tuple[Rule, str], ...]


def explain(
    limit: Limit,
    received_at: Moment,
    *,
    calendar: Calendar,
    pauses: Sequence[Interval] = (),
    until: Moment | None = None,
) -> Explanation:
    """Return why `due` with the same arguments answers what it does; raise OutOfReach or BadPause as `due` does."""
    result = due(limit, received_at, calendar=calendar, pauses=pauses, until=until)
    running = clipped(pauses, since=result.starts_at, until=until)
    apart = united(
        (pause.start, min(pause.end or pause.start, result.due_at)) for pause in running if pause.start < result.due_at
    )
    return Explanation(
        limit=limit,
        received_at=received_at,
        due=result,
        calendar=calendar.version,
        intervals=tuple(_counted(result, apart, calendar)),
        pauses=tuple(_paused(pause, result.due_at, calendar) for pause in running),
        paused_seconds=sum(calendar.between(start, end) for start, end in apart),
        days=tuple(_days(limit, result, calendar)),
        rules=tuple((rule, SOURCES[rule]) for rule in rules_of(limit, received_at, result=result, calendar=calendar)),
    )


def _counted(result: Due, apart: list[tuple[Moment, Moment]], calendar: Calendar) -> Iterator[Counted]:
    borders = [result.starts_at, *(edge for pause in apart for edge in pause), result.due_at]
    for free_from, free_to in zip(borders[::2], borders[1::2], strict=True):
        for start, end in calendar.sessions(free_from, free_to):
            yield Counted(start, end, end - start)


def _paused(pause: Interval, due_at: Moment, calendar: Calendar) -> Paused:
    end = pause.start if pause.end is None else pause.end
    return Paused(pause.start, end, calendar.between(pause.start, min(end, due_at)), pause.asked_by)


def _days(limit: Limit, result: Due, calendar: Calendar) -> Iterator[DayNote]:
    first, final = day_of(result.starts_at), day_of(result.due_at)
    counted = day_of(unpaused(limit, result.starts_at, calendar))
    yield DayNote(first, DayMark.FIRST)
    if limit.unit is LimitUnit.MONTHS:
        ends = {last_day(Limit(month, LimitUnit.MONTHS), first) for month in range(1, limit.amount + 1)}
        counted = last_day(limit, first)
    else:
        ends = set()
        counted = last_day(limit, first) if limit.unit is LimitUnit.DAYS else counted
    for day in range(first + 1, final + 1):
        if day in ends:
            yield DayNote(day, DayMark.MONTH)
        elif not calendar.working_day(day) and (_skips(limit) or day >= counted):
            stated = calendar.days_off.get(day)
            yield DayNote(day, DayMark.OFF, stated.name if stated else "", stated.citation if stated else "")
        elif day <= counted and limit.unit in (LimitUnit.DAYS, LimitUnit.WORKING_DAYS):
            yield DayNote(day, DayMark.COUNTED)


def _skips(limit: Limit) -> bool:
    return limit.unit in (LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS)
