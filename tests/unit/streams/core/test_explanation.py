"""An explanation lists every working interval, pause, day and rule that a due moment was made of."""

from datetime import date, datetime
from pathlib import Path

import pytest

from streams.core.calendar import Calendar
from streams.core.due import Interval
from streams.core.explanation import DayMark, DayNote, Explanation, Rule, explain
from streams.core.limits import parse_limit
from streams.core.moments import VIETNAM, Moment, date_of, day_on, moment_of
from streams.core.rules import CIVIL_CODE
from streams.wire.calendars import read_calendars

SHIPPED = {
    file.name: file.read_text("utf-8") for file in (Path(__file__).parents[4] / "deploy/reference/calendar").glob("*")
}
calendar = Calendar.build(read_calendars(SHIPPED))


def at(text: str) -> Moment:
    return moment_of(datetime.fromisoformat(text).replace(tzinfo=VIETNAM))


def told(limit: str, received: str, *pauses: tuple[str, str]) -> Explanation:
    stated = [Interval(at(start), at(end), "một cửa") for start, end in pauses]
    return explain(parse_limit(limit), at(received), calendar=calendar, pauses=stated)


def test_the_intervals_of_working_hours_sum_to_the_limit_and_skip_the_pauses() -> None:
    explained = told(
        "8 working hours",
        "2026-03-02T09:00",
        ("2026-03-02T10:00", "2026-03-02T11:00"),
        ("2026-03-02T10:30", "2026-03-02T14:00"),
        ("2026-03-09T10:00", "2026-03-10T11:00"),
    )
    assert sum(counted.seconds for counted in explained.intervals) == 8 * 3600
    assert explained.intervals[0].end == at("2026-03-02T10:00")
    assert explained.intervals[1].start == at("2026-03-02T14:00")
    assert [pause.seconds for pause in explained.pauses] == [3600, 5400, 0]
    assert explained.pauses[0].asked_by == "một cửa"
    assert explained.paused_seconds == 7200


def test_an_explanation_says_what_was_asked_and_what_was_answered() -> None:
    explained = told("8 working hours", "2026-03-01T09:00", ("2026-03-02T10:00", "2026-03-02T11:00"))
    assert (explained.limit, explained.received_at) == (parse_limit("8 working hours"), at("2026-03-01T09:00"))
    assert (explained.due.starts_at, explained.due.due_at) == (at("2026-03-02T07:30"), at("2026-03-03T09:00"))
    assert explained.calendar == calendar.version
    assert explained.pauses[0].start == at("2026-03-02T10:00")


def test_a_pause_that_was_over_at_receipt_is_not_listed() -> None:
    over = ("2026-03-02T08:00", "2026-03-02T09:00")
    assert told("8 working hours", "2026-03-02T09:00", over).pauses == ()


def test_a_pause_makes_no_more_days_or_months_count() -> None:
    long = ("2026-03-03T09:00", "2026-06-02T09:00")
    months = [note.day for note in told("1 month", "2026-03-02T09:00", long).days if note.mark is DayMark.MONTH]
    assert months == [day_on(date(2026, 4, 2))]
    days = [note for note in told("5 working days", "2026-03-02T09:00", long).days if note.mark is DayMark.COUNTED]
    assert [note.day for note in days] == [day_on(date(2026, 3, number)) for number in (3, 4, 5, 6, 9)]


def test_an_open_pause_is_shown_to_the_moment_given() -> None:
    explained = explain(
        parse_limit("8 working hours"),
        at("2026-03-02T09:00"),
        calendar=calendar,
        pauses=[Interval(at("2026-03-02T10:00"))],
        until=at("2026-03-02T11:00"),
    )
    assert explained.pauses[0].end == at("2026-03-02T11:00")


def test_working_days_list_every_day_and_why_it_was_skipped() -> None:
    explained = told("3 working days", "2026-02-12T09:00")
    marks = [(f"{date_of(note.day):%d/%m}", note.mark, note.reason) for note in explained.days]
    assert marks[:3] == [("12/02", DayMark.FIRST, ""), ("13/02", DayMark.COUNTED, ""), ("14/02", DayMark.OFF, "")]
    assert marks[4] == ("16/02", DayMark.OFF, "Tết Nguyên đán")
    assert explained.days[2] == DayNote(day_on(date(2026, 2, 14)), DayMark.OFF, reason="", citation="")
    assert explained.days[4].citation
    assert sum(note.mark is DayMark.COUNTED for note in explained.days) == 3


def test_days_list_each_day_and_the_roll_at_the_end() -> None:
    explained = told("5 days", "2026-03-02T16:00")
    assert [note.mark for note in explained.days] == [DayMark.FIRST] + 4 * [DayMark.COUNTED] + 2 * [DayMark.OFF]
    assert len(told("11 days", "2026-03-02T16:00").days) == 1 + 11


def test_months_list_each_month_end() -> None:
    explained = told("2 months", "2025-12-31T09:00")
    ends = [date_of(note.day) for note in explained.days if note.mark is DayMark.MONTH]
    assert ends == [date(2026, 1, 31), date(2026, 2, 28)]
    assert explained.days[-1].mark is DayMark.OFF


def test_hours_and_days_do_not_list_the_days_off_on_their_way() -> None:
    assert [note.mark for note in told("72 hours", "2026-03-06T16:00").days] == [DayMark.FIRST]
    assert [note.mark for note in told("24 hours", "2026-03-06T16:00").days] == [DayMark.FIRST, DayMark.OFF]
    assert day_on(date(2026, 3, 7)) in [note.day for note in told("8 working hours", "2026-03-06T16:00").days]


@pytest.mark.parametrize(
    ("limit", "received", "rules"),
    [
        ("5 working days", "2026-03-02T09:00", [Rule.FIRST_DAY, Rule.CLOCK_KEPT]),
        ("5 working days", "2026-03-01T09:00", [Rule.NEXT_SESSION, Rule.FIRST_DAY, Rule.CLOCK_KEPT]),
        ("0.5 working days", "2026-03-02T09:00", [Rule.FIRST_DAY, Rule.HALF_DAY]),
        ("8 working hours", "2026-03-02T09:00", [Rule.WORKING_TIME]),
        ("24 hours", "2026-03-02T09:00", [Rule.WALL_CLOCK]),
        ("5 days", "2026-03-02T16:00", [Rule.FIRST_DAY, Rule.ROLLED, Rule.CLOCK_KEPT]),
        ("5 days", "2026-03-03T08:00", [Rule.FIRST_DAY, Rule.ROLLED, Rule.SHARED_DAY]),
        ("1 month", "2026-03-16T09:00", [Rule.FIRST_DAY, Rule.MONTH_END, Rule.CLOCK_KEPT]),
        ("1 working day", "2020-03-16T09:00", [Rule.FIRST_DAY, Rule.CLOCK_KEPT, Rule.PROVISIONAL]),
    ],
)
def test_each_rule_that_had_a_part_is_named_in_order(limit: str, received: str, rules: list[Rule]) -> None:
    assert [rule for rule, _ in told(limit, received).rules] == rules


def test_a_clock_time_moved_into_a_session_and_a_pause_are_named_with_their_sources() -> None:
    text = 'version = "h-v1"\n[[hours]]\nsessions = [["08:00", "10:00"]]\nweekdays = ["fri"]\n'
    fridays = Calendar.build(read_calendars({"hours.toml": text}))
    explained = explain(
        parse_limit("1 working day"),
        at("2026-03-05T16:00"),
        calendar=fridays,
        pauses=[Interval(at("2026-03-06T08:00"), at("2026-03-06T09:00"))],
    )
    found = dict(explained.rules)
    assert {Rule.INTO_SESSION, Rule.PAUSES, Rule.PROVISIONAL} <= set(found)
    assert found[Rule.FIRST_DAY] == CIVIL_CODE
    assert all(found.values())
