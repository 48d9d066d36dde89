"""Where a partition keeps its dossiers: packed until touched, and a heap of what is due next.

Invariant: every entry that is due at some moment stands in the heap under that moment. The heap may also hold older
appointments of entries that have changed since; who takes one from it compares.
"""

import heapq
from collections.abc import Iterable, Iterator

import msgspec

from streams.core.moments import Moment
from streams.register.entries import Entry, decode_header, proved, unpacked
from streams.register.tallies import Tallies

SLACK = 1_000
"""Appointments beyond two for each dossier at which the heap is tidied."""


class Shelf:
    """The entries of one partition by key; `corrupt` are the keys whose state could not be read."""

    def __init__(self, tallies: Tallies) -> None:
        """Begin empty; what is restored is counted in `tallies`."""
        self.corrupt: set[bytes] = set()
        self._tallies = tallies
        self._packed: dict[bytes, bytes] = {}
        self._open: dict[bytes, Entry] = {}
        self._heap: list[tuple[Moment, bytes]] = []

    def __len__(self) -> int:
        """Return how many dossiers there are."""
        return len(self._packed)

    @property
    def next_at(self) -> Moment | None:
        """The moment of the first appointment."""
        return self._heap[0][0] if self._heap else None

    def get(self, key: bytes) -> Entry | None:
        """Return an entry, unpacked."""
        entry = self._open.get(key)
        if entry is None and (packed := self._packed.get(key)) is not None:
            return unpacked(packed)
        return entry

    def put(self, key: bytes, entry: Entry, *, appointed: Moment | None) -> None:
        """Keep an entry that was touched; `appointed` is the moment under which the heap still holds it."""
        self._open[key] = entry
        if entry.next_at != appointed:
            self._appoint(key, entry.next_at)

    def due(self, until: Moment) -> tuple[Moment, bytes, Entry] | None:
        """Take the first entry that is due at or before a moment out of the heap; None if none is."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            at, key = heapq.heappop(heap)
            entry = self.get(key)
            if entry is not None and entry.next_at == at:
                return at, key, entry
        return None

    def pack(self) -> Iterator[tuple[bytes, bytes]]:
        """Pack every entry that was touched and yield it as `dossier.state` keeps it."""
        for key, entry in self._open.items():
            packed = self._packed[key] = entry.packed()
            yield key, packed
        self._open.clear()

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up packed entries; a later one replaces an earlier one of the same key, None removes it."""
        for key, value in records:
            self._forget(key)
            if value is None:
                continue
            try:
                entry = proved(value)
            except (msgspec.DecodeError, ValueError, IndexError):
                self.corrupt.add(key)
            else:
                self.adopt(key, entry, value)

    def adopt(self, key: bytes, entry: Entry, packed: bytes) -> None:
        """Keep an entry that is already on the log, or follows from it, and count it."""
        self._packed[key] = packed
        if entry.counted is not None:
            self._tallies.count(entry.counted)
        self._appoint(key, entry.next_at)

    def _forget(self, key: bytes) -> None:
        self.corrupt.discard(key)
        packed = self._packed.pop(key, None)
        if packed is not None and (counted := decode_header(packed).counted) is not None:
            self._tallies.uncount(counted)

    def _appoint(self, key: bytes, at: Moment | None) -> None:
        if at is None:
            return
        heapq.heappush(self._heap, (at, key))
        if len(self._heap) > SLACK + 2 * len(self._packed):
            self._tidy()

    def _tidy(self) -> None:
        """Leave only the appointments that hold: who changes often must not fill the memory with old ones."""
        moments = {key: decode_header(packed).next_at for key, packed in self._packed.items()}
        moments |= {key: entry.next_at for key, entry in self._open.items()}
        self._heap = [(at, key) for key, at in moments.items() if at is not None]
        heapq.heapify(self._heap)
