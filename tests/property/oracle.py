"""A slow answer to the same questions, written from the text of the rules: day by day, and minute by minute.

The minutes of every day on the way are listed and counted one by one; days are walked, never reckoned. Nothing of the
code under test is used but the words for the units. Times are naive datetimes of Vietnamese clocks on whole minutes; a
day's sessions are pairs of minutes after midnight.
"""

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

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


def on(day: date, minute: int = 0) -> datetime:
    return datetime.combine(day, time()) + minute * MINUTE


class Oracle:
    """Answers by walking."""

    def __init__(self, year: Year) -> None:
        self.sessions: Callable[[date], Sessions] = lru_cache(maxsize=None)(year.sessions)

    def minutes(self, day: date, pauses: Pauses = ()) -> list[int]:
        """The minutes of the day that are worked and not paused, in order, each by its number after midnight."""
        worked = {minute for start, end in self.sessions(day) for minute in range(start, end)}
        for begin, stop in pauses:
            if begin < on(day + DAY) and stop > on(day):
                worked -= {minute for minute in worked if begin <= on(day, minute) < stop}
        return sorted(worked)

    def taken(self, day: date) -> set[int]:
        """The minutes at which the office still takes what is handed in, the closing of each session included."""
        return {minute for start, end in self.sessions(day) for minute in range(start, end + 1)}

    def start(self, received: datetime) -> datetime:
        """Receipt outside the sessions counts from the start of the next one."""
        day, minute = received.date(), minute_of(received)
        while not (open_at := [each for each in self.taken(day) if each >= minute]):
            day, minute = day + DAY, 0
        return on(day, min(open_at))

    def worked(self, start: datetime, end: datetime, pauses: Pauses = ()) -> int:
        """Minutes worked and not paused in [start, end)."""
        count, day = 0, start.date()
        while day <= end.date():
            first = minute_of(start) if day == start.date() else 0
            last = minute_of(end) if day == end.date() else 1440
            count += sum(first <= minute < last for minute in self.minutes(day, pauses))
            day += DAY
        return count

    def after(self, start: datetime, minutes: int, pauses: Pauses = ()) -> datetime:
        """The first moment by which so many minutes were worked and not paused."""
        day, first = start.date(), minute_of(start)
        while minutes:
            worked = [minute for minute in self.minutes(day, pauses) if minute >= first]
            if minutes <= len(worked):
                return on(day, worked[minutes - 1] + 1)
            minutes -= len(worked)
            day, first = day + DAY, 0
        return start

    def at_clock(self, day: date, minute: int) -> datetime:
        """The clock time on a working day: in a break the next session, after the last one the closing."""
        taken = self.taken(day)
        return on(day, min((each for each in taken if each >= minute), default=max(taken)))

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
