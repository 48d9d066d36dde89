"""Where packed entries lie: bound in volumes, so that a million small values that grow leave no holes in the memory.

Invariant: each key has a number, and each number one place: a volume and where in it the value begins. Of all that the
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
"""Before each value: the number of its key, and how long it is."""
_ABSENT: Final = 0


class Volumes:
    """Bytes by key, like a dictionary of them."""

    def __init__(self) -> None:
        """Begin with an empty volume."""
        self._numbers: dict[bytes, int] = {}
        self._keys: list[bytes] = []
        self._places = array("Q")
        self._volumes: dict[int, memoryview] = {}
        self._ends: dict[int, int] = {}
        self._used: dict[int, int] = {}
        self._spare: list[memoryview] = []
        self._held = self._in_use = self._volume = 0
        self._turn(SIZE)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._numbers)

    def __iter__(self) -> Iterator[bytes]:
        """Give the keys."""
        return iter(self._numbers)

    @property
    def held(self) -> int:
        """How many bytes the volumes take."""
        return self._held

    def same(self, key: bytes) -> bytes:
        """Return the key itself as it is kept, so that nobody else need keep another; the one given if it is not."""
        number = self._numbers.get(key)
        return key if number is None else self._keys[number]

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key."""
        number = self._numbers.get(key)
        return None if number is None else self._value(self._places[number])

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value in the place of the one before it."""
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._keys)
            self._keys.append(key)
            self._places.append(_ABSENT)
        before = self._places[number]
        self._places[number] = self._write(number, value)
        if before != _ABSENT:
            self._leave(before)
            self._tidy()

    def pop(self, key: bytes) -> bytes | None:
        """Let go of a key and return its value; the last number goes to the key that had its own no more."""
        number = self._numbers.pop(key, None)
        if number is None:
            return None
        place, last = self._places[number], self._keys.pop()
        value, moved = self._value(place), self._places.pop()
        if number < len(self._keys):
            self._numbers[last], self._keys[number] = number, last
            self._places[number] = self._write(number, self._value(moved))
            self._leave(moved)
        # Nothing is copied on before both places are known to be out of use.
        self._leave(place)
        self._tidy()
        return value

    def _value(self, place: int) -> bytes:
        volume, at = self._volumes[place >> _SHIFT], place & SIZE - 1
        begin = at + _HEAD.size
        return volume[begin : begin + _HEAD.unpack_from(volume, at)[1]].tobytes()

    def _write(self, number: int, value: bytes) -> int:
        size = _HEAD.size + len(value)
        if self._ends[self._volume] + size > len(self._volumes[self._volume]):
            self._turn(size)
        volume = self._volume
        at = self._ends[volume]
        _HEAD.pack_into(self._volumes[volume], at, number, len(value))
        self._volumes[volume][at + _HEAD.size : at + size] = value
        self._ends[volume] = at + size
        self._used[volume] += size
        self._in_use += size
        return volume << _SHIFT | at

    def _turn(self, size: int) -> None:
        """Begin a new volume."""
        block = self._spare.pop() if self._spare and size <= SIZE else memoryview(bytearray(max(size, SIZE)))
        self._volume += 1
        self._volumes[self._volume] = block
        self._ends[self._volume] = self._used[self._volume] = 0
        self._held += len(block)

    def _leave(self, place: int) -> None:
        """Take note that a place is out of use, so that no key may have it any more."""
        volume = place >> _SHIFT
        size = _HEAD.size + _HEAD.unpack_from(self._volumes[volume], place & SIZE - 1)[1]
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
            number, length = _HEAD.unpack_from(block, at)
            begin = at + _HEAD.size
            if number < len(self._places) and self._places[number] == volume << _SHIFT | at:
                self._places[number] = self._write(number, block[begin : begin + length].tobytes())
                self._in_use -= _HEAD.size + length
            at = begin + length
        self._let_go(volume)

    def _let_go(self, volume: int) -> None:
        block = self._volumes.pop(volume)
        del self._ends[volume], self._used[volume]
        self._held -= len(block)
        if len(block) == SIZE and len(self._spare) < SPARE:
            self._spare.append(block)
