"""A row of an export as one whole value, or every reason why it is none."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec

from deploy.connect.cells import BadCell, Cell, code_of, text_of
from deploy.connect.dates import moments_in
from deploy.connect.headings import Headings
from deploy.connect.sources import Column, Source
from deploy.connect.vocabulary import Vocabulary
from streams.core.events import Channel
from streams.core.moments import SECOND_OF_DAY, Moment
from streams.wire.cloudevents import LONGEST

OPENING: Final = (
    Column.SUBMITTED_AT,
    Column.ACCEPTED_AT,
    Column.SUPPLEMENT_REQUESTED_AT,
    Column.SUPPLEMENT_RECEIVED_AT,
)
CLOSING: Final = (Column.REFUSED_AT, Column.STOPPED_AT, Column.DONE_AT, Column.RETURNED_AT)
MILESTONES: Final = (*OPENING, *CLOSING)
MOMENTS: Final = (*MILESTONES, Column.DUE_AT)
PLAIN: Final = (
    Column.STATE,
    Column.NATIONAL_CODE,
    Column.PROCEDURE,
    Column.FIELD,
    Column.OFFICER,
    Column.LIMIT,
    Column.LETTER,
)

K = TypeVar("K")


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What an export says of one dossier; fields are only ever added at the end, with a default.

    `state` is the source's own word. Moments are whole seconds; an empty text means that the export does not say.
    """

    code: str
    state: str = ""
    national_code: str = ""
    procedure: str = ""
    field: str = ""
    unit: str = ""
    officer: str = ""
    channel: Channel | None = None
    level: int | None = None
    limit: str = ""
    letter: str = ""
    submitted_at: Moment | None = None
    accepted_at: Moment | None = None
    due_at: Moment | None = None
    supplement_requested_at: Moment | None = None
    supplement_received_at: Moment | None = None
    refused_at: Moment | None = None
    stopped_at: Moment | None = None
    done_at: Moment | None = None
    returned_at: Moment | None = None


class Problem(NamedTuple):
    """Why a row, or a thing about it, cannot be taken as it stands: its line in the file, from 1, and the heading."""

    line: int
    column: str
    problem: str


class RowReader:
    """Reads the rows below these headings; words that nobody mapped are counted in `unmapped`, by column and word."""

    def __init__(self, source: Source, headings: Headings, *, as_of: Moment) -> None:
        self._source = source
        self._words = Vocabulary(source)
        self._headings = headings
        self._latest = as_of + SECOND_OF_DAY
        self._moment = moments_in(source.time_zone, source.date_only.opening, source.date_only.closing)
        self._readers: list[tuple[str, int, Callable[[Cell], object]]] = [
            (column.value, place, self._reader(column))
            for column, place in headings.places.items()
            if column is Column.CODE or column in PLAIN or column in MOMENTS
        ]
        self._longest = LONGEST - len(source.home) - 1
        self.unmapped: Counter[tuple[str, str]] = Counter()

    def code(self, cells: Sequence[Cell]) -> str:
        """Return the dossier's code; raises BadCell, also where there is none."""
        place = self._headings.places[Column.CODE]
        return self._code(cells[place] if place < len(cells) else "")

    def read(self, line: int, cells: Sequence[Cell]) -> Row | tuple[Problem, ...]:
        """Return the row that stands on this line, or everything that is wrong with it."""
        found: dict[str, object] = {}
        problems: list[Problem] = []
        width = len(cells)
        for name, place, reader in self._readers:
            cell = cells[place] if place < width else ""
            if cell == "" and name != "code":
                continue
            try:
                found[name] = reader(cell)
            except BadCell as wrong:
                problems.append(Problem(line, self._headings.names[place], str(wrong)))
        if problems:
            return tuple(problems)
        return Row(**self._with_words(found, cells))  # type: ignore[arg-type]  # each reader gives its field's type

    def _reader(self, column: Column) -> Callable[[Cell], object]:
        if column is Column.CODE:
            return self._code
        if column not in MOMENTS:
            return text_of
        ends = column not in OPENING
        if column is Column.DUE_AT:
            return lambda cell: self._moment(cell, ends)
        return lambda cell: self._past(self._moment(cell, ends))

    def _code(self, cell: Cell) -> str:
        code = code_of(cell, self._source.code_digits)
        if not code:
            raise BadCell("a row without a code")
        if len(code) > self._longest:
            raise BadCell(f"{len(code)} characters, at most {self._longest}")
        return code

    def _past(self, moment: Moment | None) -> Moment | None:
        if moment is not None and moment > self._latest:
            raise BadCell("lies in the future")
        return moment

    def _with_words(self, found: dict[str, object], cells: Sequence[Cell]) -> dict[str, object]:
        words = self._words
        if unit := self._said(Column.UNIT, cells):
            found["unit"] = self._known(Column.UNIT, unit, words.unit(unit)) or unit
        if channel := self._said(Column.CHANNEL, cells):
            found["channel"] = self._known(Column.CHANNEL, channel, words.channel(channel))
        if level := self._said(Column.LEVEL, cells):
            found["level"] = self._known(Column.LEVEL, level, words.level(level))
        if state := str(found.get("state", "")):
            self._known(Column.STATE, state, words.state(state))
        for name, value in self._source.defaults.items():
            found[name] = found.get(name) or value
        return found

    def _said(self, column: Column, cells: Sequence[Cell]) -> str:
        place = self._headings.places.get(column)
        if place is None or place >= len(cells):
            return ""
        try:
            return text_of(cells[place])
        except BadCell as wrong:
            self.unmapped[column.value, str(wrong)] += 1
            return ""

    def _known(self, column: Column, word: str, known: K | None) -> K | None:
        if known is None:
            self.unmapped[column.value, word] += 1
        return known
