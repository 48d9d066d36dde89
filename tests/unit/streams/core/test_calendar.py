"""A working calendar knows which seconds are worked, and says where it stops knowing."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from streams.core.calendar import Calendar
from streams.core.law import BadCalendar, NotWorked, OutOfReach
from streams.core.moments import VIETNAM, Day, Moment, day_on, moment_of
from streams.core.sessions import CalendarDocument, DayOff, Hours, Swap

HOUR = 3600


def at(text: str) -> Moment:
    return moment_of(datetime.fromisoformat(text).replace(tzinfo=VIETNAM))


def day(text: str) -> Day:
    return day_on(date.fromisoformat(text))


TURN = CalendarDocument(
    "2018.toml",
    "2018-v1",
    2018,
    confirmed=True,
    days_off=(DayOff(day("2018-09-03"), "Quốc khánh (nghỉ bù)", day("2018-09-02"), "a decision"),),
    swaps=(Swap(day("2018-12-31"), day("2019-01-05"), None, "another"),),
)
NEXT = CalendarDocument("2019.toml", "2019-v1", 2019, confirmed=True, days_off=(DayOff(day("2019-01-01"), "Tết"),))
LATER = CalendarDocument("2021.toml", "2021-v2", 2021, confirmed=True)
OPEN = CalendarDocument("2022.toml", "2022-v2", 2022)


@pytest.fixture
def calendar() -> Calendar:
    """Four years, one of them missing in between and one not confirmed; built anew for each test."""
    return Calendar.build([OPEN, TURN, LATER, NEXT], reach=(2017, 2030))


@pytest.fixture
def short() -> Calendar:
    """A single year, so that every border of the index lies in sight."""
    return Calendar.build([], reach=(2024, 2024))


def test_the_version_names_every_document_and_the_unit_group(calendar: Calendar) -> None:
    hours = CalendarDocument("hours.toml", "hours-v3", hours=(Hours(((0, HOUR),)),))
    assert calendar.version == "2018..2019-v1+2021..2022-v2"
    assert Calendar.build([TURN, hours], "commune", reach=(2018, 2018)).version == "hours-v3+2018-v1/commune"
    assert Calendar.build([], reach=(2018, 2018)).version == "usual"


def test_a_weekday_swapped_off_is_made_up_across_the_turn_of_the_year(calendar: Calendar) -> None:
    assert not calendar.working_day(day("2018-12-31"))
    assert not calendar.working_day(day("2019-01-01"))
    assert calendar.working_day(day("2019-01-05"))
    assert calendar.between(at("2018-12-28T17:00"), at("2019-01-07T00:00")) == 4 * int(7.5 * HOUR)


def test_a_day_off_names_its_reason_and_its_source(calendar: Calendar) -> None:
    assert calendar.days_off[day("2018-09-03")].citation == "a decision"
    swapped = DayOff(day("2018-12-31"), "nghỉ hoán đổi", compensates=day("2019-01-05"), citation="another")
    assert calendar.days_off[day("2018-12-31")] == swapped


def test_a_made_up_day_has_the_sessions_of_the_weekday_it_replaces_unless_others_are_stated() -> None:
    monday = Hours(((8 * HOUR, 9 * HOUR),), weekdays=(0,))
    document = CalendarDocument(
        "2019.toml", "v1", 2019, hours=(monday,), swaps=(Swap(day("2019-04-29"), day("2019-05-04")),)
    )
    assert Calendar.build([document], reach=(2019, 2019)).closing(day("2019-05-04")) == at("2019-05-04T09:00")
    stated = Swap(day("2019-04-29"), day("2019-05-04"), ((7 * HOUR, 8 * HOUR),))
    document = CalendarDocument("2019.toml", "v1", 2019, hours=(monday,), swaps=(stated,))
    assert Calendar.build([document], reach=(2019, 2019)).opening(day("2019-05-04")) == at("2019-05-04T07:00")


def test_a_made_up_day_has_the_hours_of_its_group_and_of_its_season() -> None:
    swap = Swap(day("2019-04-29"), day("2019-05-04"))
    hours = (
        Hours(((8 * HOUR, 9 * HOUR),)),
        Hours(((10 * HOUR, 11 * HOUR),), first=day("2019-05-01")),
        Hours(((14 * HOUR, 15 * HOUR),), unit_group="commune"),
    )
    document = CalendarDocument("2019.toml", "v1", 2019, hours=hours, swaps=(swap,))
    openings = {
        group: Calendar.build([document], group, reach=(2019, 2019)).opening(swap.made_up)
        for group in (None, "commune")
    }
    assert openings == {None: at("2019-05-04T10:00"), "commune": at("2019-05-04T14:00")}


def test_hours_differ_by_weekday_season_and_group_and_the_last_of_the_own_group_counts() -> None:
    hours = CalendarDocument(
        "hours.toml",
        "hours-v1",
        hours=(
            Hours(((8 * HOUR, 12 * HOUR),), (5,), unit_group="commune"),
            Hours(((9 * HOUR, 10 * HOUR),), (5,)),
            Hours(((7 * HOUR, 11 * HOUR), (13 * HOUR, 16 * HOUR)), first=day("2026-04-15"), last=day("2026-10-15")),
        ),
    )
    commune, others = (Calendar.build([hours], group, reach=(2026, 2026)) for group in ("commune", None))
    saturday = day("2026-06-06")
    assert commune.opening(saturday) == at("2026-06-06T08:00")
    assert others.opening(saturday) == at("2026-06-06T09:00")
    assert others.opening(day("2026-04-14")) == at("2026-04-14T07:30")
    assert others.opening(day("2026-04-15")) == at("2026-04-15T07:00")
    assert others.closing(day("2026-10-15")) == at("2026-10-15T16:00")
    assert others.closing(day("2026-10-16")) == at("2026-10-16T17:00")


@pytest.mark.parametrize(
    ("start", "seconds", "end"),
    [
        pytest.param("2026-03-02T09:00", 0, "2026-03-02T09:00", id="nothing leaves it where it is"),
        pytest.param("2026-03-01T09:00", 0, "2026-03-01T09:00", id="even on a Sunday"),
        pytest.param("2026-03-02T09:00", 9000, "2026-03-02T11:30", id="to the end of a session, not the next start"),
        pytest.param("2026-03-02T09:00", 9001, "2026-03-02T13:30:01", id="over the break"),
        pytest.param("2026-03-06T16:59:59", 2, "2026-03-09T07:30:01", id="over the weekend"),
        pytest.param("2026-03-09T07:30:01", -1, "2026-03-09T07:30", id="back to a start, not the end before"),
        pytest.param("2026-03-09T07:30:01", -2, "2026-03-06T16:59:59", id="back over the weekend"),
    ],
)
def test_working_time_is_added(calendar: Calendar, start: str, seconds: int, end: str) -> None:
    assert calendar.add(at(start), seconds) == at(end)


def test_between_counts_the_start_and_not_the_end_and_is_nothing_backwards(calendar: Calendar) -> None:
    assert calendar.between(at("2026-03-02T11:29:59"), at("2026-03-02T13:30:01")) == 2
    assert calendar.between(at("2026-03-03T09:00"), at("2026-03-02T09:00")) == 0


def test_before_the_first_session_of_the_index_nothing_was_worked(short: Calendar) -> None:
    assert short.between(at("2024-01-01T00:00"), at("2024-01-01T07:30")) == 0
    assert short.roll(at("2024-01-01T00:00")) == at("2024-01-01T07:30")
    assert short.between(at("2024-01-01T00:00"), at("2024-01-01T08:00")) == HOUR // 2
    assert short.add(at("2024-01-01T08:00"), -HOUR // 2) == at("2024-01-01T07:30")
    assert list(short.sessions(at("2024-01-01T00:00"), at("2024-01-01T12:00"))) == [
        (at("2024-01-01T07:30"), at("2024-01-01T11:30"))
    ]


def test_a_half_day_may_end_in_the_last_session_of_the_index(short: Calendar) -> None:
    assert short.next_session(at("2024-12-31T10:00")) == at("2024-12-31T16:00")


@pytest.mark.parametrize(
    ("moment", "rolled"),
    [
        pytest.param("2026-03-02T07:29:59", "2026-03-02T07:30", id="before the office opens"),
        pytest.param("2026-03-02T07:30", "2026-03-02T07:30", id="as it opens"),
        pytest.param("2026-03-02T11:30", "2026-03-02T11:30", id="the closing second belongs to the session"),
        pytest.param("2026-03-02T11:30:01", "2026-03-02T13:30", id="in the break"),
        pytest.param("2026-03-06T17:00:01", "2026-03-09T07:30", id="after it closed on Friday"),
    ],
)
def test_a_moment_rolls_into_the_next_session(calendar: Calendar, moment: str, rolled: str) -> None:
    assert calendar.roll(at(moment)) == at(rolled)


def test_working_days_are_counted_both_ways_and_zero_is_today_or_the_next(calendar: Calendar) -> None:
    saturday = day("2026-03-07")
    assert calendar.next_working_day(saturday) == day("2026-03-09")
    assert calendar.next_working_day(saturday, 5) == day("2026-03-13")
    assert calendar.next_working_day(saturday, -1) == day("2026-03-06")
    assert calendar.next_working_day(saturday, 0) == day("2026-03-09")
    assert calendar.next_working_day(day("2026-03-06"), 0) == day("2026-03-06")


@pytest.mark.parametrize(
    ("clock", "held"),
    [(6 * HOUR, "07:30"), (9 * HOUR, "09:00"), (12 * HOUR, "13:30"), (17 * HOUR, "17:00"), (20 * HOUR, "17:00")],
    ids=["before opening", "in session", "in the break", "at closing", "after closing"],
)
def test_a_clock_time_is_moved_into_a_session_of_its_day(calendar: Calendar, clock: int, held: str) -> None:
    assert calendar.at_clock(day("2026-03-06"), clock) == at(f"2026-03-06T{held}")


@pytest.mark.parametrize(
    ("due", "end"),
    [
        pytest.param("2026-03-06T09:00", "2026-03-06T17:00", id="a working day"),
        pytest.param("2026-03-07T09:00", "2026-03-09T17:00", id="a Saturday rolls"),
        pytest.param("2026-03-06T20:00", "2026-03-06T20:00", id="never before the due moment itself"),
    ],
)
def test_the_due_day_ends_when_the_office_closes(calendar: Calendar, due: str, end: str) -> None:
    assert calendar.end_of_due_day(at(due)) == at(end)


@pytest.mark.parametrize(
    ("since", "until", "provisional"),
    [
        pytest.param(None, "2017-12-31T23:59", True, id="before the first year"),
        pytest.param(None, "2018-01-01T00:00", False, id="a confirmed year"),
        pytest.param("2018-06-01T00:00", "2019-06-01T00:00", False, id="over the turn of two confirmed years"),
        pytest.param("2019-06-01T00:00", "2021-06-01T00:00", True, id="over a year without a document"),
        pytest.param(None, "2022-01-01T00:00", True, id="a year that is not confirmed"),
        pytest.param(None, "2030-01-01T00:00", True, id="beyond the last year"),
    ],
)
def test_what_leans_on_an_unconfirmed_year_is_provisional(
    calendar: Calendar, since: str | None, until: str, provisional: bool
) -> None:
    assert calendar.provisional(at(until), None if since is None else at(since)) is provisional


def test_an_unsettled_day_is_worked_and_what_leans_on_it_is_provisional() -> None:
    doubt = DayOff(day("2026-11-24"), "Ngày Văn hóa Việt Nam")
    year = CalendarDocument("2026.toml", "2026-v1", 2026, confirmed=True, unsettled=(doubt,))
    unsettled = Calendar.build([year], reach=(2026, 2026))
    assert unsettled.working_day(day("2026-11-24"))
    assert not unsettled.provisional(at("2026-11-23T23:59:59"))
    assert unsettled.provisional(at("2026-11-24T00:00"))
    assert unsettled.provisional(at("2026-11-30T00:00"), at("2026-11-20T00:00"))
    assert not unsettled.provisional(at("2026-11-30T00:00"), at("2026-11-25T00:00"))


def test_a_day_on_which_nobody_works_neither_opens_nor_closes(calendar: Calendar) -> None:
    with pytest.raises(NotWorked, match="nothing is worked on day"):
        calendar.opening(day("2026-03-07"))
    with pytest.raises(NotWorked):
        calendar.closing(day("2150-03-07"))
    assert not calendar.working_day(day("2150-03-07"))


def test_the_office_opens_on_the_day_or_on_the_last_working_day_before_it(calendar: Calendar) -> None:
    assert calendar.opening_by(day("2019-03-08")) == calendar.opening(day("2019-03-08"))
    assert calendar.opening_by(day("2019-03-10")) == calendar.opening(day("2019-03-08"))
    for outside in ("2017-01-01", "2016-12-31", "2031-01-01"):
        with pytest.raises(OutOfReach):
            calendar.opening_by(day(outside))


def test_the_usual_week_is_worked_from_1990_to_2100_where_no_document_says_otherwise() -> None:
    usual = Calendar.build([])
    assert usual.working_day(day("1990-01-01"))
    assert usual.closing(day("2100-12-31")) == at("2100-12-31T17:00")
    assert [usual.working_day(day(f"2026-03-0{number}")) for number in range(2, 9)] == 5 * [True] + 2 * [False]
    assert list(usual.sessions(at("2026-03-02T00:00"), at("2026-03-03T00:00"))) == [
        (at("2026-03-02T07:30"), at("2026-03-02T11:30")),
        (at("2026-03-02T13:30"), at("2026-03-02T17:00")),
    ]
    for outside in ("1989-12-31T12:00", "2101-01-01T00:00"):
        with pytest.raises(OutOfReach):
            usual.roll(at(outside))


def test_the_last_day_of_the_index_closes() -> None:
    assert Calendar.build([], reach=(2024, 2024)).closing(day("2024-12-31")) == at("2024-12-31T17:00")


def test_what_lies_outside_the_years_is_out_of_reach_and_named(short: Calendar) -> None:
    asked: list[Callable[[], object]] = [
        lambda: short.roll(at("1890-01-01T00:00")),
        lambda: short.between(at("2024-01-01T00:00"), at("2025-01-01T00:00")),
        lambda: short.roll(at("2024-12-31T17:00:01")),
        lambda: short.next_session(at("2024-12-31T16:00")),
        lambda: short.add(at("2024-12-31T16:00"), HOUR + 1),
        lambda: short.add(at("2024-01-01T16:00"), -9 * HOUR),
        lambda: short.next_working_day(day("2023-12-31")),
        lambda: short.next_working_day(day("2024-12-31")),
        lambda: short.roll(10**18),
    ]
    for ask in asked:
        with pytest.raises(OutOfReach, match="calendar"):
            ask()


def test_a_calendar_in_which_nobody_works_says_so_and_never_searches_for_ever() -> None:
    never = Calendar.build([CalendarDocument("hours.toml", "hours-v1", hours=(Hours(()),))], reach=(2024, 2025))
    assert never.between(at("2024-01-01T00:00"), at("2025-01-01T00:00")) == 0
    assert list(never.sessions(at("2024-01-01T00:00"), at("2025-01-01T00:00"))) == []
    with pytest.raises(OutOfReach):
        never.roll(at("2024-01-01T00:00"))
    with pytest.raises(OutOfReach):
        never.add(at("2024-01-01T00:00"), 1)


def test_sessions_are_given_clipped_and_never_empty(calendar: Calendar) -> None:
    found = list(calendar.sessions(at("2026-03-02T11:30"), at("2026-03-03T08:00")))
    assert found == [(at("2026-03-02T13:30"), at("2026-03-02T17:00")), (at("2026-03-03T07:30"), at("2026-03-03T08:00"))]


WEEKDAYS = "weekdays are 0 (Monday) to 6 (Sunday), at least one"
SESSION = "a session must end after it begins, before midnight"


def document(**stated: object) -> CalendarDocument:
    return CalendarDocument("2024.toml", "2024-v1", 2024, **stated)  # type: ignore[arg-type]  # each case states one field


@pytest.mark.parametrize(
    ("documents", "field", "problem"),
    [
        pytest.param([document(), document()], "year", "2024 is already stated by another document", id="a year twice"),
        pytest.param(
            [document(days_off=(DayOff(day("2024-01-01"), "a"), DayOff(day("2024-01-01"), "b")))],
            "days_off[1].day",
            "2024-01-01 is stated twice",
            id="a day twice",
        ),
        pytest.param(
            [document(days_off=(DayOff(day("2025-01-01"), "a"),))],
            "days_off[0].day",
            "2025-01-01 is not in the document's year 2024",
            id="another year",
        ),
        pytest.param(
            [document(swaps=(Swap(day("2025-04-28"), day("2024-05-04")),))],
            "swaps[0].off",
            "2025-04-28 is not in the document's year 2024",
            id="a swap of another year",
        ),
        pytest.param(
            [document(swaps=(Swap(day("2024-04-28"), day("2024-05-04")),))],
            "swaps[0].off",
            "2024-04-28 is a weekend, nothing to make up",
            id="a Sunday swapped off",
        ),
        pytest.param(
            [document(swaps=(Swap(day("2024-04-27"), day("2024-05-04")),))],
            "swaps[0].off",
            "2024-04-27 is a weekend, nothing to make up",
            id="a Saturday swapped off",
        ),
        pytest.param(
            [document(swaps=(Swap(day("2024-04-29"), day("2024-05-03")),))],
            "swaps[0].made_up",
            "2024-05-03 is not a weekend",
            id="made up on a weekday",
        ),
        pytest.param(
            [document(swaps=(Swap(day("2024-04-29"), day("2024-05-04"), ((5, 4),)),))],
            "swaps[0].sessions",
            SESSION,
            id="a made-up session ends before it begins",
        ),
        pytest.param([document(hours=(Hours((), weekdays=()),))], "hours[0].weekdays", WEEKDAYS, id="no weekday"),
        pytest.param(
            [document(hours=(Hours((), weekdays=(7,)),))], "hours[0].weekdays", WEEKDAYS, id="an eighth weekday"
        ),
        pytest.param(
            [document(hours=(Hours((), first=2, last=1),))],
            "hours[0].last",
            "ends before it begins",
            id="a season backwards",
        ),
        pytest.param(
            [document(hours=(Hours(((1, 3), (2, 4))),))],
            "hours[0].sessions",
            "sessions overlap or are out of order",
            id="sessions overlap",
        ),
        pytest.param(
            [document(hours=(Hours(((1, 86_400),)),))],
            "hours[0].sessions",
            SESSION,
            id="a session up to midnight",
        ),
        pytest.param([document(hours=(Hours(((5, 5),)),))], "hours[0].sessions", SESSION, id="a session of no length"),
        pytest.param(
            [document(hours=(Hours(((-1, 5),)),))], "hours[0].sessions", SESSION, id="a session before midnight"
        ),
    ],
)
def test_a_contradiction_names_document_field_and_problem(
    documents: list[CalendarDocument], field: str, problem: str
) -> None:
    with pytest.raises(BadCalendar) as caught:
        Calendar.build(documents)
    assert (caught.value.document, caught.value.field) == ("2024.toml", field)
    assert str(caught.value) == f"2024.toml: {field}: {problem}"
    assert caught.value.problem == problem


def test_a_season_may_be_one_day_and_hours_may_be_stated_for_every_weekday() -> None:
    friday = day("2024-03-01")
    short = Hours(((8 * HOUR, 9 * HOUR),), weekdays=(0, 1, 2, 3, 4, 5, 6), first=friday, last=friday)
    short_friday = Calendar.build([document(hours=(short,))], reach=(2024, 2024))
    assert short_friday.closing(friday) == at("2024-03-01T09:00")
    assert short_friday.opening(day("2024-03-04")) == at("2024-03-04T07:30")


def test_sessions_may_touch_and_may_fill_the_day_to_its_last_second() -> None:
    whole = Hours(((0, HOUR), (HOUR, 86_399)), weekdays=(0,))
    mondays = Calendar.build([document(hours=(whole,))], reach=(2024, 2024))
    monday = day("2024-03-04")
    assert (mondays.opening(monday), mondays.closing(monday)) == (at("2024-03-04T00:00"), at("2024-03-04T23:59:59"))
    assert mondays.between(at("2024-03-04T00:00"), at("2024-03-05T00:00")) == 86_399


def test_a_contradiction_names_its_line_where_the_reader_knows_it() -> None:
    bad = BadCalendar("2024.toml", "year", "no year", line=3)
    assert (str(bad), bad.line) == ("2024.toml, line 3: year: no year", 3)
