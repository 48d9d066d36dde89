"""A slow answer to the same questions, written from the text of the rules: day by day, and minute by minute.

Nothing of the code under test is used but the words for the units. Times are naive datetimes of Vietnamese clocks on
whole minutes; a day's sessions are pairs of minutes after midnight.
"""

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Sessions = tuple[tuple[int, int], ...]
Pauses = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Rule:
    """Hours as a document states them: from `first` to `last`, both included, open where None."""

    sessions: Sessions
    weekdays: frozenset[int]
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Year:
    """What all documents say together."""

    days_off: frozenset[date] = frozenset()
    swaps: tuple[tuple[date, date], ...] = ()
    hours: tuple[Rule, ...] = ()

    def sessions(self, day: date) -> Sessions:
        for off, made_up in self.swaps:
            if day == off:
                return ()
            if day == made_up:
                return self.usual(day, off.weekday())
        return () if day in self.days_off else self.usual(day, day.weekday())

    def usual(self, day: date, weekday: int) -> Sessions:
        found: Sessions = ((450, 690), (810, 1020)) if weekday < 5 else ()
        for rule in self.hours:
            after = rule.first is None or day >= rule.first
            before = rule.last is None or day <= rule.last
            if weekday in rule.weekdays and after and before:
                found = rule.sessions
        return found


def minute_of(at: datetime) -> int:
    return at.hour * 60 + at.minute


def on(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + minute * MINUTE


class Oracle:
    """Answers by walking."""

    def __init__(self, year: Year) -> None:
        self.sessions: Callable[[date], Sessions] = year.sessions

    def works(self, at: datetime) -> bool:
        """Is the minute that begins at `at` worked?"""
        return any(start <= minute_of(at) < end for start, end in self.sessions(at.date()))

    def in_session(self, at: datetime) -> bool:
        """Does the office still take this moment, the closing included?"""
        minute = minute_of(at)
        return any(start <= minute <= end for start, end in self.sessions(at.date()))

    def start(self, received: datetime) -> datetime:
        """Receipt outside the sessions counts from the start of the next one."""
        while not self.in_session(received):
            received += MINUTE
        return received

    def worked(self, start: datetime, end: datetime, pauses: Pauses = ()) -> int:
        """Minutes worked and not paused in [start, end)."""
        count = 0
        while start < end:
            count += self.works(start) and not any(begin <= start < stop for begin, stop in pauses)
            start += MINUTE
        return count

    def after(self, start: datetime, minutes: int, pauses: Pauses = ()) -> datetime:
        """The first moment by which so many minutes were worked and not paused."""
        while minutes:
            minutes -= self.works(start) and not any(begin <= start < stop for begin, stop in pauses)
            start += MINUTE
        return start

    def at_clock(self, day: date, minute: int) -> datetime:
        """The clock time on a working day: in a break the next session, after the last one the closing."""
        closing = max(end for _, end in self.sessions(day))
        while minute < closing and not any(start <= minute <= end for start, end in self.sessions(day)):
            minute += 1
        return on(day, min(minute, closing))

    def working_day_from(self, day: date) -> date:
        while not self.sessions(day):
            day += DAY
        return day

    def working_days_later(self, day: date, days: int) -> date:
        for _ in range(days):
            day = self.working_day_from(day + DAY)
        return day

    def session_later(self, at: datetime) -> datetime:
        """As long after the start of the next session as `at` is after the start of its own, at most its end."""
        own = [start for start, end in self.sessions(at.date()) if start <= minute_of(at) <= end][-1]
        following = [session for session in self.sessions(at.date()) if session[0] > own]
        day = at.date()
        if not following:
            day = self.working_day_from(day + DAY)
            following = list(self.sessions(day))
        start, end = following[0]
        return on(day, min(start + minute_of(at) - own, end))

    def months_later(self, day: date, months: int) -> date:
        """The same number in the month, or else its last day."""
        year, month = day.year, day.month
        for _ in range(months):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))

    def on_due_day(self, start: datetime, last: Callable[[date], date]) -> datetime:
        """Rolls to the next working day; closing where an earlier day's receipts are due too, else the clock."""
        due_day = self.working_day_from(last(start.date()))
        earlier = start.date() - DAY
        while not self.sessions(earlier):
            earlier -= DAY
        if self.working_day_from(last(earlier)) == due_day:
            return self.at_clock(due_day, 1439)
        return self.at_clock(due_day, minute_of(start))

    def due(self, unit: str, halves: int, received: datetime, *, pauses: Pauses = ()) -> datetime:
        """The due moment of `halves` half units."""
        start = self.start(received)
        whole, half = divmod(halves, 2)
        if unit == "hours":
            plain = start + halves * 30 * MINUTE
        elif unit == "working_hours":
            plain = self.after(start, halves * 30)
        elif unit == "working_days":
            plain = start
            if whole:
                plain = self.at_clock(self.working_days_later(start.date(), whole), minute_of(start))
            plain = self.session_later(plain) if half else plain
        elif unit == "days":
            plain = self.on_due_day(start, lambda day: day + whole * DAY)
        else:
            plain = self.on_due_day(start, lambda day: self.months_later(day, whole))
        return self.moved(start, plain, [(max(begin, start), end) for begin, end in pauses if end > start])

    def moved(self, start: datetime, plain: datetime, pauses: Pauses) -> datetime:
        """Pauses subtract working time; where they take none before the due moment, it stays."""
        if not pauses or self.worked(start, plain) == self.worked(start, plain, pauses):
            return plain
        return self.after(start, self.worked(start, plain), pauses)
