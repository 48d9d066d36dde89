"""The tallies of one partition: how many dossiers are alike, for each unit and day.

Invariant: the tallies are the sum over all dossiers of what each adds (`core.counting`), and nothing else; so they can
be counted again from the state at any time and come out the same.
"""

from typing import TypeAlias

import msgspec

from streams.core.counting import Alike, Cohort, Counted
from streams.core.moments import Day, date_of
from streams.wire.records import Cell, Tally

Place: TypeAlias = tuple[str, Day]
"""A unit and a day."""


class Tallies:
    """Counts by unit and day, and which of them changed since they were last written."""

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self._counts: dict[Place, dict[tuple[Cohort, Alike], int]] = {}
        self._changed: set[Place] = set()

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

    def flush(self) -> list[tuple[bytes, bytes]]:
        """Return the records of what changed since the last call, each whole, in the order of their keys."""
        records = [self._record(place) for place in sorted(self._changed)]
        self._changed.clear()
        return records

    def _add(self, counted: Counted, by: int) -> list[Place]:
        """Count a dossier `by` times more on each of its days; returns where."""
        places = []
        for cohort, day in counted.places():
            place, kind = (counted.unit, day), (cohort, counted.alike)
            counts = self._counts.get(place)
            if counts is None:
                counts = self._counts[place] = {}
            count = counts.get(kind, 0) + by
            if count:
                counts[kind] = count
            else:
                counts.pop(kind, None)
            places.append(place)
        return places

    def _record(self, place: Place) -> tuple[bytes, bytes]:
        unit, day = place
        on = date_of(day).isoformat()
        cells = tuple(
            sorted(
                (_cell(cohort, alike, count) for (cohort, alike), count in self._counts[place].items()),
                key=msgspec.structs.astuple,
            )
        )
        tally = Tally(partition=self._partition, unit=unit, day=on, cells=cells)
        return f"{self._partition}/{unit}/{on}".encode(), msgspec.json.encode(tally)


def _cell(cohort: Cohort, alike: Alike, count: int) -> Cell:
    return Cell(cohort, alike.label, alike.cause, alike.board, alike.field, alike.channel, alike.level, count)
