"""Where packed entries lie: bound in volumes, so that a million small values that grow leave no holes in the memory.

Invariant: each number of the roll has one place, a volume and where in it the value begins, or none. Of all that the
volumes hold, no more than a sixth (and two volumes) is out of use: where it would be more, what is in use of the
emptiest is copied on.
"""

from array import array
from collections.abc import Iterator
from struct import Struct
from typing import Final

_SHIFT: Final = 20
SIZE: Final = 1 << _SHIFT
"""Bytes of a volume; a value that is larger has a volume of its own."""
LOOSE: Final = 5
"""One part in so many of what is in use may be held out of use beside it."""
SPARE: Final = 4
"""Volumes kept for the next writing, so that nothing depends on what the allocator does with those let go."""
_HEAD: Final = Struct("=II")
"""Before each value: its number, and how long it is."""
_BEHIND: Final = _HEAD.size
_read_head: Final = _HEAD.unpack_from
_write_head: Final = _HEAD.pack_into
_WITHIN: Final = SIZE - 1
"""The bits of a place that say where in its volume; those above are the volume's number, from 1."""
_ABSENT: Final = 0


class Volumes:
    """Bytes by number, like a dictionary of them; the numbers are those of a roll, so nearly all have a value."""

    def __init__(self) -> None:
        """Begin with an empty volume."""
        self._places = array("Q")
        self._length = 0
        self._volumes: dict[int, memoryview] = {}
        self._ends: dict[int, int] = {}
        self._used: dict[int, int] = {}
        self._spare: list[memoryview] = []
        self._held = self._in_use = self._volume = self._end = 0
        self._block = memoryview(b"")
        self._turn(SIZE)

    def __len__(self) -> int:
        """Return how many values there are."""
        return self._length

    def __iter__(self) -> Iterator[int]:
        """Give the numbers that have a value, in order."""
        return (number for number, place in enumerate(self._places) if place != _ABSENT)

    @property
    def held(self) -> int:
        """How many bytes the volumes take."""
        return self._held

    def get(self, number: int) -> bytes | None:
        """Return the value of a number; None where there is none."""
        if number >= len(self._places) or (place := self._places[number]) == _ABSENT:
            return None
        block, begin = self._volumes[place >> _SHIFT], (place & _WITHIN) + _BEHIND
        return block[begin : begin + _read_head(block, begin - _BEHIND)[1]].tobytes()

    def put(self, number: int, value: bytes) -> None:
        """Keep a value in the place of the one before it."""
        while number >= len(self._places):
            self._places.append(_ABSENT)
        before = self._places[number]
        self._places[number] = self._write(number, value)
        if before == _ABSENT:
            self._length += 1
        else:
            self._leave(before)
            if self._held - self._in_use > 2 * SIZE + self._in_use // LOOSE:
                self._tidy()

    def pop(self, number: int) -> bytes | None:
        """Let go of a value and return it."""
        if number >= len(self._places) or (place := self._places[number]) == _ABSENT:
            return None
        value, self._places[number] = self.get(number), _ABSENT
        self._length -= 1
        self._leave(place)
        self._tidy()
        return value

    def _write(self, number: int, value: bytes) -> int:
        size = _BEHIND + len(value)
        if self._end + size > len(self._block):
            self._turn(size)
        volume, block, at = self._volume, self._block, self._end
        _write_head(block, at, number, len(value))
        self._end = end = at + size
        block[at + _BEHIND : end] = value
        self._used[volume] += size
        self._in_use += size
        return volume << _SHIFT | at

    def _turn(self, size: int) -> None:
        """Begin a new volume."""
        self._ends[self._volume], self._end = self._end, 0
        block = self._spare.pop() if self._spare and size <= SIZE else memoryview(bytearray(max(size, SIZE)))
        self._block = block
        self._volume += 1
        self._volumes[self._volume] = block
        self._used[self._volume] = 0
        self._held += len(block)

    def _leave(self, place: int) -> None:
        """Take note that a place is out of use, so that no number may have it any more."""
        volume = place >> _SHIFT
        size = _BEHIND + _read_head(self._volumes[volume], place & _WITHIN)[1]
        self._used[volume] -= size
        self._in_use -= size
        if not self._used[volume] and volume != self._volume:
            self._let_go(volume)

    def _tidy(self) -> None:
        """Copy on what is in use of the emptiest volumes, until no more is held beside it than may be."""
        while len(self._volumes) > 1 and self._held - self._in_use > 2 * SIZE + self._in_use // LOOSE:
            self._copy_on(min((used, each) for each, used in self._used.items() if each != self._volume)[1])

    def _copy_on(self, volume: int) -> None:
        block, at, end = self._volumes[volume], 0, self._ends[volume]
        while at < end:
            number, length = _read_head(block, at)
            begin = at + _BEHIND
            if self._places[number] == volume << _SHIFT | at:
                self._places[number] = self._write(number, block[begin : begin + length].tobytes())
                self._in_use -= _BEHIND + length
            at = begin + length
        self._let_go(volume)

    def _let_go(self, volume: int) -> None:
        block = self._volumes.pop(volume)
        del self._ends[volume], self._used[volume]
        self._held -= len(block)
        if len(block) == SIZE and len(self._spare) < SPARE:
            self._spare.append(block)
