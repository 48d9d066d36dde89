"""Exports as the two common one-stop systems write them, for tests; and the pivot table that a clerk makes of one.

The pivot is computed from the facts alone, with nothing of the product.
"""

import csv
import io
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import xlsxwriter

EXPORTED: Final = datetime(2026, 9, 30, 17, 30)  # noqa: DTZ001 - a wall clock, as an export has it
FIRST: Final = datetime(2026, 7, 1, 8, 0)  # noqa: DTZ001 - likewise a wall clock
UNITS: Final = ("Xã Mường Nhé", "Phường Mường Lay", "Xã Nậm Kè", "Xã Chung Chải")
FIELDS: Final = ("Hộ tịch", "Đăng ký hộ kinh doanh", "Đất đai")
PROCEDURES: Final = ("1.001612", "2.000635", "1.004194")


class Fact(NamedTuple):
    """One dossier as it is; moments are wall clocks."""

    code: str
    procedure: str
    field: str
    unit: str
    channel: str
    submitted: datetime
    accepted: datetime | None = None
    due: datetime | None = None
    asked: datetime | None = None
    refused: datetime | None = None
    stopped: datetime | None = None
    done: datetime | None = None
    returned: datetime | None = None
    state: str = "Mới đăng ký"


def facts(count: int, *, seed: int = 1) -> list[Fact]:
    """Return so many dossiers of the third quarter, in every state, on time and late."""
    chance = random.Random(seed)
    return [_fact(number, chance) for number in range(count)]


def _fact(number: int, chance: random.Random) -> Fact:
    submitted = FIRST + timedelta(days=chance.randrange(85), minutes=chance.randrange(450))
    kind = chance.randrange(3)
    bare = Fact(
        f"000.00.00.H18-{submitted:%y%m%d}-{number:06d}", PROCEDURES[kind], FIELDS[kind], chance.choice(UNITS),
        chance.choice(("Trực tiếp", "Trực tuyến", "Bưu chính")), submitted,
    )  # fmt: skip
    lot = chance.random()
    if lot < 0.03:
        return bare
    if lot < 0.05:
        return bare._replace(state="Không được tiếp nhận", refused=submitted + timedelta(hours=2))
    accepted = submitted + timedelta(minutes=20)
    due = accepted + timedelta(days=chance.randrange(2, 40))
    taken = bare._replace(accepted=accepted, due=due, state="Đang xử lý")
    if lot < 0.25:
        return taken
    if lot < 0.30:
        asked = min(accepted + timedelta(hours=20), EXPORTED - timedelta(minutes=5))
        return taken._replace(asked=asked, state="Yêu cầu bổ sung giấy tờ")
    if lot < 0.33:
        return taken._replace(stopped=min(accepted + timedelta(days=1), EXPORTED), state="Dừng xử lý")
    # Never at midnight sharp: an export writes a date without a clock so.
    done = due + timedelta(hours=chance.randrange(-72, 30), minutes=1)
    done = min(max(done, accepted + timedelta(minutes=5)), EXPORTED - timedelta(minutes=5))
    if lot < 0.5:
        return taken._replace(done=done, state="Đã xử lý xong")
    return taken._replace(done=done, returned=done + timedelta(minutes=3), state="Đã trả kết quả")


def pivot(told: Iterable[Fact]) -> Counter[tuple[str, str]]:
    """Return how many dossiers of each unit were closed in time or late, are open or overdue, and the rest."""
    return Counter((one.unit, _cell(one)) for one in told)


def _cell(one: Fact) -> str:
    if one.due is None or one.accepted is None:
        return "refused" if one.refused else "awaiting"
    if one.stopped:
        return "stopped"
    if one.asked:
        return "waiting"
    if one.done:
        return "late" if one.done > one.due else "in time"
    return "overdue" if one.due < EXPORTED else "open"


class Layout(NamedTuple):
    """How a system lays an export out: titles above the table, and heading → attribute of `Fact`."""

    name: str
    titles: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    channels: dict[str, str]


IGATE: Final = Layout(
    "xlsx-igate",
    ("ỦY BAN NHÂN DÂN TỈNH ĐIỆN BIÊN", "DANH SÁCH HỒ SƠ", "Từ ngày 01/07/2026 đến ngày 30/09/2026", ""),
    (
        ("STT", ""), ("Số hồ sơ", "code"), ("Mã thủ tục", "procedure"), ("Lĩnh vực", "field"), ("Chủ hồ sơ", ""),
        ("Đơn vị xử lý", "unit"), ("Hình thức tiếp nhận", "channel"), ("Ngày nộp", "submitted"),
        ("Ngày tiếp nhận", "accepted"), ("Ngày hẹn trả", "due"), ("Ngày yêu cầu bổ sung", "asked"),
        ("Ngày từ chối", "refused"), ("Ngày dừng xử lý", "stopped"), ("Ngày kết thúc xử lý", "done"),
        ("Ngày trả kết quả", "returned"), ("Trạng thái", "state"),
    ),
    {},
)  # fmt: skip
IHCC: Final = Layout(
    "xlsx-ihcc",
    ("BÁO CÁO CHI TIẾT HỒ SƠ", ""),
    (
        ("Mã biên nhận", "code"), ("Tên TTHC", "procedure"), ("Tên lĩnh vực", "field"), ("Đơn vị", "unit"),
        ("Nguồn hồ sơ", "channel"), ("Người nộp", ""), ("Số điện thoại", ""), ("Thời gian nộp", "submitted"),
        ("Thời gian tiếp nhận", "accepted"), ("Thời gian hẹn trả", "due"), ("Thời gian yêu cầu bổ sung", "asked"),
        ("Thời gian từ chối", "refused"), ("Thời gian dừng", "stopped"), ("Thời gian hoàn thành", "done"),
        ("Thời gian trả kết quả", "returned"), ("Tình trạng", "state"),
    ),
    {"Trực tiếp": "Một cửa", "Trực tuyến": "Cổng DVC", "Bưu chính": "BCCI"},
)  # fmt: skip
LAYOUTS: Final = (IGATE, IHCC)


def rows(layout: Layout, told: Iterable[Fact]) -> list[list[Any]]:
    """Return the headings and the rows below them; a column that is no fact holds a person's name."""
    found: list[list[Any]] = [[heading for heading, _ in layout.columns]]
    for number, one in enumerate(told, 1):
        row: list[Any] = []
        for heading, attribute in layout.columns:
            value = getattr(one, attribute) if attribute else number if heading == "STT" else "Lò Thị Mai"
            row.append(layout.channels.get(one.channel, one.channel) if attribute == "channel" else value)
        found.append(row)
    return found


def workbook(file: Path, layout: Layout, told: Sequence[Fact]) -> Path:
    """Write the export as XLSX, titles merged over the whole width, dates as cells."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet, dates = book.add_worksheet("Danh sách"), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    for number, title in enumerate(layout.titles):
        sheet.merge_range(number, 0, number, len(layout.columns) - 1, title)
    for number, row in enumerate(rows(layout, told), len(layout.titles)):
        for place, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(number, place, value, dates)
            elif value is not None:
                sheet.write(number, place, value)
    book.close()
    return file


def text(layout: Layout, told: Sequence[Fact], *, separator: str = ",") -> str:
    """Return the export as CSV, dates as dd/mm/yyyy hh:mm."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerows([title] for title in layout.titles)
    for row in rows(layout, told):
        writer.writerow([f"{value:%d/%m/%Y %H:%M}" if isinstance(value, datetime) else value for value in row])
    return out.getvalue()
