"""Files as they should not be: each ends in a clear error or a reported row, in bounded memory."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from deploy.connect import workbook as reading
from deploy.connect.desk import Desk
from deploy.connect.exports import BadExport, Export
from deploy.connect.importing import Import
from deploy.connect.workbook import Unreadable, answers
from tests.exports import EXPORTED, IGATE, facts, text, workbook
from tests.imported import Office, shipped
from tests.sources import at

AS_OF = at(f"{EXPORTED:%Y-%m-%d %H:%M}")


def read(file: Path, sheet: str | None = None) -> list[list[object]]:
    with Export(file, sheet=sheet) as export:
        return [list(row.cells) for row in export.rows()]


def test_a_workbook_gives_texts_numbers_and_dates_with_their_rows(tmp_path: Path) -> None:
    told = facts(5)
    found = read(workbook(tmp_path / "a.xlsx", IGATE, told))
    assert found[0][0] == IGATE.titles[0]
    assert found[len(IGATE.titles)][:2] == ["STT", "Số hồ sơ"]
    assert found[len(IGATE.titles) + 1][1] == told[0].code


def test_a_workbook_and_a_csv_of_the_same_export_say_the_same(tmp_path: Path) -> None:
    office, told = Office(shipped(IGATE.name)), facts(300)
    first = office.take(workbook(tmp_path / "a.xlsx", IGATE, told), as_of=AS_OF)
    (tmp_path / "b.csv").write_text(text(IGATE, told, separator=";"), encoding="utf-16")
    again = office.take(tmp_path / "b.csv", as_of=AS_OF)
    assert (first.changed, again.changed, again.unchanged) == (300, 0, 300)


def make(file: Path, write: Callable[[xlsxwriter.Workbook], None]) -> Path:
    book = xlsxwriter.Workbook(file)
    write(book)
    book.close()
    return file


def test_two_cells_at_the_far_corners_end_in_an_error_and_not_in_400_gigabytes(tmp_path: Path) -> None:
    def corners(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Số hồ sơ")
        sheet.write(1_048_575, 16_383, "x")

    with pytest.raises(BadExport, match="delete the empty rows and columns"):
        read(make(tmp_path / "a.xlsx", corners))


def test_16384_columns_are_read(tmp_path: Path) -> None:
    def wide(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for row in range(3):
            for column in range(16_384):
                sheet.write(row, column, "Số hồ sơ" if row == 0 and column == 16_000 else f"c{column}")

    assert [len(row) for row in read(make(tmp_path / "a.xlsx", wide))] == [16_384] * 3


@pytest.mark.parametrize("honest", [True, False], ids=["as it says", "hiding its size"])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, *, honest: bool) -> None:
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (64 << 20))
    if not honest:
        content = bytearray(file.read_bytes())
        place = content.rindex(b"PK\x01\x02") + 24
        content[place : place + 4] = struct.pack("<I", 100)
        file.write_bytes(content)
    assert file.stat().st_size < 100_000
    (told,) = answers(file, "", most=32 << 20)
    assert isinstance(told, Unreadable)
    assert "when unpacked" in told.problem


def test_a_workbook_with_a_password_is_told(tmp_path: Path) -> None:
    file = tmp_path / "locked.xlsx"
    file.write_bytes(reading.OLE + b"\0" * 5000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500)
    with pytest.raises(BadExport, match="password"):
        read(file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (reading.OLE + b"\0" * 5000, "old kind"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b"PK\x03\x04 and no more", "damaged, or still being written"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "export.xls"
    file.write_bytes(content)
    with pytest.raises(BadExport, match=told):
        read(file)


def test_half_a_workbook_is_told(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", IGATE, facts(500))
    file.write_bytes(file.read_bytes()[:-4000])
    with pytest.raises(BadExport, match="still being written"):
        read(file)


def test_another_sheet_is_read_by_its_name_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    def two(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Bìa").write(0, 0, "a")
        book.add_worksheet("Dữ liệu").write(0, 0, "b")

    file = make(tmp_path / "a.xlsx", two)
    assert (read(file), read(file, "Dữ liệu")) == ([["a"]], [["b"]])
    with pytest.raises(BadExport, match="Bìa, Dữ liệu"):
        read(file, "Khác")


def test_a_formula_counts_as_its_value_and_one_without_value_is_a_reported_row(tmp_path: Path) -> None:
    def formulas(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Số hồ sơ", "Trạng thái", "Ngày nộp"])
        sheet.write_formula(1, 0, '="H18-"&1', None, "H18-1")
        sheet.write_row(1, 1, ["Đang xử lý", "05/07/2026 08:00"])
        sheet.write_row(2, 0, ["H18-2", "Đang xử lý"])
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        sheet.write_row(3, 0, ["H18-3", "Đang xử lý"])
        sheet.write_formula(3, 2, "=B2+1", None, "")

    office = Office(shipped(IGATE.name))
    outcome = office.take(make(tmp_path / "a.xlsx", formulas), as_of=AS_OF)
    assert [one.subject for one in office.sent] == ["dienbien/H18-1"] * 2
    assert (outcome.changed, outcome.unread) == (1, 2)
    assert [(one.line, one.column) for one in office.told] == [(3, "Ngày nộp"), (4, "Ngày nộp")]


def test_a_file_that_changes_while_it_is_read_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text(IGATE, facts(50)), encoding="utf-8")
    office = Office(shipped(IGATE.name))

    class Growing(Export):
        def check(self) -> None:
            with file.open("ab") as more:
                more.write(b"one more line\n")
            super().check()

    with Growing(file) as export, Desk() as desk, pytest.raises(BadExport, match="has changed while it was read"):
        Import(office.source, desk=desk, as_of=AS_OF, publish=office._publish, tell=office.told.append).run(export)
    assert office.sent == []


def test_a_file_that_goes_while_it_is_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a")
    with Export(file) as export:
        file.unlink()
        with pytest.raises(BadExport, match="has gone"):
            export.check()
    with pytest.raises(BadExport, match="No such file"):
        Export(file)
