"""What a calendar document states: days off, days swapped, working hours; and the checks that it must stand.

A session is a pair of seconds after local midnight, start and end. Hours are stated by weekday (0 is Monday), by dated
range (a season) and by group of units; of the statements that fit a day the last one of the unit group counts, else the
last general one, else the usual week: Monday to Friday, 07:30-11:30 and 13:30-17:00.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

import msgspec

from streams.core.law import BadCalendar
from streams.core.moments import SECOND_OF_DAY, Day, date_of

Session: TypeAlias = tuple[int, int]
Sessions: TypeAlias = tuple[Session, ...]

USUAL_SESSIONS: Final[Sessions] = ((27_000, 41_400), (48_600, 61_200))
SATURDAY: Final = 5
WEEKDAYS: Final = range(7)


class Hours(msgspec.Struct, frozen=True):
    """The sessions of some weekdays, from `first` to `last` (both included, open where None), for one group or for all."""

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
    """A day off; `compensates` is the holiday on a weekend that it stands for; `citation` the decision, empty if not found."""

    day: Day
    name: str
    compensates: Day | None = None
    citation: str = ""


class Swap(msgspec.Struct, frozen=True):
    """A weekday off made up on a weekend; the made-up day has the sessions of the weekday it replaces, or those stated."""

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


def checked(documents: Iterable[CalendarDocument]) -> tuple[CalendarDocument, ...]:
    """Return the documents in order of year and name; raise BadCalendar at the first contradiction."""
    ordered = tuple(sorted(documents, key=lambda document: (document.year or 0, document.name)))
    years: set[int] = set()
    taken: set[Day] = set()
    for document in ordered:
        if document.year is not None and document.year in years:
            raise BadCalendar(document.name, "year", f"{document.year} is already stated by another document")
        years |= {document.year} if document.year is not None else set()
        for field, problem in _problems(document):
            raise BadCalendar(document.name, field, problem)
        for field, day in _stated(document):
            if day in taken:
                raise BadCalendar(document.name, field, f"{date_of(day)} is stated twice")
            taken.add(day)
    return ordered


def _stated(document: CalendarDocument) -> Iterator[tuple[str, Day]]:
    for place, stated in enumerate(document.days_off):
        yield f"days_off[{place}].day", stated.day
    for place, swap in enumerate(document.swaps):
        yield f"swaps[{place}].off", swap.off
        yield f"swaps[{place}].made_up", swap.made_up


def _problems(document: CalendarDocument) -> Iterator[tuple[str, str]]:
    for place, stated in enumerate(document.days_off):
        if date_of(stated.day).year != document.year:
            yield f"days_off[{place}].day", f"{date_of(stated.day)} is not in the document's year {document.year}"
    for place, swap in enumerate(document.swaps):
        yield from _swap_problems(f"swaps[{place}]", swap, document.year)
    for place, hours in enumerate(document.hours):
        yield from _hours_problems(f"hours[{place}]", hours)


def _swap_problems(field: str, swap: Swap, year: int | None) -> Iterator[tuple[str, str]]:
    if date_of(swap.off).year != year:
        yield f"{field}.off", f"{date_of(swap.off)} is not in the document's year {year}"
    if weekday_of(swap.off) >= SATURDAY:
        yield f"{field}.off", f"{date_of(swap.off)} is a weekend, nothing to make up"
    if weekday_of(swap.made_up) < SATURDAY:
        yield f"{field}.made_up", f"{date_of(swap.made_up)} is not a weekend"
    for problem in _session_problems(swap.sessions or ()):
        yield f"{field}.sessions", problem


def _hours_problems(field: str, hours: Hours) -> Iterator[tuple[str, str]]:
    if not hours.weekdays or not set(hours.weekdays) <= set(WEEKDAYS):
        yield f"{field}.weekdays", "weekdays are 0 (Monday) to 6 (Sunday), at least one"
    if hours.first is not None and hours.last is not None and hours.last < hours.first:
        yield f"{field}.last", "ends before it begins"
    for problem in _session_problems(hours.sessions):
        yield f"{field}.sessions", problem


def _session_problems(sessions: Sessions) -> Iterator[str]:
    previous = 0
    for start, end in sessions:
        if not 0 <= start < end <= SECOND_OF_DAY:
            yield "a session must end after it begins, within one day"
        elif start < previous:
            yield "sessions overlap or are out of order"
        previous = end
