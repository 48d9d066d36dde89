"""Moments and days are whole numbers of Vietnamese time, the same in every year and on every machine."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from streams.core.moments import (
    VIETNAM,
    Moment,
    clock_of,
    date_of,
    datetime_of,
    day_of,
    day_on,
    moment_of,
    moment_on,
)

MIDNIGHT = moment_of(datetime(2026, 3, 1, 17, tzinfo=UTC))
"""The local midnight with which 2 March 2026 begins in Vietnam."""


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), 0, id="the epoch"),
        pytest.param(datetime(1970, 1, 1, 7, tzinfo=VIETNAM), 0, id="the same in Vietnam"),
        pytest.param(datetime(1970, 1, 1, 0, 0, 1, 999_999, tzinfo=UTC), 1, id="what is finer is cut off"),
        pytest.param(datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC), -1, id="before the epoch too"),
        pytest.param(datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=7))), 1_772_416_800, id="+07:00"),
        pytest.param(datetime(2026, 3, 2, 2, tzinfo=UTC), 1_772_416_800, id="the same in UTC"),
    ],
)
def test_a_moment_is_whole_seconds_since_1970_in_utc(at: datetime, moment: Moment) -> None:
    assert moment_of(at) == moment


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="without a zone is no moment"):
        moment_of(datetime(2026, 3, 2, 9))  # noqa: DTZ001 - the wrong it is about


def test_a_moment_is_shown_in_vietnamese_time() -> None:
    shown = datetime_of(1_772_416_800)
    assert shown.isoformat() == "2026-03-02T09:00:00+07:00"
    assert shown.tzname() == "Asia/Ho_Chi_Minh"
    assert moment_of(shown) == 1_772_416_800


@pytest.mark.parametrize(
    ("at", "day", "clock"),
    [
        pytest.param(MIDNIGHT - 1, date(2026, 3, 1), 86_399, id="the last second of a day"),
        pytest.param(MIDNIGHT, date(2026, 3, 2), 0, id="local midnight"),
        pytest.param(MIDNIGHT + 32_400, date(2026, 3, 2), 32_400, id="nine in the morning"),
        pytest.param(-25_201, date(1969, 12, 31), 86_399, id="the last second of 1969 in Vietnam"),
        pytest.param(-25_200, date(1970, 1, 1), 0, id="the first of 1970"),
    ],
)
def test_a_moment_falls_on_a_vietnamese_day_at_a_clock_time(at: Moment, day: date, clock: int) -> None:
    assert (date_of(day_of(at)), clock_of(at)) == (day, clock)
    assert moment_on(day_on(day), clock) == at


def test_a_day_begins_at_local_midnight() -> None:
    assert moment_on(day_on(date(2026, 3, 2))) == MIDNIGHT


def test_days_are_counted_from_1970() -> None:
    assert (day_on(date(1970, 1, 1)), day_on(date(2024, 2, 29)), day_on(date(1969, 12, 31))) == (0, 19_782, -1)


def test_a_day_outside_the_years_of_dates_has_no_date() -> None:
    for day in (day_on(date.min) - 1, day_on(date.max) + 1):
        with pytest.raises(ValueError, match=r"ordinal|range"):
            date_of(day)
