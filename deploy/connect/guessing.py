"""A first mapping from the column names of an export, for a clerk to finish: what could be recognised, what was not."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from deploy.connect.cells import BadCell, Cell, text_of
from deploy.connect.exports import BadExport, Export, Numbered
from deploy.connect.headings import DEPTH, named
from deploy.connect.sources import Column, Source, load_sources
from deploy.connect.words import plain

SAMPLE: Final = 20_000
"""Rows that are looked at."""
MOST: Final = 60
"""Different words of a column that are listed."""
PERSONAL: Final = re.compile(
    r"\b(ho (va )?ten|ten (nguoi|chu)|nguoi nop|chu ho so|cccd|cmnd|can cuoc|dien thoai|sdt|dia chi|email|ngay sinh)\b"
)
LIKE: Final = (
    (Column.NATIONAL_CODE, r"quoc gia"),
    (Column.CODE, r"\b(ma|so) (ho so|hs|bien nhan)\b"),
    (Column.STATE, r"\b(trang thai|tinh trang)\b"),
    (Column.SUPPLEMENT_REQUESTED_AT, r"\b(ngay|thoi gian) (yeu cau )?bo sung\b"),
    (Column.SUPPLEMENT_RECEIVED_AT, r"\bnhan bo sung\b"),
    (Column.REFUSED_AT, r"\b(ngay|thoi gian) tu choi\b"),
    (Column.STOPPED_AT, r"\b(ngay|thoi gian) dung\b"),
    (Column.DUE_AT, r"\b(hen tra|han tra|ngay hen|han xu ly)\b"),
    (Column.DONE_AT, r"\b(ngay|thoi gian) (ket thuc|hoan thanh|xu ly xong|co ket qua)\b"),
    (Column.RETURNED_AT, r"\b(ngay|thoi gian) tra\b"),
    (Column.ACCEPTED_AT, r"\b(ngay|thoi gian) (tiep )?nhan\b"),
    (Column.SUBMITTED_AT, r"\b(ngay|thoi gian) nop\b"),
    (Column.LIMIT, r"\b(thoi han|thoi gian) giai quyet\b"),
    (Column.PROCEDURE, r"\b(thu tuc|tthc)\b"),
    (Column.FIELD, r"\blinh vuc\b"),
    (Column.CHANNEL, r"\b(hinh thuc|kenh|nguon)\b"),
    (Column.LEVEL, r"\b(muc do|muc dvc|loai dich vu)\b"),
    (Column.UNIT, r"\b(don vi|co quan|phong ban)\b"),
)  # fmt: skip
UNKNOWN_STATE: Final = "# nobody knows this state; the ten that count stand in sources/national.toml"
HEAD: Final = """# A first mapping, from the column names of {file}. Read it line by line before it is used.
version = "{name}-1"
valid_from = {on}
source = "the headings of {file}"
form = "table"
# Who reports: the system's home, a slash, and a name of its own. CHANGE BOTH.
reports_as = "home/{name}"
home = "home"
time_zone = "Asia/Ho_Chi_Minh"

[cadence]
working_hours = 16

[date_only]
opening = "07:30"
closing = "17:00"
"""


class _Looked(NamedTuple):
    """What was seen of an export: its headings, the columns recognised by place, and rows below them."""

    headings: Sequence[str]
    places: dict[int, Column]
    rows: Sequence[Numbered]
    shipped: Sequence[Source]

    def words(self, column: Column) -> list[str]:
        """Return the different words of a column, the most frequent first."""
        place = next((place for place, one in self.places.items() if one is column), None)
        if place is None:
            return []
        said = Counter(_said(row.cells[place]) for row in self.rows if place < len(row.cells))
        by_form: dict[str, str] = {}
        for word, _ in said.most_common():
            if word:
                by_form.setdefault(plain(word), word)
        return list(by_form.values())[:MOST]


def guessed(export: Export, *, on: str) -> str:
    """Return a mapping as TOML for the export, `on` its first day; raises BadExport when no row looks like headings."""
    rows = list(islice(export.rows(), SAMPLE))
    shipped = load_sources()
    tries = [(number, _columns(named(row.cells), shipped)) for number, row in enumerate(rows[:DEPTH])]
    number, places = max(tries, key=lambda each: len(each[1]), default=(0, {}))
    if Column.CODE not in places.values():
        raise BadExport(f"{export.path}: no row of the first {DEPTH} looks like headings")
    looked = _Looked(named(rows[number].cells), places, rows[number + 1 :], shipped)
    name = re.sub(r"[^a-z0-9]+", "-", plain(export.path.stem)).strip("-") or "export"
    parts = [
        HEAD.format(file=export.path.name.translate({34: 39, 92: 47}), name=name, on=on),
        _columns_part(looked),
        *(_words_part(looked, column) for column in (Column.UNIT, Column.CHANNEL, Column.LEVEL)),
        _states_part(looked),
    ]
    return "\n".join(parts)


def _columns(headings: Sequence[str], shipped: Iterable[Source]) -> dict[int, Column]:
    known = {plain(name): column for one in shipped for column, names in one.columns.items() for name in names}
    found: dict[int, Column] = {}
    for place, heading in enumerate(headings):
        word = plain(heading)
        if not word or PERSONAL.search(word):
            continue
        like = next((column for column, form in LIKE if re.search(form, word)), None)
        column = known.get(word, like)
        if column is not None and column not in found.values():
            found[place] = column
    return found


def _columns_part(looked: _Looked) -> str:
    order = list(Column)
    by_column = sorted(looked.places.items(), key=lambda each: order.index(each[1]))
    lines = ["[columns]", *(f"{column} = [{_quoted(looked.headings[place])}]" for place, column in by_column)]
    for place, heading in enumerate(looked.headings):
        if heading and place not in looked.places:
            why = "personal data, never read" if PERSONAL.search(plain(heading)) else "not read"
            lines.append(f"# {why}: {heading}")
    return "\n".join((*lines, ""))


def _words_part(looked: _Looked, column: Column) -> str:
    table = f"{column}s"
    known = {plain(word): value for one in looked.shipped for word, value in getattr(one, table).items()}
    lines = [f"[{table}]"]
    for word in looked.words(column):
        value = known.get(plain(word))
        said = "" if value is None else str(value) if isinstance(value, int) else _quoted(value)
        lines.append(f"{_quoted(word)} = {said}" if said else f'# {_quoted(word)} = ""')
    return "\n".join((*lines, ""))


def _states_part(looked: _Looked) -> str:
    known = {
        plain(word): one.state for each in looked.shipped for one in each.states for word in (one.code, *one.names)
    }
    lines: list[str] = []
    for word in looked.words(Column.STATE):
        state = known.get(plain(word))
        told = ["[[states]]", f"code = {_quoted(word)}", f"state = {_quoted(state or '')}"]
        if state is None:
            told = [UNKNOWN_STATE, *(f"# {line}" for line in told)]
        lines += [*told, ""]
    return "\n".join(lines)


def _said(cell: Cell) -> str:
    try:
        return text_of(cell)
    except BadCell:
        return ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
