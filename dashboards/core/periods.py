"""Which whole days a figure speaks of: a name that the calendar resolves, or two days written out.

A named period in progress ends today: a dossier due next week belongs to no rate of this one.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from streams.core.moments import Day, Moment, date_of, day_of, day_on

FIRST_DAY: Final = day_on(date.min)
LAST_DAY: Final = day_on(date.max)
NAMES: Final = ("all", "year", "quarter", "month")
PRESENT: Final = ("year", "quarter", "month")
"""What is shown where nothing is configured."""

_CALENDAR: Final = re.compile(r"(?P<year>\d{4})(-(Q(?P<quarter>[1-4])|(?P<month>\d\d)))?")
_MONTHS_OF_A_QUARTER: Final = 3
_MONTHS_OF_A_YEAR: Final = 12


class UnknownPeriod(ValueError):
    """The text is neither a name of NAMES, nor a year, quarter or month, nor `FROM/TO` with two dates in order."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days `first` to `last`, both counted; a first day after the last raises UnknownPeriod."""

    first: Day
    last: Day

    def __post_init__(self) -> None:
        """Refuse a period that holds no day."""
        if self.first > self.last:
            raise UnknownPeriod(f"a period's first day is not after its last: {self}")

    def __contains__(self, day: Day) -> bool:
        """Say whether the day is one of the period's."""
        return self.first <= day <= self.last

    def __str__(self) -> str:
        """Return the period as it is configured: `2020-01-01/2020-07-10`."""
        return f"{date_of(self.first)}/{date_of(self.last)}"


ALL: Final = Period(FIRST_DAY, LAST_DAY)


def _named(name: str, today: date) -> date:
    match name:
        case "year":
            return today.replace(month=1, day=1)
        case "quarter":
            return today.replace(month=today.month - (today.month - 1) % 3, day=1)
        case _:
            return today.replace(day=1)


def _months(first: date, count: int) -> Period:
    ahead = first.month - 1 + count
    after = date(first.year + ahead // _MONTHS_OF_A_YEAR, ahead % _MONTHS_OF_A_YEAR + 1, 1)
    return Period(day_on(first), day_on(after) - 1)


def _of_the_calendar(found: re.Match[str]) -> Period:
    year = int(found["year"])
    if found["quarter"]:
        return _months(date(year, _MONTHS_OF_A_QUARTER * int(found["quarter"]) - 2, 1), _MONTHS_OF_A_QUARTER)
    if found["month"]:
        return _months(date(year, int(found["month"]), 1), 1)
    return _months(date(year, 1, 1), _MONTHS_OF_A_YEAR)


def period_of(text: str, *, now: Moment) -> Period:
    """Return the period that the text means at `now`; `year`, `quarter`, `month` run from their first day to today.

    `all` is every day there is. `2020`, `2020-Q3`, `2020-07` and `2020-12-21/2021-01-20` are whole, whatever the clock
    says. Anything else raises UnknownPeriod.
    """
    if text == "all":
        return ALL
    if text in NAMES:
        today = day_of(now)
        return Period(day_on(_named(text, date_of(today))), today)
    first, _, last = text.partition("/")
    try:
        if found := _CALENDAR.fullmatch(text):
            return _of_the_calendar(found)
        return Period(day_on(date.fromisoformat(first)), day_on(date.fromisoformat(last)))
    except ValueError as wrong:
        wanted = f"{', '.join(NAMES)}, 2020, 2020-Q3, 2020-07 or FROM/TO as 2020-01-01/2020-07-10"
        raise UnknownPeriod(f"{text!r} is no period (wanted: {wanted})") from wrong
