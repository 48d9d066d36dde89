"""Where a partition keeps its dossiers: packed in volumes but for the one in hand, and an agenda of what is due next.

Invariant: every entry that is due at some moment stands in the agenda under that moment. What was put last is in hand
and is packed when another is put: its values still lie near the processor then, and what comes for one dossier in a
row is packed once.
"""

from collections.abc import Iterable, Iterator

import msgspec

from streams.core.counting import Counted
from streams.core.moments import Moment
from streams.register.agenda import SLACK, Agenda
from streams.register.entries import Entry, decode_glance, decode_header, proved, unpacked
from streams.register.stubs import Stub, is_stub, stub_in
from streams.register.tallies import Tallies
from streams.register.volumes import Volumes


class Shelf:
    """The entries of one partition by key; `corrupt` are the keys whose state could not be read.

    Of so many, `left`, only the stubs are here.
    """

    def __init__(self, tallies: Tallies) -> None:
        """Begin empty; what is restored is counted in `tallies`."""
        self.corrupt: set[bytes] = set()
        self.left = 0
        self._tallies = tallies
        self._packed = Volumes()
        self._hand: tuple[bytes, Entry | Stub] | None = None
        self._touched: dict[bytes, bytes] = {}
        self._agenda = Agenda(self.appointed)

    def __len__(self) -> int:
        """Return how many dossiers there are."""
        return len(self._packed)

    @property
    def next_at(self) -> Moment | None:
        """The moment of the first appointment."""
        return self._agenda.next_at

    def get(self, key: bytes) -> Entry | None:
        """Return an entry, unpacked; None where there is none, or only its stub."""
        if self._hand is not None and self._hand[0] == key:
            held = self._hand[1]
            return held if isinstance(held, Entry) else None
        packed = self._packed.get(key)
        return None if packed is None or is_stub(packed) else unpacked(packed)

    def stub(self, key: bytes) -> Stub | None:
        """Return what is kept of a dossier that has left; None where there is none."""
        if not self.left:
            return None
        if self._hand is not None and self._hand[0] == key:
            held = self._hand[1]
            return held if isinstance(held, Stub) else None
        packed = self._packed.get(key)
        return stub_in(packed) if packed is not None and is_stub(packed) else None

    def __iter__(self) -> Iterator[bytes]:
        """Yield the keys of all entries."""
        self._lay_down()
        yield from self._packed

    def glance(self, key: bytes) -> tuple[int, Counted | None] | None:
        """Return under which edition an entry was judged last and how it is counted; None where there is none."""
        self._lay_down()
        if (packed := self._packed.get(key)) is None:
            return None
        glance = decode_glance(packed)
        return glance.edition, glance.counted

    def put(self, key: bytes, entry: Entry, *, appointed: Moment | None) -> None:
        """Keep an entry that was touched; `appointed` is the moment under which the agenda still holds it."""
        self._take_up(key, entry)
        if entry.next_at != appointed:
            self._appoint(key, entry.next_at)

    def leave(self, key: bytes, stub: Stub) -> None:
        """Keep the stub in the place of the entry."""
        self._take_up(key, stub)
        self.left += 1

    def comes_back(self, key: bytes, entry: Entry) -> None:
        """Keep the entry in the place of its stub."""
        self._take_up(key, entry)
        self.left -= 1

    def _take_up(self, key: bytes, held: Entry | Stub) -> None:
        if self._hand is None or self._hand[0] != key:
            self._lay_down()
        self._hand = key, held

    def due(self, until: Moment) -> tuple[Moment, bytes, Entry] | None:
        """Take the first entry that is due at or before a moment from the agenda; None if none is."""
        while (found := self._agenda.due(until)) is not None:
            at, key = found
            if (entry := self.get(key)) is not None and entry.next_at == at:
                return at, key, entry
        return None

    def pack(self) -> list[tuple[bytes, bytes]]:
        """Return every entry that was touched since the last call as `dossier.state` keeps it, first touched first."""
        self._lay_down()
        packed = list(self._touched.items())
        self._touched = {}
        return packed

    def _lay_down(self) -> None:
        if self._hand is None:
            return
        key, entry = self._hand
        self._hand = None
        self._touched[key] = packed = entry.packed()
        self._packed.put(key, packed)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up packed entries; a later one replaces an earlier one of the same key, None removes it."""
        for key, value in records:
            self._forget(key)
            if value is None:
                continue
            try:
                entry = stub_in(value) if is_stub(value) else proved(value)
            except (msgspec.DecodeError, ValueError, IndexError):
                self.corrupt.add(key)
            else:
                self.adopt(key, entry, value)

    def adopt(self, key: bytes, entry: Entry | Stub, packed: bytes) -> None:
        """Keep an entry that is already on the log, or follows from it, and count it."""
        self._packed.put(key, packed)
        self.left += isinstance(entry, Stub)
        if entry.counted is not None:
            self._tallies.count(entry.counted)
        self._appoint(key, entry.next_at)

    def _forget(self, key: bytes) -> None:
        self.corrupt.discard(key)
        packed = self._packed.pop(key)
        self.left -= packed is not None and is_stub(packed)
        if packed is not None and (counted := decode_header(packed).counted) is not None:
            self._tallies.uncount(counted)

    def _appoint(self, key: bytes, at: Moment | None) -> None:
        if at is None:
            return
        self._agenda.add(at, self._packed.same(key))
        if len(self._agenda) > SLACK + 2 * len(self._packed):
            self._agenda.anew(self)

    def appointed(self, key: bytes) -> Moment | None:
        """Return for when a key is appointed."""
        if self._hand is not None and self._hand[0] == key:
            return self._hand[1].next_at
        packed = self._packed.get(key)
        return None if packed is None else decode_header(packed).next_at
