"""Laws of the readers of exports: whatever the bytes, a clear error or reported rows, and no row lost in silence."""

import io
import random
import tempfile
import zipfile
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from deploy.connect.cells import BadCell, Cell, code_of, text_of
from deploy.connect.dates import FIRST_YEAR, LAST_YEAR, moments_in
from deploy.connect.deriving import derived
from deploy.connect.exports import BadExport, Export
from deploy.connect.lines import SEPARATORS, encoding_of, rows_of, separator_of
from deploy.connect.rows import MILESTONES, Row
from deploy.connect.snapshot import Snapshot
from deploy.connect.vocabulary import Vocabulary
from deploy.connect.workbook import Rows, Spoiled, Unreadable, answers
from streams.core.moments import datetime_of
from streams.wire import cloudevents
from tests.exports import IGATE, facts, text, workbook
from tests.imported import Office, shipped
from tests.sources import at

SOURCE = shipped("xlsx-igate")
WORDS = Vocabulary(SOURCE)
READ = moments_in("Asia/Ho_Chi_Minh", "07:30", "17:00")
AS_OF = at("2026-09-30 17:30")
SIGNS = st.sampled_from([b'"', b"\n", b"\r", b"\0", b";"])
TABLE = text(IGATE, facts(12), separator=";").encode()
CELLS = st.one_of(
    st.text(max_size=40),
    st.text("0123456789/:-. TECHSAZ+=\"'", max_size=24),
    st.floats(),
    st.integers(-(10**20), 10**20).map(float),
    st.booleans(),
    st.datetimes(timezones=st.just(UTC)),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A table with bytes put in, taken out and turned."""
    content = bytearray(TABLE)
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(content)))
        size = draw(st.integers(0, 30))
        content[place : place + size] = draw(
            st.binary(max_size=30) | st.sampled_from([b'"', b"\n", b"\r", b"\0", b";"])
        )
    return bytes(content)


@given(CELLS)
def test_law_a_cell_is_read_or_told(cell: Cell) -> None:
    for reader in (text_of, lambda it: code_of(it, 6), lambda it: READ(it, True)):
        try:
            found = reader(cell)
        except BadCell:
            continue
        if isinstance(found, int):
            assert FIRST_YEAR <= datetime_of(found).year <= LAST_YEAR
        elif found is not None:
            assert len(found) <= 300
            assert "\n" not in found


@given(st.binary(max_size=2000) | damaged())
def test_law_every_line_of_a_text_comes_out_once_and_in_order(content: bytes) -> None:
    file = io.BytesIO(content)
    encoding = encoding_of(file)
    separator = separator_of(file, encoding)
    assert separator in SEPARATORS
    found = list(rows_of(file, encoding, separator))
    numbers = [line.number for line in found]
    assert numbers == sorted(set(numbers))
    assert all(line.cells or line.problem for line in found)
    decoded = content.decode(encoding, "surrogateescape" if "16" not in encoding else "replace")
    without_quotes = '"' not in decoded
    if without_quotes and "16" not in encoding:
        assert len(found) == len(io.StringIO(decoded, newline="").readlines())


@given(damaged())
def test_law_a_damaged_table_goes_in_or_is_told_and_counts_every_row(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.csv"
        file.write_bytes(content)
        office = Office(SOURCE)
        try:
            outcome = office.take(file, as_of=AS_OF)
        except BadExport:
            return
        assert outcome.rows == outcome.changed + outcome.unchanged + outcome.unread
        for event in office.sent:
            cloudevents.check_time(cloudevents.received(msgspec.json.encode(event)), AS_OF + 86_400)
        assert len({event.id for event in office.sent}) == len(office.sent)
        assert office.take(file, as_of=AS_OF).events.total() == 0


@given(st.integers(0, 2**32), st.integers(1, 12))
def test_law_a_damaged_workbook_is_read_or_told(seed: int, times: int) -> None:
    chance = random.Random(seed)
    content = bytearray(_WORKBOOK)
    for _ in range(times):
        place = chance.randrange(len(content))
        content[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.xlsx"
        file.write_bytes(content)
        for answer in answers(file, ""):
            assert not isinstance(answer, Unreadable) or answer.problem


@given(
    st.binary(max_size=600), st.sampled_from(["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
)
def test_law_a_workbook_with_any_part_is_read_or_told(part: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.xlsx"
        with zipfile.ZipFile(io.BytesIO(_WORKBOOK)) as whole, zipfile.ZipFile(file, "w") as archive:
            for one in whole.namelist():
                archive.writestr(one, part if one == name else whole.read(one))
        with Export(file) as export:
            assert export.saved_at
        for answer in answers(file, ""):
            assert isinstance(answer, Rows | Spoiled | Unreadable)


STATES = st.sampled_from(
    ["", "Đang xử lý", "Chờ thanh toán", "Yêu cầu bổ sung", "Đã xử lý xong", "Đã trả kết quả", "?"]
)
DATES = st.none() | st.integers(AS_OF - 50 * 86_400, AS_OF)


@st.composite
def row(draw: st.DrawFn) -> Row:
    """One dossier as some export shows it, sound or not."""
    dates: dict[str, Any] = {column.value: draw(DATES) for column in MILESTONES}
    unit, procedure = draw(st.sampled_from(["m", "n", ""])), draw(st.sampled_from(["1", ""]))
    return Row("A", draw(STATES), unit=unit, procedure=procedure, due_at=draw(DATES), **dates)


@given(st.lists(row(), min_size=1, max_size=6))
def test_law_no_id_is_given_twice_and_the_same_row_gives_nothing(seen: list[Row]) -> None:
    before: Snapshot | None = None
    ids: list[str] = []
    for number, one in enumerate(seen):
        found = derived(before, one, source=SOURCE, words=WORDS, as_of=AS_OF + number)
        if found is None:
            assert before is not None
            assert before.row == one
            continue
        before = msgspec.msgpack.decode(msgspec.msgpack.encode(found.snapshot), type=Snapshot)
        ids += [event.id for event in found.events]
        for event in found.events:
            cloudevents.received(msgspec.json.encode(event))
        assert derived(before, one, source=SOURCE, words=WORDS, as_of=AS_OF + number) is None
    assert len(ids) == len(set(ids))


def _workbook() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return workbook(Path(folder) / "a.xlsx", IGATE, facts(12)).read_bytes()


_WORKBOOK = _workbook()
