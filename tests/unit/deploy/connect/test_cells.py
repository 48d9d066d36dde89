"""Cells as people, programs and Excel leave them: what they say, or what is wrong with them."""

from datetime import UTC, datetime

import pytest

from deploy.connect.cells import SPOILED, BadCell, Cell, code_of, text_of
from deploy.connect.dates import VIETNAM, moments_in
from tests.sources import at

READ = moments_in(VIETNAM, "07:30", "17:00")


def wall(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # year, month, day, …


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("05/03/2026 10:30", "2026-03-05 10:30"),
        ("5/3/2026 9:05:07", "2026-03-05 09:05:07"),
        (" 05-03-2026  10:30\u00a0", None),
        ("05.03.2026 10h30", "2026-03-05 10:30"),
        ("10:30 05/03/2026", "2026-03-05 10:30"),
        ("10:30:15, ngày 05/03/2026", "2026-03-05 10:30:15"),
        ("05/03/2026 2:30 CH", "2026-03-05 14:30"),
        ("05/03/2026 12:10 SA", "2026-03-05 00:10"),
        ("05/03/2026 12:10 PM", "2026-03-05 12:10"),
        ("2026-03-05", "2026-03-05 07:30"),
        ("2026-03-05T10:30:00", "2026-03-05 10:30"),
        ("2026-03-05T03:30:00Z", "2026-03-05 10:30"),
        ("20260305103000", "2026-03-05 10:30"),
        ("20260305", "2026-03-05 07:30"),
        ("46086.4375", "2026-03-05 10:30"),
        (46086.4375, "2026-03-05 10:30"),
        (46086, "2026-03-05 07:30"),
        (wall(2026, 3, 5, 10, 30), "2026-03-05 10:30"),
        ('="05/03/2026 10:30"', "2026-03-05 10:30"),
    ],
)
def test_a_date_is_read_however_it_is_written(cell: Cell, moment: str | None) -> None:
    if moment is None:
        assert READ("05-03-2026 10:30", False) == at("2026-03-05 10:30")
        return
    assert READ(cell, False) == at(moment)


@pytest.mark.parametrize("cell", ["05/03/2026", "05/03/2026 00:00", 46086.0, wall(2026, 3, 5)])
def test_a_date_without_a_clock_begins_at_the_opening_and_ends_at_the_closing(cell: Cell) -> None:
    assert (READ(cell, False), READ(cell, True)) == (at("2026-03-05 07:30"), at("2026-03-05 17:00"))


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("31/02/2026", "there is no 31/02/2026"),
        ("31/02/2026 08:00", "there is no 31/02/2026"),
        ("05/13/2026 08:00", "there is no 05/13/2026"),
        ("05/03/2026 25:00", "there is no 25:00:00"),
        ("05/03/1026", "year 1026"),
        ("05/03/26", "is no date"),
        ("tomorrow", "is no date"),
        ("12", "is no date"),
        (3.5, "is no date"),
        (True, "not a date"),
        ("2026-03-05T99:30:00Z", "is no date"),
        (SPOILED, "a formula or an error"),
        ("=NOW()", "a formula or an error"),
    ],
)
def test_what_is_no_date_is_told(cell: Cell, told: str) -> None:
    with pytest.raises(BadCell, match=told):
        READ(cell, False)


def test_a_bad_date_is_told_without_what_stood_there() -> None:
    # The mapping may be wrong, and then it is a citizen's name.
    with pytest.raises(BadCell) as told:
        READ("Lò Thị Mai Hương, bản Nà Khoa", False)
    assert "Hương" not in str(told.value)


def test_an_empty_cell_says_nothing() -> None:
    assert [READ(cell, False) for cell in ("", "  ", "\u200b", '=""')] == [None] * 4


def test_another_time_zone_is_that_of_the_source() -> None:
    assert moments_in("UTC", "07:30", "17:00")("05/03/2026 03:30", False) == at("2026-03-05 10:30")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("000123", "000123"),
        ("'000123", "000123"),
        ('="000123"', "000123"),
        (" H18-1 ", "H18-1"),
        (1234.0, "001234"),
        ("1234.0", "001234"),
        (120_000_000_000.0, "120000000000"),
        ("000.00.00.H18-200710-0001", "000.00.00.H18-200710-0001"),
    ],
)
def test_a_code_that_excel_made_a_number_is_put_right(cell: Cell, code: str) -> None:
    assert code_of(cell, 6) == code


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("1.2E+10", "rounded"),
        ("1,2E10", "rounded"),
        (1.7e17, "rounded"),
        (wall(2026, 3, 5), "a date of the code"),
        ("=A1", "formula"),
        ("a\x07b", "cannot be printed"),
        ("x" * 301, "301 characters"),
    ],
)
def test_a_code_that_excel_destroyed_is_told(cell: Cell, told: str) -> None:
    with pytest.raises(BadCell, match=told):
        code_of(cell, 0)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("a\n b", "a b"), (3.0, "3"), (3.5, "3.5"), (True, "TRUE"), (wall(2026, 3, 5, 8, 0), "05/03/2026 08:00")],
)
def test_a_cell_of_any_kind_is_a_line_of_text(cell: Cell, text: str) -> None:
    assert text_of(cell) == text
