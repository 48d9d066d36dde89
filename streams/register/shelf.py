"""Where a partition keeps its dossiers: packed in volumes until touched, and an agenda of what is due next.

Invariant: every entry that is due at some moment stands in the agenda under that moment.
"""

from collections.abc import Iterable, Iterator

import msgspec

from streams.core.counting import Counted
from streams.core.moments import Moment
from streams.register.agenda import SLACK, Agenda
from streams.register.entries import Entry, decode_glance, decode_header, proved, unpacked
from streams.register.tallies import Tallies
from streams.register.volumes import Volumes


class Shelf:
    """The entries of one partition by key; `corrupt` are the keys whose state could not be read."""

    def __init__(self, tallies: Tallies) -> None:
        """Begin empty; what is restored is counted in `tallies`."""
        self.corrupt: set[bytes] = set()
        self._tallies = tallies
        self._packed = Volumes()
        self._open: dict[bytes, Entry] = {}
        self._agenda = Agenda(self._appointed)

    def __len__(self) -> int:
        """Return how many dossiers there are."""
        return len(self._packed)

    @property
    def next_at(self) -> Moment | None:
        """The moment of the first appointment."""
        return self._agenda.next_at

    def get(self, key: bytes) -> Entry | None:
        """Return an entry, unpacked."""
        entry = self._open.get(key)
        if entry is None and (packed := self._packed.get(key)) is not None:
            return unpacked(packed)
        return entry

    def __iter__(self) -> Iterator[bytes]:
        """Yield the keys of all entries."""
        yield from self._packed
        yield from (key for key in self._open if self._packed.get(key) is None)

    def glance(self, key: bytes) -> tuple[int, Counted | None] | None:
        """Return under which edition an entry was judged last and how it is counted; None where there is none."""
        if (entry := self._open.get(key)) is not None:
            return entry.edition, entry.counted
        if (packed := self._packed.get(key)) is None:
            return None
        glance = decode_glance(packed)
        return glance.edition, glance.counted

    def put(self, key: bytes, entry: Entry, *, appointed: Moment | None) -> None:
        """Keep an entry that was touched; `appointed` is the moment under which the agenda still holds it."""
        self._open[key] = entry
        if entry.next_at != appointed:
            self._appoint(key, entry.next_at)

    def due(self, until: Moment) -> tuple[Moment, bytes, Entry] | None:
        """Take the first entry that is due at or before a moment from the agenda; None if none is."""
        found = self._agenda.due(until)
        if found is None or (entry := self.get(found[1])) is None:
            return None
        return *found, entry

    def pack(self) -> Iterator[tuple[bytes, bytes]]:
        """Pack every entry that was touched and yield it as `dossier.state` keeps it."""
        for key, entry in self._open.items():
            packed = entry.packed()
            self._packed.put(key, packed)
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
        self._packed.put(key, packed)
        if entry.counted is not None:
            self._tallies.count(entry.counted)
        self._appoint(key, entry.next_at)

    def _forget(self, key: bytes) -> None:
        self.corrupt.discard(key)
        packed = self._packed.pop(key)
        if packed is not None and (counted := decode_header(packed).counted) is not None:
            self._tallies.uncount(counted)

    def _appoint(self, key: bytes, at: Moment | None) -> None:
        if at is None:
            return
        self._agenda.add(at, self._packed.same(key))
        # New dossiers are open until the epoch ends; an epoch may bring thousands.
        if len(self._agenda) > SLACK + 2 * (len(self._packed) + len(self._open)):
            self._agenda.anew({*self._packed, *self._open})

    def _appointed(self, key: bytes) -> Moment | None:
        entry = self._open.get(key)
        if entry is not None:
            return entry.next_at
        packed = self._packed.get(key)
        return None if packed is None else decode_header(packed).next_at
