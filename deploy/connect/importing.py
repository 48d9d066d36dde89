"""One export goes in: row after row compared with the last export, what happened published in whole pieces.

A piece is one transaction, events and snapshots together. An import that was interrupted leaves whole pieces behind;
the same file again finds their rows unchanged and goes on after them, with the ids it would have had.
"""

import contextlib
from collections.abc import Callable
from itertools import chain, islice
from typing import Final, NamedTuple, TypeAlias

import msgspec

from deploy.connect.cells import BadCell
from deploy.connect.deriving import derived
from deploy.connect.desk import Desk
from deploy.connect.exports import BadExport, Export, Numbered
from deploy.connect.headings import DEPTH, find_headings
from deploy.connect.outcome import Missing, Outcome
from deploy.connect.rows import Problem, Row, RowReader
from deploy.connect.snapshot import Sending, Snapshot, closed_without_date, state_shown, subject_of
from deploy.connect.sources import Column, Source
from deploy.connect.table import below
from deploy.connect.vocabulary import Vocabulary
from streams.core.moments import Moment
from streams.core.transitions import CLOSED

PIECE: Final = 5_000
"""Dossiers of one transaction."""
_SNAPSHOTS: Final = msgspec.msgpack.Decoder(Snapshot)
_ENCODE: Final = msgspec.msgpack.Encoder()


class Piece(NamedTuple):
    """What goes in at once: events in the order of the rows, and the snapshots they lead to."""

    events: list[Sending]
    snapshots: list[Snapshot]


Publish: TypeAlias = Callable[[Piece], None]
Tell: TypeAlias = Callable[[Problem], None]


class Import:
    """One import of one export: `run` takes it in and returns what came of it; raises BadExport."""

    def __init__(self, source: Source, *, desk: Desk, as_of: Moment, publish: Publish, tell: Tell) -> None:
        self._source, self._desk, self._as_of = source, desk, as_of
        self._publish, self._tell = publish, tell
        self._words = Vocabulary(source)
        self._piece = Piece([], [])
        self.outcome = Outcome()

    def run(self, export: Export, *, partial: bool = False) -> Outcome:
        """Take the export in; a partial one says nothing about the dossiers that it leaves out."""
        rows = export.rows()
        first = list(islice(rows, DEPTH))
        headings = find_headings([one.cells for one in first], self._source)
        if headings is None:
            raise BadExport(f"{export.path}: {self._no_headings(first)}")
        self.outcome.headings = headings
        reader = RowReader(self._source, headings, as_of=self._as_of)
        for row in below(chain(first[headings.row + 1 :], rows), headings):
            self._take(row, reader)
            if len(self._piece.snapshots) >= PIECE:
                self._flush(export)
        if not partial:
            self._miss(export)
        self._flush(export)
        self.outcome.unmapped = reader.unmapped
        return self.outcome

    def _no_headings(self, first: list[Numbered]) -> str:
        problem = next((one.problem for one in first if one.problem), "")
        wanted = ", ".join(self._source.columns.get(Column.CODE, ()))
        told = (
            f"no row of the first {DEPTH} has the headings of {self._source.name}: the code's ({wanted}) and one more"
        )
        return f"{told}; {problem}" if problem else f"{told}; `dunghan import --guess` writes a mapping"

    def _take(self, row: Numbered, reader: RowReader) -> None:
        self.outcome.rows += 1
        if row.problem:
            self._unread(Problem(row.line, "", row.problem))
            return
        read = reader.read(row.line, row.cells)
        if not isinstance(read, Row):
            self._unread(*read)
            self._note_code(row, reader)
            return
        known = self._desk.meet(read.code, row.line)
        if known.line:
            self._unread(Problem(row.line, self._code_heading, f"the code stands on line {known.line} already"))
            return
        self._compare(row.line, read, None if known.snapshot is None else _SNAPSHOTS.decode(known.snapshot))

    def _note_code(self, row: Numbered, reader: RowReader) -> None:
        """Remember that the dossier is in the export, though its row cannot be read."""
        with contextlib.suppress(BadCell):
            self._desk.meet(reader.code(row.cells), row.line)

    def _compare(self, line: int, row: Row, before: Snapshot | None) -> None:
        found = derived(before, row, source=self._source, words=self._words, as_of=self._as_of)
        if found is None:
            self.outcome.unchanged += 1
            if before is not None and before.missing_since is not None:
                self._piece.snapshots.append(msgspec.structs.replace(before, missing_since=None))
            return
        if before is not None and before.as_of > self._as_of:
            self._unread(Problem(line, self._code_heading, "a later export has told otherwise"))
            return
        self.outcome.changed += 1
        self.outcome.without_date += closed_without_date(row, self._words)
        self.outcome.events.update([event.type.split(".")[-2] for event in found.events])
        self._piece.events.extend(found.events)
        self._piece.snapshots.append(found.snapshot)

    def _miss(self, export: Export) -> None:
        for stored in self._desk.unmet():
            before = _SNAPSHOTS.decode(stored)
            if before.as_of > self._as_of:
                continue
            state = state_shown(before.row, self._words)
            if state in CLOSED:
                self.outcome.closed_and_gone += 1
                continue
            since = self._as_of if before.missing_since is None else before.missing_since
            self.outcome.missing.append(Missing(subject_of(self._source, before.row.code), since, str(state or "")))
            if before.missing_since is None:
                self._piece.snapshots.append(msgspec.structs.replace(before, missing_since=since))
            if len(self._piece.snapshots) >= PIECE:
                self._flush(export)

    def _flush(self, export: Export) -> None:
        export.check()
        if self._piece.snapshots:
            self._publish(self._piece)
            self._piece = Piece([], [])

    def _unread(self, *problems: Problem) -> None:
        self.outcome.refuse(*problems)
        for problem in problems:
            self._tell(problem)

    @property
    def _code_heading(self) -> str:
        headings = self.outcome.headings
        return headings.names[headings.places[Column.CODE]] if headings else ""
