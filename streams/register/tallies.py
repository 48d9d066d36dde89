"""The tallies of one partition: how many dossiers are alike, for each unit and day.

Invariant: the tallies are the sum over all dossiers of what each adds (`core.counting`), and nothing else; so they can
be counted again from the state at any time and come out the same.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from streams.core.counting import Alike, Cohort, Counted
from streams.core.findings import Rule
from streams.core.moments import Day, Moment, date_of
from streams.wire.records import Cell, Found, Tally
from streams.wire.records import Counted as Counting

Place: TypeAlias = tuple[str, Day]
"""A unit and a day."""


class Tallies:
    """Counts by unit and day, and which of them changed since they were last written."""

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self._counts: dict[Place, dict[tuple[Cohort, Alike] | Rule, int]] = {}
        self._changed: set[Place] = set()
        self._strange: set[bytes] = set()
        self._counted_key = f"counted/{partition}".encode()

    def move(self, before: Counted | None, after: Counted | None) -> None:
        """Replace what a dossier added before by what it adds now; either may be nothing."""
        if before == after:
            return
        if before is not None:
            self._changed.update(self._add(before, -1))
        if after is not None:
            self._changed.update(self._add(after, 1))

    def count(self, counted: Counted) -> None:
        """Count a dossier that the state already holds; nothing is to be written for it."""
        self._add(counted, 1)

    def uncount(self, counted: Counted) -> None:
        """Take back what `count` counted, because a later record of the same dossier replaces it."""
        self._add(counted, -1)

    def flush(self) -> list[tuple[bytes, bytes | None]]:
        """Return the records of what changed since the last call, each whole, in the order of their keys."""
        records: list[tuple[bytes, bytes | None]] = [(key, None) for key in sorted(self._strange)]
        records += [self._record(place) for place in sorted(self._changed)]
        self._changed.clear()
        self._strange.clear()
        return records

    def counted(self, now: Moment) -> tuple[bytes, bytes]:
        """Return the record that says that this partition is counted, and up to when."""
        return self._counted_key, msgspec.json.encode(Counting(partition=self._partition, now=now))

    def compare(self, written: Mapping[bytes, bytes]) -> list[str]:
        """Return every key whose last written record is not what is counted here, with the first count that differs.

        The next flush writes what is counted; a key under which nothing is counted is deleted.
        """
        left, found = dict(written), []
        left.pop(self._counted_key, None)
        for place in sorted(self._counts):
            key, counted = self._record(place)
            if differs := _difference(key, left.pop(key, None), counted):
                self._changed.add(place)
                found.append(differs)
        for key, value in sorted(left.items()):
            if differs := _difference(key, value, None):
                self._strange.add(key)
                found.append(differs)
        return found

    def _add(self, counted: Counted, by: int) -> list[Place]:
        """Count a dossier `by` times more on each of its days; returns where."""
        places = []
        for cohort, day in counted.places():
            place = (counted.unit, day)
            self._add_kind(place, (cohort, counted.alike), by)
            places.append(place)
        for rule in counted.rules:
            place = (counted.unit, counted.found_on)
            self._add_kind(place, rule, by)
            places.append(place)
        return places

    def _add_kind(self, place: Place, kind: tuple[Cohort, Alike] | Rule, by: int) -> None:
        counts = self._counts.get(place)
        if counts is None:
            counts = self._counts[place] = {}
        count = counts.get(kind, 0) + by
        if count:
            counts[kind] = count
        else:
            counts.pop(kind, None)

    def _record(self, place: Place) -> tuple[bytes, bytes]:
        (unit, day), counts = place, self._counts[place]
        on = date_of(day).isoformat()
        cells = tuple(
            sorted(
                (_cell(*kind, count) for kind, count in counts.items() if not isinstance(kind, Rule)),
                key=msgspec.structs.astuple,
            )
        )
        found = tuple(Found(kind, counts[kind]) for kind in sorted(kind for kind in counts if isinstance(kind, Rule)))
        tally = Tally(partition=self._partition, unit=unit, day=on, cells=cells, findings=found)
        return f"{self._partition}/{unit}/{on}".encode(), msgspec.json.encode(tally)


def _cell(cohort: Cohort, alike: Alike, count: int) -> Cell:
    return Cell(cohort, alike.label, alike.cause, alike.board, alike.field, alike.channel, alike.level, count)


def _difference(key: bytes, written: bytes | None, counted: bytes | None) -> str:
    """Return in words where two records of a key differ, else nothing; one without counts is as good as none."""
    if written == counted:
        return ""
    name = key.decode(errors="replace")
    try:
        wrote, counts = _cells(name, written), _cells(name, counted)
    except ValueError as error:  # msgspec.DecodeError is one
        return f"{name}: written is no tally of this key: {error}"
    kind = next((kind for kind in (wrote | counts) if wrote.get(kind) != counts.get(kind)), None)
    if kind is None:
        return ""
    what = "/".join(str(part) for part in kind if part)
    return f"{name}: {what} written {wrote.get(kind, 0)}, counted {counts.get(kind, 0)}"


def _cells(key: str, record: bytes | None) -> dict[tuple[object, ...], int]:
    """Return the counts of a record by everything that a cell says beside them; ValueError if it is of another key."""
    if record is None:
        return {}
    tally = msgspec.json.decode(record, type=Tally)
    if (own := f"{tally.partition}/{tally.unit}/{tally.day}") != key:
        raise ValueError(f"it says {own}")
    cells = map(msgspec.structs.astuple, tally.cells)
    counts: dict[tuple[object, ...], int] = {cell[:-1]: cell[-1] for cell in cells}
    return counts | {("finding", found.rule): found.count for found in tally.findings}
