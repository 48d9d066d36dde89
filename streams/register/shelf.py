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
from streams.register.roll import Roll
from streams.register.stubs import LEFT, Stub, is_stub, stub_in
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
        self._roll = Roll()
        self._packed = Volumes()
        self._hand: tuple[int, bytes, Entry | Stub] | None = None
        self._touched: dict[bytes, bytes] = {}
        self._agenda = Agenda(self._appointed, self._roll.key)

    def __len__(self) -> int:
        """Return how many dossiers there are."""
        return len(self._packed)

    @property
    def next_at(self) -> Moment | None:
        """The moment of the first appointment."""
        return self._agenda.next_at

    def get(self, key: bytes) -> Entry | None:
        """Return an entry, unpacked; None where there is none, or only its stub."""
        if self._hand is not None and self._hand[1] == key:
            held = self._hand[2]
            return held if isinstance(held, Entry) else None
        packed = self._packed.get(self._roll.find(key))
        return None if packed is None or is_stub(packed) else unpacked(packed)

    def stub(self, key: bytes) -> Stub | None:
        """Return what is kept of a dossier that has left; None where there is none."""
        if not self.left:
            return None
        if self._hand is not None and self._hand[1] == key:
            held = self._hand[2]
            return held if isinstance(held, Stub) else None
        packed = self._packed.get(self._roll.find(key))
        return stub_in(packed) if packed is not None and is_stub(packed) else None

    def __iter__(self) -> Iterator[bytes]:
        """Yield the keys of all entries."""
        self._lay_down()
        yield from map(self._roll.key, self._packed)

    def glance(self, key: bytes) -> tuple[int, Counted | None] | None:
        """Return under which edition an entry was judged last and how it is counted; None where there is none."""
        self._lay_down()
        if (packed := self._packed.get(self._roll.find(key))) is None:
            return None
        glance = decode_glance(packed)
        return glance.edition, glance.counted

    def put(self, key: bytes, entry: Entry, *, appointed: Moment | None) -> None:
        """Keep an entry that was touched; `appointed` is the moment under which the agenda still holds it."""
        number = self._take_up(key, entry)
        if entry.next_at is not None and entry.next_at != appointed:
            self._agenda.add(entry.next_at, number)

    def leave(self, key: bytes, stub: Stub) -> None:
        """Keep the stub in the place of the entry."""
        self._take_up(key, stub)
        self.left += 1

    def comes_back(self, key: bytes, entry: Entry) -> None:
        """Keep the entry in the place of its stub."""
        self._take_up(key, entry)
        self.left -= 1

    def _take_up(self, key: bytes, held: Entry | Stub) -> int:
        """Take in hand what is kept of a dossier from now on; returns its number."""
        number = self._roll.number(key)
        if self._hand is None or self._hand[0] != number:
            self._lay_down()
        self._hand = number, key, held
        return number

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
        self._thin_out()
        packed = list(self._touched.items())
        self._touched = {}
        return packed

    def _lay_down(self) -> None:
        if self._hand is None:
            return
        number, key, held = self._hand
        self._hand = None
        self._touched[key] = packed = held.packed()
        self._packed.put(number, packed)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up packed entries; a later one replaces an earlier one of the same key, None removes it."""
        for key, value in records:
            self.corrupt.discard(key)
            number = self._roll.number(key)
            if (before := self._packed.pop(number)) is not None:
                self._forget(before)
            if value is None:
                continue
            try:
                entry = stub_in(value) if is_stub(value) else proved(value)
            except (msgspec.DecodeError, ValueError, IndexError):
                self.corrupt.add(key)
            else:
                self.left += entry.version == LEFT
                self._adopt(number, entry, value)
        self._thin_out()

    def adopt(self, key: bytes, entry: Entry, packed: bytes) -> None:
        """Keep an entry that follows from the log, and count it."""
        self._adopt(self._roll.number(key), entry, packed)

    def _adopt(self, number: int, entry: Entry | Stub, packed: bytes) -> None:
        self._packed.put(number, packed)
        if entry.counted is not None:
            self._tallies.count(entry.counted)
        if entry.next_at is not None:
            self._agenda.add(entry.next_at, number)

    def _forget(self, packed: bytes) -> None:
        self.left -= is_stub(packed)
        if (counted := decode_header(packed).counted) is not None:
            self._tallies.uncount(counted)

    def _thin_out(self) -> None:
        """Write the agenda anew where most of it no longer holds; nothing may be in hand."""
        if len(self._agenda) > SLACK + 2 * len(self._packed):
            self._agenda.anew(self._packed)

    def appointed(self, key: bytes) -> Moment | None:
        """Return for when a key is appointed."""
        return self._appointed(self._roll.find(key))

    def _appointed(self, number: int) -> Moment | None:
        if self._hand is not None and self._hand[0] == number:
            return self._hand[2].next_at
        packed = self._packed.get(number)
        return None if packed is None else decode_header(packed).next_at
