"""The index of working time under a calendar: which seconds are worked, and the arithmetic on them.

All sessions in reach stand in sorted lists with the working seconds before and after each, so that a question costs one
or two bisections however long the limit. Borders: the seconds of a session are counted as [start, end), but its closing
second still belongs to the office: `roll` leaves it alone, and `add` of a positive amount lands on the end of a session
rather than on the start of the next one (a negative amount mirrors this).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from streams.core.law import OutOfReach
from streams.core.moments import SECOND_OF_DAY, Day, Moment, datetime_of, moment_on
from streams.core.sessions import Sessions


class WorkingTime:
    """The worked sessions of `reach` (first moment, end), in order, indexed; never changed once built."""

    __slots__ = ("_after", "_before", "_days", "_end", "_ends", "_firsts", "_patterns", "_start", "_starts")

    def __init__(self, worked_days: Iterable[tuple[Day, Sessions]], *, reach: tuple[Moment, Moment]) -> None:
        """Index the days that are worked, in order, each with its sessions."""
        self._start, self._end = reach
        self._days: list[Day] = []
        self._firsts: list[int] = []
        self._starts: list[Moment] = []
        self._ends: list[Moment] = []
        self._before: list[int] = []
        self._after: list[int] = []
        self._patterns: set[Sessions] = set()
        worked = 0
        for day, sessions in worked_days:
            self._patterns.add(sessions)
            self._days.append(day)
            self._firsts.append(len(self._starts))
            midnight = moment_on(day)
            for start, end in sessions:
                self._starts.append(midnight + start)
                self._ends.append(midnight + end)
                self._before.append(worked)
                worked += end - start
                self._after.append(worked)

    @property
    def borders(self) -> list[int]:
        """Return the clock times, in order, at which a piece of the day may begin: see `redating`.

        These are the first seconds and the first seconds after the last of every session of the index, and the clock
        times that lie as long after the start of any session as another one lasts (a half day ends there).
        """
        clocks = {start for sessions in self._patterns for start, _ in sessions}
        lengths = {end - start for sessions in self._patterns for start, end in sessions}
        ends = {clock + length for clock in clocks for length in lengths}
        return sorted(clock for edge in clocks | ends for clock in (edge, edge + 1) if clock < SECOND_OF_DAY)

    def _place(self, at: Moment) -> int:
        """Return the place of the last session that begins at or before `at`, -1 if there is none."""
        if not self._start <= at < self._end:
            raise OutOfReach(f"{named(at)} is outside the calendar's years")
        return bisect_right(self._starts, at) - 1

    def worked(self, at: Moment) -> int:
        """Return the working seconds from the beginning of the calendar's years to `at`; raise OutOfReach."""
        if not self._start <= at < self._end:
            raise OutOfReach(f"{named(at)} is outside the calendar's years")
        place = bisect_right(self._starts, at) - 1
        if place < 0:
            return 0
        worked, full = self._before[place] + at - self._starts[place], self._after[place]
        return worked if worked < full else full  # noqa: FURB136 - on the hot path, where min() costs three times as much

    def moment_when(self, worked: int) -> Moment:
        """Return the first moment at which so many seconds, more than 0, have been worked; raise OutOfReach."""
        place = bisect_left(self._after, worked)
        if place == len(self._after):
            raise OutOfReach(f"{worked} s of working time are more than the calendar's years have")
        return self._ends[place] - self._after[place] + worked

    def add(self, at: Moment, seconds: int) -> Moment:
        """Return the moment `seconds` of working time after `at` (before it, when negative); raise OutOfReach."""
        if seconds == 0:
            return at
        worked = self.worked(at) + seconds
        if seconds > 0:
            return self.moment_when(worked)
        if worked < 0:
            raise OutOfReach(f"{-seconds} s of working time before {named(at)} leave the calendar's years")
        place = bisect_right(self._before, worked) - 1
        return self._starts[place] + worked - self._before[place]

    def between(self, start: Moment, end: Moment) -> int:
        """Return the working seconds in [start, end); 0 when it ends before it begins."""
        return self.worked(end) - self.worked(start) if start < end else 0

    def roll(self, at: Moment) -> Moment:
        """Return the first moment at or after `at` inside a session, its closing second included; raise OutOfReach."""
        place = self._place(at)
        if place >= 0 and at <= self._ends[place]:
            return at
        if place + 1 < len(self._starts):
            return self._starts[place + 1]
        raise OutOfReach(f"nothing is worked after {named(at)} in the calendar's years")

    def next_session(self, at: Moment) -> Moment:
        """Return the moment one session after `at`, which lies in a session: as long after its start, at most its end.

        This is the half working day: a session, not a number of hours.
        """
        place = self._place(at)
        if place + 1 < len(self._starts):
            return min(self._starts[place + 1] + at - self._starts[place], self._ends[place + 1])
        raise OutOfReach(f"nothing is worked after {named(at)} in the calendar's years")

    def sessions(self, start: Moment, end: Moment) -> Iterator[tuple[Moment, Moment]]:
        """Give the parts of [start, end) that are worked, in order, none of them empty."""
        place = max(self._place(start), 0)
        while place < len(self._starts) and self._starts[place] < end:
            opens, closes = max(self._starts[place], start), min(self._ends[place], end)
            if opens < closes:
                yield opens, closes
            place += 1


def named(at: Moment) -> str:
    """Return a moment as an error names it: in ISO 8601, or as the number where no calendar goes so far."""
    try:
        return datetime_of(at).isoformat()
    except (ValueError, OverflowError, OSError):
        return f"moment {at}"
