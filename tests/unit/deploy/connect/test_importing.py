"""An export goes in: headings are found, odd rows told, vanished dossiers listed, figures those of a pivot table."""

from pathlib import Path
from typing import Any

import pytest

from deploy.connect.exports import BadExport, Export
from deploy.connect.guessing import guessed
from deploy.connect.headings import find_headings
from deploy.connect.sources import Column, read_source
from tests.exports import EXPORTED, LAYOUTS, Fact, Layout, facts, pivot, text, workbook
from tests.imported import Office, figures, shipped
from tests.sources import at

AS_OF = at(f"{EXPORTED:%Y-%m-%d %H:%M}")
DAY = 86_400
SOURCE = shipped("xlsx-igate")
HEAD = "Số hồ sơ,Mã thủ tục,Đơn vị xử lý,Ngày nộp,Ngày tiếp nhận,Ngày hẹn trả,Trạng thái"


def line(code: str, *, state: str = "Đang xử lý", submitted: str = "06/07/2026 08:00", unit: str = "m") -> str:
    return f"{code},1.001,{unit},{submitted},06/07/2026 09:00,20/07/2026 09:00,{state}"


def csv_of(folder: Path, *lines: str) -> Path:
    file = folder / "a.csv"
    file.write_text("\n".join((HEAD, *lines)), encoding="utf-8")
    return file


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_each_layout_gives_the_figures_of_a_pivot_table_and_nothing_new_the_second_time(
    tmp_path: Path, layout: Layout
) -> None:
    told, office = facts(800), Office(shipped(layout.name))
    file = workbook(tmp_path / "a.xlsx", layout, told)
    first = office.take(file, as_of=AS_OF)
    assert (first.rows, first.changed, first.sound) == (800, 800, True)
    assert figures(office.sent, now=AS_OF) == pivot(told)
    events = len(office.sent)
    again = office.take(file, as_of=AS_OF + DAY)
    assert (again.events.total(), again.unchanged, len(office.sent)) == (0, 800, events)


def test_a_quarter_in_weekly_exports_gives_the_figures_of_the_last(tmp_path: Path) -> None:
    # The dossiers come in as they were each week; what came out in between must not show in the end.
    told, office = facts(150), Office(SOURCE)
    for week in range(7, -1, -1):
        as_of = AS_OF - week * 7 * DAY
        then = [_as_it_was(one, as_of) for one in told if at(f"{one.submitted:%Y-%m-%d %H:%M}") <= as_of]
        office.take(workbook(tmp_path / f"{week}.xlsx", LAYOUTS[0], then), as_of=as_of)
    assert figures(office.sent, now=AS_OF) == pivot(told)


def _as_it_was(one: Fact, as_of: int) -> Fact:
    """Return the dossier as an export of an earlier day shows it."""
    dates = ("accepted", "asked", "refused", "stopped", "done", "returned")
    known = {name: value for name in dates if (value := getattr(one, name)) and at(f"{value:%Y-%m-%d %H:%M}") <= as_of}
    state = next(
        (said for name, said in _SAID if name in known),
        "Mới đăng ký",
    )
    later: dict[str, Any] = {name: None for name in dates if name not in known}
    due = one.due if "accepted" in known else None
    return one._replace(**later, due=due, state=one.state if not later.keys() & _set(one) else state)


def _set(one: Fact) -> set[str]:
    return {name for name in ("accepted", "asked", "refused", "stopped", "done", "returned") if getattr(one, name)}


_SAID = (
    ("returned", "Đã trả kết quả"), ("done", "Đã xử lý xong"), ("stopped", "Dừng xử lý"),
    ("refused", "Không được tiếp nhận"), ("asked", "Yêu cầu bổ sung"), ("accepted", "Đang xử lý"),
)  # fmt: skip


def test_rows_that_cannot_be_read_are_told_with_line_and_heading_and_the_rest_goes_in(tmp_path: Path) -> None:
    office = Office(SOURCE)
    file = csv_of(
        tmp_path,
        line("A"),
        line("B", submitted="31/02/2026 08:00"),
        line(""),
        line("A"),
        line("1.2E+10"),
        line("C", submitted="01/01/2030 08:00"),
        'D,"never closed',
        line("E"),
    )
    outcome = office.take(file, as_of=AS_OF)
    assert [(one.line, one.column) for one in office.told] == [
        (3, "Ngày nộp"), (4, "Số hồ sơ"), (5, "Số hồ sơ"), (6, "Số hồ sơ"), (7, "Ngày nộp"), (8, ""),
    ]  # fmt: skip
    assert "line 2 already" in office.told[2].problem
    assert (outcome.changed, outcome.unread, sorted(office.kept)) == (2, 6, ["A", "E"])


def test_a_row_that_cannot_be_read_is_no_dossier_that_vanished(tmp_path: Path) -> None:
    office = Office(SOURCE)
    office.take(csv_of(tmp_path, line("A"), line("B")), as_of=AS_OF - DAY)
    found = office.take(csv_of(tmp_path, line("A"), line("B", submitted="31/02/2026")), as_of=AS_OF)
    assert (found.unread, found.missing) == (1, [])


def test_a_vanished_dossier_is_found_kept_and_forgotten_when_it_is_back(tmp_path: Path) -> None:
    office, closed = Office(SOURCE), line("C", state="Đã xử lý xong")
    office.take(csv_of(tmp_path, line("A"), line("B"), closed), as_of=AS_OF - 3 * DAY)
    events = len(office.sent)
    found = office.take(csv_of(tmp_path, line("A")), as_of=AS_OF - 2 * DAY)
    assert [(one.dossier, one.since, one.state) for one in found.missing] == [
        ("dienbien/B", AS_OF - 2 * DAY, "PROCESSING")
    ]
    assert (found.closed_and_gone, len(office.sent)) == (1, events)
    still = office.take(csv_of(tmp_path, line("A")), as_of=AS_OF - DAY)
    assert [one.since for one in still.missing] == [AS_OF - 2 * DAY]
    back = office.take(csv_of(tmp_path, line("A"), line("B")), as_of=AS_OF)
    assert (back.missing, back.events.total()) == ([], 0)
    assert all(one.missing_since is None for one in office.snapshots())


def test_a_partial_export_says_nothing_of_what_it_leaves_out(tmp_path: Path) -> None:
    office = Office(SOURCE)
    office.take(csv_of(tmp_path, line("A"), line("B")), as_of=AS_OF - DAY)
    assert office.take(csv_of(tmp_path, line("A")), as_of=AS_OF, partial=True).missing == []


def test_an_older_export_does_not_turn_a_dossier_back(tmp_path: Path) -> None:
    office = Office(SOURCE)
    office.take(csv_of(tmp_path, line("A", state="Đã xử lý xong")), as_of=AS_OF)
    events = len(office.sent)
    office.take(csv_of(tmp_path, line("A")), as_of=AS_OF - DAY)
    assert (len(office.sent), office.told[-1].problem) == (events, "a later export has told otherwise")


def test_words_that_nobody_mapped_are_counted(tmp_path: Path) -> None:
    office = Office(SOURCE)
    outcome = office.take(csv_of(tmp_path, line("A", state="Đang nghỉ"), line("B", state="Đang nghỉ")), as_of=AS_OF)
    assert (dict(outcome.unmapped), outcome.sound) == ({("state", "Đang nghỉ"): 2}, False)


def test_headings_printed_again_a_row_of_numbers_and_empty_rows_are_no_dossiers(tmp_path: Path) -> None:
    numbers = ",".join(f"({place})" for place in range(1, 8))
    outcome = Office(SOURCE).take(csv_of(tmp_path, numbers, line("A"), "", ",,,,,,", HEAD, line("B")), as_of=AS_OF)
    assert (outcome.rows, outcome.changed) == (2, 2)


def test_headings_in_two_rows_below_merged_titles_are_found() -> None:
    rows = [
        ["DANH SÁCH", "", "", ""],
        [],
        ["Số hồ sơ", "Thời gian", "", "Trạng thái"],
        ["", "Ngày nộp", "Ngày hẹn trả", ""],
        ["A", "06/07/2026", "", "Đang xử lý"],
    ]
    found = find_headings(rows, SOURCE)
    assert found is not None
    assert found.row == 3
    assert found.places == {Column.CODE: 0, Column.SUBMITTED_AT: 1, Column.DUE_AT: 2, Column.STATE: 3}


def test_a_heading_that_stands_twice_is_told_and_the_first_is_read() -> None:
    found = find_headings([["Số hồ sơ", "Trạng thái", "trang thai", "Chủ hồ sơ"]], SOURCE)
    assert found is not None
    assert (found.places[Column.STATE], found.twice, found.unread) == (1, ("trang thai",), ("Chủ hồ sơ",))


def test_a_file_without_the_headings_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BadExport, match="--guess"):
        Office(SOURCE).take(file, as_of=AS_OF)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_guessed_mapping_reads_the_export_it_was_guessed_from(tmp_path: Path, layout: Layout) -> None:
    file = tmp_path / "Danh sách quý 3.csv"
    file.write_text(text(layout, facts(300)), encoding="utf-8")
    with Export(file) as export:
        mapping = guessed(export, on="2026-10-01")
    source = read_source("guessed", mapping)
    shipped_columns = shipped(layout.name).columns
    assert source.columns.keys() == {column for column in shipped_columns if _there(shipped_columns[column], layout)}
    assert not {"Chủ hồ sơ", "Người nộp", "Số điện thoại"} & {
        name for names in source.columns.values() for name in names
    }
    outcome = Office(source).take(file, as_of=AS_OF)
    assert (outcome.changed, outcome.problem_count, outcome.unmapped.total()) == (300, 0, 0)


def _there(names: tuple[str, ...], layout: Layout) -> bool:
    return any(heading in names for heading, _ in layout.columns)


def test_nothing_can_be_guessed_from_a_letter(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Kính gửi,\nỦy ban\n", encoding="utf-8")
    with Export(tmp_path / "a.csv") as export, pytest.raises(BadExport, match="looks like headings"):
        guessed(export, on="2026-10-01")
