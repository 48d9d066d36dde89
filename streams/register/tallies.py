"""The tallies of one partition: how many dossiers are alike, for each unit and day.

Invariant: the tallies are the sum over all dossiers of what each adds (`core.counting`), and nothing else; so they can
be counted again from the state at any time and come out the same.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from streams.core.counting import COHORTS, Alike, Counted
from streams.core.findings import Rule
from streams.core.moments import Day, Moment, date_of
from streams.wire.records import Cell, Found, Tally
from streams.wire.records import Counted as Counting

Place: TypeAlias = tuple[str, Day]
"""A unit and a day."""
Kind: TypeAlias = int | Rule
"""What is counted there: a rule, or the number of what is alike, times that of the cohorts, and the cohort's place."""


class Tallies:
    """Counts by unit and day, and which of them changed since they were last written."""

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self._counts: dict[Place, dict[Kind, int]] = {}
        self._numbers: dict[Alike, int] = {}
        self._alike: list[Alike] = []
        self._changed: set[Place] = set()
        self._strange: set[bytes] = set()
        self._counted_key = f"counted/{partition}".encode()

    def move(self, before: Counted | None, after: Counted | None) -> None:
        """Replace what a dossier added before by what it adds now; either may be nothing."""
        if before == after:
            return
        if before is not None:
            self._add(before, -1, self._changed)
        if after is not None:
            self._add(after, 1, self._changed)

    def count(self, counted: Counted) -> None:
        """Count a dossier that the state already holds; nothing is to be written for it."""
        self._add(counted, 1, set())

    def uncount(self, counted: Counted) -> None:
        """Take back what `count` counted, because a later record of the same dossier replaces it."""
        self._add(counted, -1, set())

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

    def _add(self, counted: Counted, by: int, changed: set[Place]) -> None:
        """Count a dossier `by` times more on each of its days, and add these to what changed."""
        kind = len(COHORTS) * self._number(counted.alike)
        for day in counted.days:
            if day is not None:
                self._add_kind((counted.unit, day), kind, by, changed)
            kind += 1
        for rule in counted.rules:
            self._add_kind((counted.unit, counted.found_on), rule, by, changed)

    def _add_kind(self, place: Place, kind: Kind, by: int, changed: set[Place]) -> None:  # noqa: PLR0917 - the hot path
        changed.add(place)
        counts = self._counts.get(place)
        if counts is None:
            counts = self._counts[place] = {}
        counts[kind] = count = counts.get(kind, 0) + by
        if not count:
            del counts[kind]

    def _number(self, alike: Alike) -> int:
        number = self._numbers.get(alike)
        if number is None:
            number = self._numbers[alike] = len(self._alike)
            self._alike.append(alike)
        return number

    def _record(self, place: Place) -> tuple[bytes, bytes]:
        (unit, day), counts = place, self._counts[place]
        on = date_of(day).isoformat()
        cells = tuple(
            sorted(
                (self._cell(kind, count) for kind, count in counts.items() if not isinstance(kind, Rule)),
                key=msgspec.structs.astuple,
            )
        )
        found = tuple(Found(kind, counts[kind]) for kind in sorted(kind for kind in counts if isinstance(kind, Rule)))
        tally = Tally(partition=self._partition, unit=unit, day=on, cells=cells, findings=found)
        return f"{self._partition}/{unit}/{on}".encode(), msgspec.json.encode(tally)

    def _cell(self, kind: int, count: int) -> Cell:
        number, place = divmod(kind, len(COHORTS))
        alike = self._alike[number]
        one = (alike.label, alike.cause, alike.board, alike.field, alike.channel, alike.level)
        return Cell(COHORTS[place], *one, count)


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
