"""A limit ends when the rules of docs/decisions/0004-law-of-time.md say, and pauses subtract working time."""

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from streams.core.calendar import Calendar
from streams.core.due import Interval, due, extended
from streams.core.law import BadPause, OutOfReach
from streams.core.limits import Limit, LimitUnit, parse_limit
from streams.core.moments import VIETNAM, Moment, datetime_of, day_on, moment_of
from streams.core.pauses import united
from streams.core.redating import due_many
from streams.core.sessions import CalendarDocument, DayOff, Hours
from streams.wire.calendars import read_calendars

ROOT = Path(__file__).parents[4]
SHIPPED = {file.name: file.read_text("utf-8") for file in (ROOT / "deploy/reference/calendar").glob("*.toml")}
VECTORS = list(csv.DictReader((ROOT / "tests/data/due_date_vectors.csv").read_text("utf-8").splitlines()))
calendar = Calendar.build(read_calendars(SHIPPED))


def at(text: str) -> Moment:
    return moment_of(datetime.fromisoformat(text).replace(tzinfo=VIETNAM))


def told(moment: Moment) -> str:
    return datetime_of(moment).replace(tzinfo=None).isoformat(timespec="minutes")


def pause(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["why"] for vector in VECTORS])
def test_the_published_vectors_hold(vector: dict[str, str]) -> None:
    limit = Limit(int(vector["working_days"]), LimitUnit.WORKING_DAYS)
    result = due(limit, at(f"{vector['received']}T10:15"), calendar=calendar)
    assert told(result.due_at) == f"{vector['due']}T10:15"


@pytest.mark.parametrize(
    ("limit", "received", "expected"),
    [
        pytest.param("5 working days", "2026-03-02T09:00", "2026-03-09T09:00", id="keeps the receipt's clock time"),
        pytest.param(
            "1 working day", "2026-03-06T20:00", "2026-03-10T07:30", id="received at night: from the next opening"
        ),
        pytest.param(
            "1 working day", "2026-03-02T12:00", "2026-03-03T13:30", id="received in the break: from the next session"
        ),
        pytest.param(
            "1 working day", "2026-03-02T17:00", "2026-03-03T17:00", id="the closing second is still that day"
        ),
        pytest.param("0.5 working days", "2026-03-02T09:30", "2026-03-02T15:30", id="half a day is the next session"),
        pytest.param(
            "0.5 working days", "2026-03-02T11:20", "2026-03-02T17:00", id="at most to the end of that session"
        ),
        pytest.param("0.5 working days", "2026-03-06T15:30", "2026-03-09T09:30", id="over the weekend"),
        pytest.param("1.5 working days", "2026-03-02T09:30", "2026-03-03T15:30", id="a day and a half"),
        pytest.param(
            "8 working hours", "2026-03-02T09:00", "2026-03-03T09:30", id="working hours run in sessions only"
        ),
        pytest.param("2.5 working hours", "2026-03-02T09:00", "2026-03-02T11:30", id="and may end as a session does"),
        pytest.param("24 hours", "2026-03-06T16:00", "2026-03-07T16:00", id="hours run by the wall clock"),
        pytest.param(
            "24 hours", "2026-03-06T20:00", "2026-03-10T07:30", id="from the next session when received outside"
        ),
        pytest.param("15 days", "2026-03-02T09:00", "2026-03-17T09:00", id="days: the first is not counted"),
        pytest.param("5 days", "2026-03-02T16:00", "2026-03-09T16:00", id="an end on Saturday rolls to Monday"),
        pytest.param(
            "5 days", "2026-03-03T08:00", "2026-03-09T17:00", id="whoever came later has until that day closes"
        ),
        pytest.param("10 days", "2026-02-04T09:00", "2026-02-23T09:00", id="an end in Tết rolls over all of it"),
        pytest.param("1 month", "2026-03-16T09:00", "2026-04-16T09:00", id="months: the same number"),
        pytest.param(
            "1 month", "2026-01-30T09:00", "2026-03-02T17:00", id="a short month ends on its last day, and rolls"
        ),
        pytest.param("1 month", "2024-01-31T08:00", "2024-02-29T17:00", id="leap day, shared with earlier receipts"),
        pytest.param("2 tháng", "2025-12-01T09:00", "2026-02-02T09:00", id="over the turn of the year"),
        pytest.param(
            "3 days", "2018-12-26T09:00", "2019-01-02T09:00", id="swapped-off New Year's Eve is no working day"
        ),
        pytest.param("1 working day", "2019-01-04T09:00", "2019-01-05T09:00", id="its made-up Saturday is worked"),
        pytest.param("2 working days", "2025-12-31T09:00", "2026-01-06T09:00", id="2 January 2026 is off"),
        pytest.param("1 working day", "2026-01-09T09:00", "2026-01-10T09:00", id="10 January 2026 is worked"),
    ],
)
def test_a_limit_ends(limit: str, received: str, expected: str) -> None:
    assert told(due(parse_limit(limit), at(received), calendar=calendar).due_at) == expected


def test_a_clock_time_outside_the_due_day_s_sessions_is_moved_into_one() -> None:
    short = CalendarDocument("hours.toml", "hours-v1", hours=(Hours(((30_000, 36_000), (50_000, 54_000)), (4,)),))
    fridays = Calendar.build([short])
    for received, expected in [("07:45", "08:20"), ("11:00", "13:53"), ("16:30", "15:00")]:
        result = due(Limit(1, LimitUnit.WORKING_DAYS), at(f"2026-03-05T{received}"), calendar=fridays)
        assert told(result.due_at) == f"2026-03-06T{expected}"


def test_the_first_working_day_of_the_index_shares_its_due_day_with_nobody_before() -> None:
    first = Calendar.build([], reach=(2024, 2024))
    assert told(due(Limit(5, LimitUnit.DAYS), at("2024-01-01T16:00"), calendar=first).due_at) == "2024-01-08T16:00"


@pytest.mark.parametrize(
    ("limit", "pauses", "expected"),
    [
        pytest.param("5 working days", [("2026-03-03T09:00", "2026-03-04T09:00")], "2026-03-10T09:00", id="one day"),
        pytest.param(
            "5 working days",
            [("2026-03-03T09:00", "2026-03-04T09:00"), ("2026-03-03T14:00", "2026-03-03T15:00")],
            "2026-03-10T09:00",
            id="nested pauses count once",
        ),
        pytest.param(
            "5 working days",
            [("2026-03-03T09:00", "2026-03-04T09:00"), ("2026-03-04T08:00", "2026-03-05T09:00")],
            "2026-03-11T09:00",
            id="overlapping pauses count as their union",
        ),
        pytest.param(
            "5 working days", [("2026-03-07T00:00", "2026-03-08T23:59")], "2026-03-09T09:00", id="a weekend is none"
        ),
        pytest.param(
            "5 working days", [("2026-03-09T09:00", "2026-03-20T09:00")], "2026-03-09T09:00", id="after due: none"
        ),
        pytest.param(
            "5 working days",
            [("2026-03-06T09:00", "2026-03-09T10:00"), ("2026-03-10T08:00", "2026-03-11T08:00")],
            "2026-03-11T10:00",
            id="a pause may begin before the due moment that an earlier one moved",
        ),
        pytest.param(
            "5 working days", [("2026-02-01T00:00", "2026-03-02T11:00")], "2026-03-09T11:00", id="from receipt on"
        ),
        pytest.param(
            "5 working days", [("2026-02-01T00:00", "2026-03-01T11:00")], "2026-03-09T09:00", id="before receipt"
        ),
        pytest.param("24 hours", [("2026-03-02T10:00", "2026-03-02T11:00")], "2026-03-03T10:00", id="hours pause too"),
    ],
)
def test_pauses_subtract_working_time(limit: str, pauses: list[tuple[str, str]], expected: str) -> None:
    for order in (pauses, pauses[::-1], pauses * 2):
        stated = [pause(start, end) for start, end in order]
        assert (
            told(due(parse_limit(limit), at("2026-03-02T09:00"), calendar=calendar, pauses=stated).due_at) == expected
        )


def test_an_open_pause_counts_to_the_moment_that_is_given() -> None:
    limit, received = parse_limit("5 working days"), at("2026-03-02T09:00")
    still = [Interval(at("2026-03-03T09:00"))]
    result = due(limit, received, calendar=calendar, pauses=still, until=at("2026-03-04T09:00"))
    assert told(result.due_at) == "2026-03-10T09:00"
    with pytest.raises(BadPause, match="open"):
        due(limit, received, calendar=calendar, pauses=still)


def test_an_appointed_due_moment_moves_by_a_pause_that_is_still_open_up_to_the_moment_given() -> None:
    still = [Interval(at("2026-03-03T09:00"))]
    moved = extended(
        at("2026-03-09T16:00"),
        since=at("2026-03-02T09:00"),
        pauses=still,
        calendar=calendar,
        until=at("2026-03-04T09:00"),
    )
    assert told(moved) == "2026-03-10T16:00"


def test_a_pause_without_length_is_no_error_and_moves_nothing() -> None:
    empty = [pause("2026-03-03T09:00", "2026-03-03T09:00")]
    limit = parse_limit("5 working days")
    assert told(due(limit, at("2026-03-02T09:00"), calendar=calendar, pauses=empty).due_at) == "2026-03-09T09:00"


def test_pauses_that_touch_are_one_and_those_apart_are_not() -> None:
    assert united([(5, 7), (1, 3), (3, 4)]) == [(1, 4), (5, 7)]


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    backwards = [pause("2026-03-04T09:00", "2026-03-03T09:00")]
    with pytest.raises(BadPause, match="before it begins"):
        due(parse_limit("5 working days"), at("2026-03-02T09:00"), calendar=calendar, pauses=backwards)


def test_an_appointed_due_moment_moves_by_the_pauses_since_it_was_appointed() -> None:
    pauses = [pause("2026-03-02T10:00", "2026-03-03T10:00"), pause("2026-03-04T09:00", "2026-03-05T09:00")]
    moved = extended(at("2026-03-09T16:00"), since=at("2026-03-03T09:00"), pauses=pauses, calendar=calendar)
    assert told(moved) == "2026-03-10T16:00"


def test_a_pause_that_begins_after_the_last_working_second_before_the_due_moment_moves_nothing() -> None:
    weekend = [pause("2026-03-07T10:00", "2026-03-10T10:00")]
    due_at = at("2026-03-09T07:30")
    assert extended(due_at, since=at("2026-03-03T09:00"), pauses=weekend, calendar=calendar) == due_at


def test_a_result_says_when_it_began_and_whether_it_is_provisional() -> None:
    result = due(parse_limit("5 working days"), at("2026-12-28T18:00"), calendar=calendar)
    assert told(result.starts_at) == "2026-12-29T07:30"
    assert result.provisional
    assert not due(parse_limit("5 working days"), at("2026-03-02T09:00"), calendar=calendar).provisional


@pytest.mark.parametrize("received", ["1890-01-01T09:00", "2100-12-30T09:00", "2200-01-01T09:00"])
@pytest.mark.parametrize("unit", [unit for unit in LimitUnit if unit is not LimitUnit.HOURS])
def test_what_the_calendar_does_not_reach_is_an_error(unit: LimitUnit, received: str) -> None:
    with pytest.raises(OutOfReach):
        due(Limit(100, unit), at(received), calendar=calendar)


@pytest.mark.parametrize(
    "limit", ["5 working days", "0.5 working days", "20 days", "1 month", "8 working hours", "24 hours"]
)
def test_many_due_moments_are_those_one_by_one(limit: str) -> None:
    off = DayOff(day_on(date(2026, 3, 4)), "nghỉ")
    hours = Hours(((27_000, 41_460), (43_200, 43_260)), (2, 3), first=day_on(date(2026, 3, 9)))
    document = CalendarDocument("2026.toml", "2026-v1", 2026, days_off=(off,), hours=(hours,))
    odd = Calendar.build([document], reach=(2026, 2026))
    dense = list(range(at("2026-02-27T16:00"), at("2026-03-13T00:00"), 1201))
    edges = [27_000, 41_400, 41_460, 43_200, 43_260, 48_600, 61_200]
    borders = [
        midnight + edge + second
        for midnight in range(at("2026-03-03T00:00"), at("2026-03-13T00:00"), 86_400)
        for edge in edges
        for second in (-1, 0, 1)
    ]
    for received in (dense, borders, [*borders, *dense][::-1], dense[::250], []):
        expected = [due(parse_limit(limit), each, calendar=odd).due_at for each in received]
        found = due_many(parse_limit(limit), received, calendar=odd)
        assert found == expected
        assert {type(each) for each in found} <= {int}  # a moment is whole seconds
