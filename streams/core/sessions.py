"""What a calendar document states: days off, days swapped, working hours; and the sessions that each day then has.

A session is a pair of seconds after local midnight, start and end. Hours are stated by weekday (0 is Monday), by dated
range (a season) and by group of units; of the statements that fit a day the last one of the unit group counts, else the
last general one, else the usual week: Monday to Friday, 07:30-11:30 and 13:30-17:00.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

import msgspec

from streams.core.moments import Day

Session: TypeAlias = tuple[int, int]
Sessions: TypeAlias = tuple[Session, ...]

USUAL_SESSIONS: Final[Sessions] = ((27_000, 41_400), (48_600, 61_200))
SATURDAY: Final = 5
WEEKDAYS: Final = range(7)


class Hours(msgspec.Struct, frozen=True):
    """The sessions of some weekdays, from `first` to `last` (included; None: open), for one group or all."""

    sessions: Sessions
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    first: Day | None = None
    last: Day | None = None
    unit_group: str | None = None

    def fits(self, weekday: int, day: Day, unit_group: str | None) -> bool:
        """Say whether this statement is about that weekday, on that day, for that group of units."""
        in_season = (self.first is None or self.first <= day) and (self.last is None or day <= self.last)
        return in_season and weekday in self.weekdays and self.unit_group in (None, unit_group)


class DayOff(msgspec.Struct, frozen=True):
    """A day off; `compensates` is the holiday on a weekend it stands for, `citation` the decision, if found."""

    day: Day
    name: str
    compensates: Day | None = None
    citation: str = ""


class Swap(msgspec.Struct, frozen=True):
    """A weekday off made up on a weekend, with the sessions of the weekday it replaces unless others are stated."""

    off: Day
    made_up: Day
    sessions: Sessions | None = None
    citation: str = ""


class CalendarDocument(msgspec.Struct, frozen=True):
    """One dated, sourced document: a year's days off and swaps, or working hours only (`year` None).

    A year counts as confirmed only where `confirmed` says that its decision was looked up. Days that are `unsettled`
    (a holiday announced but not found enacted) stay worked, and what leans on one is provisional.
    """

    name: str
    version: str
    year: int | None = None
    confirmed: bool = False
    source: str = ""
    valid_from: Day | None = None
    days_off: tuple[DayOff, ...] = ()
    swaps: tuple[Swap, ...] = ()
    hours: tuple[Hours, ...] = ()
    unsettled: tuple[DayOff, ...] = ()


def weekday_of(day: Day) -> int:
    """Return 0 for Monday to 6 for Sunday; 1 January 1970 was a Thursday."""
    return (day + 3) % 7


def sessions_on(day: Day, weekday: int, *, hours: Sequence[Hours], unit_group: str | None) -> Sessions:
    """Return the sessions that the documents' hours give `day`, were it that weekday; days off do not count here."""
    fitting = [stated for stated in hours if stated.fits(weekday, day, unit_group)]
    own = [stated for stated in fitting if stated.unit_group is not None]
    if fitting:
        return (own or fitting)[-1].sessions
    return USUAL_SESSIONS if weekday < SATURDAY else ()


def worked_days(
    documents: Sequence[CalendarDocument], *, unit_group: str | None, reach: tuple[Day, Day]
) -> Iterator[tuple[Day, Sessions]]:
    """Give each worked day from the first of `reach` to before its second, in order, with its sessions."""
    hours = [stated for document in documents for stated in document.hours]
    exceptional = _exceptional(documents, hours, unit_group)
    borders = {stated.first for stated in hours if stated.first is not None}
    borders |= {stated.last + 1 for stated in hours if stated.last is not None}
    seasons = [reach[0], *sorted(border for border in borders if reach[0] < border < reach[1]), reach[1]]
    for season, following in pairwise(seasons):
        week = [sessions_on(season, weekday, hours=hours, unit_group=unit_group) for weekday in WEEKDAYS]
        for day in range(season, following):
            sessions = exceptional[day] if day in exceptional else week[weekday_of(day)]
            if sessions:
                yield day, sessions


def _exceptional(
    documents: Sequence[CalendarDocument], hours: list[Hours], unit_group: str | None
) -> dict[Day, Sessions]:
    """Return the days that do not follow the week: none worked on a day off, a weekday's sessions on a made-up day."""
    days: dict[Day, Sessions] = {stated.day: () for document in documents for stated in document.days_off}
    for swap in (swap for document in documents for swap in document.swaps):
        usual = sessions_on(swap.made_up, weekday_of(swap.off), hours=hours, unit_group=unit_group)
        days[swap.off] = ()
        days[swap.made_up] = usual if swap.sessions is None else swap.sessions
    return days
