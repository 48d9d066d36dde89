"""What happened to a dossier between two exports: events out of the row as it was and the row as it is.

A date in the row is an event at its own time. What has no date of its own (a state, a unit, a moved due moment) is a
snapshot at the moment of the export, the event `observed`. Nothing is derived from a row that is as it was.

Ids are a hash over the row and over the hash of the row before it, so that the same export twice says nothing twice,
and a state that went and came back is said again.
"""

import hashlib
from typing import Any, Final, NamedTuple

import msgspec

from deploy.connect.rows import MILESTONES, Row
from deploy.connect.snapshot import REACHED, Sending, Snapshot, last_of, state_shown, subject_of
from deploy.connect.sources import Column, Source
from deploy.connect.vocabulary import NATIONAL, Vocabulary
from streams.core.events import (
    BODIES,
    Accepted,
    Body,
    Corrected,
    Done,
    Observed,
    Refused,
    Returned,
    Stopped,
    Submitted,
    SupplementReceived,
    SupplementRequested,
)
from streams.core.labels import State
from streams.core.moments import Moment, datetime_of
from streams.wire.contract import type_of

KINDS: Final[dict[Column, type[Body]]] = {
    Column.SUBMITTED_AT: Submitted,
    Column.ACCEPTED_AT: Accepted,
    Column.SUPPLEMENT_REQUESTED_AT: SupplementRequested,
    Column.SUPPLEMENT_RECEIVED_AT: SupplementReceived,
    Column.REFUSED_AT: Refused,
    Column.STOPPED_AT: Stopped,
    Column.DONE_AT: Done,
    Column.RETURNED_AT: Returned,
}
REPEATED: Final = frozenset({Column.SUPPLEMENT_REQUESTED_AT, Column.SUPPLEMENT_RECEIVED_AT})
"""A new date in these columns is a second request; in the others it puts right what the first one said."""
TOLD: Final = ("procedure", "unit", "field", "channel", "level", "officer", "national_code")
APPOINTED: Final = ("due_at", "limit")
OBSERVED: Final = (*TOLD, *APPOINTED, "letter")
KEPT: Final = 20
"""Snapshots remembered of a dossier, in case a later export shows that they were wrong."""
_TYPES: Final[dict[type[Body], str]] = {kind: type_of(kind) for kind in BODIES}
_ROWS: Final = msgspec.msgpack.Encoder()


class Derived(NamedTuple):
    """The events between two rows, and the snapshot to keep."""

    events: tuple[Sending, ...]
    snapshot: Snapshot


def derived(before: Snapshot | None, row: Row, *, source: Source, words: Vocabulary, as_of: Moment) -> Derived | None:
    """Return what happened since the row before (None: never seen); None where nothing did."""
    if before is not None and before.row == row:
        return None
    return _Turn(before, row, source=source, words=words, as_of=as_of).derived()


class _Turn:
    """One row's turn; it lives for one derivation and is never kept."""

    def __init__(self, before: Snapshot | None, row: Row, *, source: Source, words: Vocabulary, as_of: Moment) -> None:
        self._before, self._row, self._source, self._words, self._as_of = before, row, source, words, as_of
        self._was = Row(row.code) if before is None else before.row
        self._subject = subject_of(source, row.code)
        chained = (b"" if before is None else before.link) + f"{source.reports_as}|{self._subject}|".encode()
        self._link = hashlib.sha256(chained + _ROWS.encode(row)).digest()[:16]
        self._said = {} if before is None else dict(before.said)
        self._shown = () if before is None else before.shown
        self._events: list[Sending] = []

    def derived(self) -> Derived:
        new = [column for column in MILESTONES if self._is_new(column)]
        for column in new:
            self._milestone(column)
        overtaken = self._void_what_was_overtaken(new)
        if overtaken or self._needs_snapshot(new):
            self._observe()
        snapshot = Snapshot(1, self._as_of, self._link, self._row, self._said, self._shown[-KEPT:])
        return Derived(tuple(self._events), snapshot)

    def _is_new(self, column: Column) -> bool:
        now = getattr(self._row, column)
        return now is not None and now != getattr(self._was, column)

    def _milestone(self, column: Column) -> None:
        kind, at = KINDS[column], getattr(self._row, column)
        if getattr(self._was, column) is not None and column not in REPEATED and column.value in self._said:
            self._send(Corrected, self._as_of, {"voids": self._said[column.value]}, name=f"corrected.{column}")
        if kind not in {Submitted, Accepted}:
            self._said[column.value] = self._send(kind, at, {})
        elif self._row.procedure and self._row.unit:
            names = (*TOLD, *APPOINTED) if kind is Accepted else TOLD
            self._said[column.value] = self._send(kind, at, self._told(names))
        else:
            # The contract wants procedure and unit of a submission; a snapshot implies it without them.
            told = self._told(OBSERVED, NATIONAL[REACHED[column]])
            self._said[column.value] = self._send(Observed, at, told, name=f"observed.{column}")

    def _void_what_was_overtaken(self, new: list[Column]) -> bool:
        """Take back the snapshots that stand after a date which only this export tells of: they did not know it."""
        moved = [
            getattr(self._row, column) for column in new if column not in {Column.SUBMITTED_AT, Column.ACCEPTED_AT}
        ]
        if not moved:
            return False
        overtaken = [shown for shown in self._shown if shown[0] >= min(moved)]
        for number, (_, id_) in enumerate(overtaken):
            self._send(Corrected, self._as_of, {"voids": id_}, name=f"corrected.observed.{number}")
        self._shown = tuple(shown for shown in self._shown if shown not in overtaken)
        return bool(overtaken)

    def _needs_snapshot(self, new: list[Column]) -> bool:
        if self._before is None and not new:
            return True
        untold = set(OBSERVED) - self._told_by(new) - {"letter"}
        if any(getattr(self._row, name) != getattr(self._was, name) for name in untold):
            return True
        if not self._row.state:
            return False
        reached = REACHED[last_of(self._row, new)] if new else state_shown(self._was, self._words)
        return not _leads_to(reached, state_shown(self._row, self._words))

    def _told_by(self, new: list[Column]) -> set[str]:
        """Return the fields that the new events tell; none where a later snapshot stands and has the last word."""
        if self._shown:
            return set()
        if Column.ACCEPTED_AT in new:
            return {*TOLD, *APPOINTED}
        return set(TOLD) if Column.SUBMITTED_AT in new else set()

    def _observe(self) -> None:
        state = state_shown(self._row, self._words)
        code = NATIONAL[state] if isinstance(state, State) else self._words.state_code(self._row.state or "?")
        id_ = self._send(Observed, self._as_of, self._told(OBSERVED, code))
        self._shown = (*self._shown, (self._as_of, id_))

    def _told(self, names: tuple[str, ...], state_code: str = "") -> dict[str, Any]:
        said: dict[str, Any] = {"state_code": state_code} if state_code else {}
        said |= {name: value for name in names if (value := getattr(self._row, name))}
        if "due_at" in said:
            said["due_at"] = datetime_of(said["due_at"])
        return said

    def _send(self, kind: type[Body], at: Moment, data: dict[str, Any], *, name: str = "") -> str:
        id_ = f"{self._link.hex()}.{name or kind.name}"
        self._events.append(Sending(id_, self._source.reports_as, _TYPES[kind], self._subject, datetime_of(at), data))
        return id_


def _leads_to(reached: State | str | None, state: State | str | None) -> bool:
    """Return whether nothing more need be said of a dossier that came to `reached` and shows `state`."""
    if reached is State.RETURNED and state is State.DONE:
        return True  # it was done before it was returned
    work = {State.ACCEPTED, State.PROCESSING}
    return state == reached or (state in work and reached in work)
