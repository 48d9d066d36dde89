"""A calendar document is read whole, or refused with its name, the line and the field."""

from datetime import date
from pathlib import Path

import holidays
import pytest

from streams.core.law import BadCalendar
from streams.core.moments import date_of, day_on
from streams.core.sessions import Hours
from streams.wire.calendars import line_of, read_calendar, read_calendars

FOLDER = Path(__file__).parents[4] / "deploy/reference/calendar"
SHIPPED = read_calendars({file.name: file.read_text("utf-8") for file in FOLDER.glob("*.toml")})

WHOLE = """\
version = "2024-v2"
year = 2024
confirmed = true
valid_from = 2024-01-01
source = "a decision"

[[days_off]]
day = 2024-01-01
name = "Tết Dương lịch"

[[swaps]]
off = 2024-04-29
made_up = 2024-05-04
sessions = [["07:00", "11:00"]]

[[hours]]
weekdays = ["mon", "sat"]
sessions = [["07:00", "11:30"], ["13:00", "23:59"]]
first = 2024-04-01
last = 2024-10-01
unit_group = "commune"

[[unsettled]]
day = 2024-11-24
name = "a day in doubt"
"""


def test_a_document_is_read_whole() -> None:
    read = read_calendar("2024.toml", WHOLE)
    assert (read.version, read.year, read.confirmed, read.source) == ("2024-v2", 2024, True, "a decision")
    assert read.valid_from == read.days_off[0].day == day_on(date(2024, 1, 1))
    assert read.swaps[0].sessions == ((25_200, 39_600),)
    season = day_on(date(2024, 4, 1)), day_on(date(2024, 10, 1))
    assert read.hours == (Hours(((25_200, 41_400), (46_800, 86_340)), (0, 5), *season, "commune"),)
    assert read.unsettled[0].name == "a day in doubt"


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        pytest.param("year = 2024", "year = 24", 2, "year", id="a year that is none"),
        pytest.param("year = 2024", 'year = "2024"', 2, "year", id="a year as text"),
        pytest.param("year = 2024", "year = = 2024", 2, "document", id="not TOML"),
        pytest.param('version = "2024-v2"', "", None, "document", id="no version"),
        pytest.param("day = 2024-01-01", "day = 2024-13-01", None, "document", id="a month that is none"),
        pytest.param("day = 2024-01-01", "day = 2023-01-01", 8, "days_off[0].day", id="a day of another year"),
        pytest.param("made_up = 2024-05-04", "made_up = 2024-05-03", 13, "swaps[0].made_up", id="made up on a weekday"),
        pytest.param(
            '"07:00", "11:30"', '"7h", "11:30"', 18, "hours[0].sessions[0][0]", id="a clock time that is none"
        ),
        pytest.param('"13:00", "23:59"', '"11:00", "23:59"', 18, "hours[0].sessions", id="overlapping sessions"),
        pytest.param('"mon", "sat"', '"mon", "thứ bảy"', 17, "hours[0].weekdays", id="a weekday that is none"),
        pytest.param('name = "a day in doubt"', "", 23, "unsettled[0]", id="a day without a name"),
        pytest.param('name = "a day in doubt"', 'nom = "x"', 23, "unsettled[0]", id="an unknown field"),
    ],
)
def test_a_fault_names_document_line_and_field(old: str, new: str, line: int | None, field: str) -> None:
    assert old in WHOLE
    with pytest.raises(BadCalendar) as caught:
        read_calendars({"2024.toml": WHOLE.replace(old, new)})
    assert (caught.value.document, caught.value.field) == ("2024.toml", field)
    assert caught.value.line == line or (line is None and caught.value.field == "document")
    assert str(caught.value).startswith("2024.toml")


def test_a_year_twice_names_the_second_document() -> None:
    with pytest.raises(BadCalendar, match=r"b\.toml, line 2: year: 2024 is already stated"):
        read_calendars({"b.toml": WHOLE, "a.toml": WHOLE})


def test_a_line_is_found_in_either_way_of_writing_a_list() -> None:
    inline = "version = 'v'\ndays_off = [\n  { day = 1, name = 'a' },\n  # a remark\n  { day = 2, name = 'b' },\n]\n"
    assert line_of(inline, "days_off[1].name") == 5
    assert line_of(inline, "days_off[1].citation") == 5
    assert line_of(inline, "days_off[2].day") is None
    assert line_of(inline, "swaps[0].off") is None
    assert line_of("days_off = [{ day = 1 }]", "days_off[0].day") == 1
    assert line_of("days_off = [\n{ day = 1 }", "days_off[0].day") == 2
    assert line_of(inline, "year") is None


def weekdays_off(year: int) -> set[date]:
    stated = {date_of(off.day) for document in SHIPPED for off in document.days_off}
    stated |= {date_of(swap.off) for document in SHIPPED for swap in document.swaps}
    return {day for day in stated if day.year == year}


def library(year: int) -> set[date]:
    return {day for day in holidays.country_holidays("VN", years=year) if day.weekday() < 5}


@pytest.mark.parametrize("year", range(2018, 2026))
def test_the_shipped_calendar_agrees_with_the_library_where_that_is_right(year: int) -> None:
    assert weekdays_off(year) == library(year)


def test_in_2026_the_library_misses_a_swap_and_has_a_day_whose_enactment_was_not_confirmed() -> None:
    assert weekdays_off(2026) - library(2026) == {date(2026, 1, 2)}
    assert library(2026) - weekdays_off(2026) == {date(2026, 11, 24)}
    unsettled = [date_of(day.day) for document in SHIPPED for day in document.unsettled]
    assert unsettled == [date(2026, 11, 24)]


def test_the_days_made_up_on_saturdays_are_those_of_the_decisions() -> None:
    made_up = {(date_of(swap.off), date_of(swap.made_up)) for document in SHIPPED for swap in document.swaps}
    assert made_up == {
        (date(2018, 12, 31), date(2019, 1, 5)),
        (date(2019, 4, 29), date(2019, 5, 4)),
        (date(2024, 4, 29), date(2024, 5, 4)),
        (date(2025, 5, 2), date(2025, 4, 26)),
        (date(2026, 1, 2), date(2026, 1, 10)),
        (date(2026, 8, 31), date(2026, 8, 22)),
    }


TET = {
    2018: ("02-14", "02-20"),
    2019: ("02-04", "02-08"),
    2020: ("01-23", "01-29"),
    2021: ("02-10", "02-16"),
    2022: ("01-31", "02-04"),
    2023: ("01-20", "01-26"),
    2024: ("02-08", "02-14"),
    2025: ("01-27", "01-31"),
    2026: ("02-16", "02-20"),
}


@pytest.mark.parametrize("year", TET)
def test_tet_is_off_from_and_to_the_decided_days(year: int) -> None:
    document = next(document for document in SHIPPED if document.year == year)
    tet = [date_of(off.day) for off in document.days_off if off.name == "Tết Nguyên đán"]
    assert (f"{tet[0]:%m-%d}", f"{tet[-1]:%m-%d}") == TET[year]


def test_a_confirmed_year_cites_its_decision_and_an_unconfirmed_one_cites_none() -> None:
    assert {document.year for document in SHIPPED if not document.confirmed} == {2020}
    assert all(bool(document.source) is document.confirmed for document in SHIPPED)
    for document in SHIPPED:
        if document.confirmed:
            assert all(off.citation for off in document.days_off)
            assert all(swap.citation for swap in document.swaps)
