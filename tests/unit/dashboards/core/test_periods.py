from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from dashboards.core.periods import ALL, Period, UnknownPeriod, period_of
from streams.core.moments import day_on, moment_of

VIETNAM = timezone(timedelta(hours=7))


def at(year: int, month: int, day: int) -> int:
    return moment_of(datetime(year, month, day, 12, tzinfo=VIETNAM))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        pytest.param("year", "2020-01-01", "2020-08-15", id="year to date"),
        pytest.param("quarter", "2020-07-01", "2020-08-15", id="quarter to date"),
        pytest.param("month", "2020-08-01", "2020-08-15", id="month to date"),
        pytest.param("2020", "2020-01-01", "2020-12-31", id="a whole year"),
        pytest.param("2020-Q1", "2020-01-01", "2020-03-31", id="a whole quarter"),
        pytest.param("2020-Q4", "2020-10-01", "2020-12-31", id="the last quarter"),
        pytest.param("2020-02", "2020-02-01", "2020-02-29", id="a whole month"),
        pytest.param("2020-12", "2020-12-01", "2020-12-31", id="the last month"),
        pytest.param("2020-07-21/2020-08-20", "2020-07-21", "2020-08-20", id="from the 21st to the 20th"),
    ],
)
def test_a_period_is_resolved_against_the_given_moment(name: str, first: str, last: str) -> None:
    found = period_of(name, now=at(2020, 8, 15))
    assert found == Period(day_on(date.fromisoformat(first)), day_on(date.fromisoformat(last)))
    assert str(found) == f"{first}/{last}"


def test_the_day_of_a_period_is_the_vietnamese_one() -> None:
    half_past_midnight = moment_of(datetime(2020, 8, 31, 17, 30, tzinfo=UTC))
    assert str(period_of("month", now=half_past_midnight)) == "2020-09-01/2020-09-01"


@pytest.mark.parametrize(
    ("month", "first"), [(1, "2020-01-01"), (3, "2020-01-01"), (4, "2020-04-01"), (12, "2020-10-01")]
)
def test_a_quarter_begins_with_january_april_july_or_october(month: int, first: str) -> None:
    assert str(period_of("quarter", now=at(2020, month, 9))).startswith(first)


def test_all_holds_every_day_there_is() -> None:
    everything = period_of("all", now=at(2020, 8, 15))
    assert everything == ALL
    assert day_on(date(1, 1, 1)) in everything
    assert day_on(date(9999, 12, 31)) in everything


def test_both_ends_of_a_period_belong_to_it() -> None:
    period = period_of("2020-01-01/2020-01-03", now=0)
    days = [day_on(date(2020, 1, 1)) + step for step in range(-1, 4)]
    assert [day in period for day in days] == [False, True, True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "week",
        "2020-13",
        "2020-Q5",
        "0000",
        "9999",
        "2020-01-01",
        "2020-02-30/2020-03-01",
        "2020-02-01/2020-01-01",
        "/",
    ],
)
def test_what_is_no_period_is_refused_with_what_is_wanted(text: str) -> None:
    with pytest.raises(UnknownPeriod, match="wanted: all, year, quarter, month, 2020"):
        period_of(text, now=0)
