"""Moments and days as whole numbers, so that the law's arithmetic is integer arithmetic.

A moment is whole seconds since 1970-01-01T00:00:00Z; what is finer than a second is cut off (the national board judges
to the second). A day is the number of days since 1970-01-01 in Vietnamese local time. Vietnam has kept UTC+7 without
daylight saving since 13 June 1975 (tz database, Asia/Ho_Chi_Minh); earlier moments are read with the same offset.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, TypeAlias

Moment: TypeAlias = int
"""Whole seconds since 1970-01-01T00:00:00Z."""
Day: TypeAlias = int
"""Whole days since 1970-01-01, Vietnamese local date."""

SECOND_OF_DAY: Final = 86_400
VIETNAM: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
VIETNAM_OFFSET: Final = 7 * 3600
EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


def moment_of(at: datetime) -> Moment:
    """Return the moment of an aware datetime, cut to the second; one without a zone raises ValueError."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone is no moment")
    return (at - _EPOCH) // _SECOND


def datetime_of(at: Moment) -> datetime:
    """Return the moment as an aware datetime in Vietnamese time."""
    return datetime.fromtimestamp(at, VIETNAM)


def day_of(at: Moment) -> Day:
    """Return the Vietnamese calendar day that the moment falls on."""
    return (at + VIETNAM_OFFSET) // SECOND_OF_DAY


def clock_of(at: Moment) -> int:
    """Return the seconds since local midnight, 0 to 86,399."""
    return (at + VIETNAM_OFFSET) % SECOND_OF_DAY


def moment_on(day: Day, clock: int = 0) -> Moment:
    """Return the moment at which the local clock of `day` shows `clock` seconds after midnight."""
    return day * SECOND_OF_DAY - VIETNAM_OFFSET + clock


def date_of(day: Day) -> date:
    """Return the day as a date; outside the years 1 to 9999 raises ValueError."""
    return date.fromordinal(day + EPOCH_ORDINAL)


def day_on(on: date) -> Day:
    """Return the date as a day number."""
    return on.toordinal() - EPOCH_ORDINAL
