"""The working calendar of a group of units: days, their opening and closing, and how far it can be trusted.

It is built from documents (see `sessions`) and answers in working time (see `working_time`). Years without a document
have the usual week; everything in them is provisional, as is everything in a year whose decision was not looked up.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from itertools import accumulate
from typing import Final, Self

from streams.core.calendar_checks import checked
from streams.core.law import NotWorked, OutOfReach
from streams.core.moments import Day, Moment, day_of, day_on, moment_on
from streams.core.sessions import CalendarDocument, DayOff, worked_days
from streams.core.working_time import WorkingTime

REACH: Final = (1990, 2100)
"""First and last year of the index."""
SWAPPED: Final = "nghỉ hoán đổi"


class Calendar(WorkingTime):
    """An immutable calendar; `version` names the documents, `days_off` gives the reason of each day off in them."""

    __slots__ = ("_closings", "_confirmed", "_end_day", "_first_day", "_places", "days_off", "version")

    def __init__(
        self, documents: tuple[CalendarDocument, ...], *, unit_group: str | None, reach: tuple[int, int]
    ) -> None:
        """Index documents that are already checked; `build` does both."""
        self.version: str = _version(documents, unit_group)
        self.days_off: dict[Day, DayOff] = {
            stated.day: stated for document in documents for stated in document.days_off
        }
        for swap in (swap for document in documents for swap in document.swaps):
            self.days_off[swap.off] = DayOff(swap.off, SWAPPED, swap.made_up, swap.citation)
        self._confirmed = _spans(documents)
        self._first_day, self._end_day = first, end = _new_year(reach[0]), _new_year(reach[1] + 1)
        days = worked_days(documents, unit_group=unit_group, reach=(first, end))
        super().__init__(days, reach=(moment_on(first), moment_on(end)))
        # Each day's last session stands before the first of the next; the last day's at the end of all.
        self._closings = [self._ends[following - 1] for following in [*self._firsts[1:], 0]] if self._days else []
        worked = set(self._days)
        # One place for each day of the reach: a look-up instead of a bisection, at 4 bytes a day.
        self._places = array("i", accumulate((day in worked for day in range(first, end)), initial=0))

    @classmethod
    def build(
        cls, documents: Iterable[CalendarDocument], unit_group: str | None = None, *, reach: tuple[int, int] = REACH
    ) -> Self:
        """Return the calendar of a group of units (None: those without one); raise BadCalendar on a contradiction."""
        return cls(checked(documents), unit_group=unit_group, reach=reach)

    def working_day(self, day: Day) -> bool:
        """Say whether anything is worked on that day."""
        return self._following(day + 1) > self._following(day)

    def next_working_day(self, day: Day, n: int = 1) -> Day:
        """Return the n-th working day after `day`, before it when n < 0; with 0 itself or else the next."""
        place = self._following(day + 1) + n - 1 if n > 0 else self._following(day) + n
        if 0 <= place < len(self._days) and self._first_day <= day < self._end_day:
            return self._days[place]
        raise OutOfReach(f"{n} working days from day {day} leave the calendar's years")

    def opening(self, day: Day) -> Moment:
        """Return the start of the first session of a working day; raise NotWorked."""
        return self._starts[self._firsts[self._ordinal(day)]]

    def opening_by(self, day: Day) -> Moment:
        """Return the same for the last working day that is not after `day`; raise OutOfReach."""
        if not self._first_day <= day < self._end_day or not (place := self._following(day + 1)):
            raise OutOfReach(f"no working day up to day {day} is in the calendar's years")
        return self._starts[self._firsts[place - 1]]

    def closing(self, day: Day) -> Moment:
        """Return the end of the last session of a working day; raise NotWorked."""
        return self._closings[self._ordinal(day)]

    def at_clock(self, day: Day, clock: int) -> Moment:
        """Return the moment when the clock of a working day shows `clock`, moved into a session of that day.

        Before the first session it is the opening, in a break the start of the next one, after the last the closing.
        """
        at = moment_on(day, clock)
        place = bisect_right(self._starts, at) - 1
        if place >= 0 and at <= self._ends[place]:
            return at
        closing = self.closing(day)
        return self._starts[place + 1] if at < closing else closing

    def end_of_due_day(self, at: Moment) -> Moment:
        """Return the closing of the working day that `at` falls on (a day off rolls on), never before `at` itself."""
        day = day_of(at)
        place = self._following(day)
        if place == len(self._days) or not self._first_day <= day < self._end_day:
            raise OutOfReach(f"no working day from day {day} on is in the calendar's years")
        closing = self._closings[place]
        return at if at > closing else closing  # noqa: FURB136 - on the hot path, where max() costs three times as much

    def provisional(self, at: Moment, since: Moment | None = None) -> bool:
        """Say whether `at`, or any moment from `since` to `at`, is not confirmed: its year, or an unsettled day."""
        place = bisect_right(self._confirmed, at if since is None else min(since, at))
        return place % 2 == 0 or at >= self._confirmed[place]

    def _ordinal(self, day: Day) -> int:
        place = self._following(day)
        if self._following(day + 1) == place:
            raise NotWorked(f"nothing is worked on day {day}")
        return place

    def _following(self, day: Day) -> int:
        """Return the place of the first working day at or after `day`: how many working days lie before it."""
        at = day - self._first_day
        if 0 <= at < len(self._places):
            return self._places[at]
        return 0 if at < 0 else len(self._days)


def _new_year(year: int) -> Day:
    return day_on(date(year, 1, 1))


def _spans(documents: tuple[CalendarDocument, ...]) -> list[Moment]:
    """Return where confirmed time begins, ends, begins again, …: an even place in it is not confirmed."""
    known = {document.year for document in documents if document.year and document.confirmed}
    borders = [_new_year(year) for year in known if year - 1 not in known]
    borders += [_new_year(year + 1) for year in known if year + 1 not in known]
    doubts = (stated.day for document in documents if document.year in known for stated in document.unsettled)
    return sorted(moment_on(border) for border in borders + [edge for day in doubts for edge in (day, day + 1)])


def _version(documents: tuple[CalendarDocument, ...], unit_group: str | None) -> str:
    """Return `2018..2026-v1+hours-v2/commune`: years in a row with one revision are named by their ends."""
    runs: list[tuple[str, str, int]] = []
    for document in documents:
        year = document.year or 0
        revision = document.version.removeprefix(f"{year}-")
        if runs and year and runs[-1][1:] == (revision, year - 1) and revision != document.version:
            runs[-1] = (runs[-1][0], revision, year)
        else:
            runs.append((document.version, revision, year))
    names = (
        first if first == f"{year}-{revision}" or not year else f"{first[:4]}..{year}-{revision}"
        for first, revision, year in runs
    )
    return ("+".join(names) or "usual") + (f"/{unit_group}" if unit_group else "")
