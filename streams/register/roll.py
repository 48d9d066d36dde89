"""The roll of a partition: a number for each key, from 1, in the order in which they came.

A dictionary would take 150 bytes for a key of 25: the key as an object of its own, its number as another, their place.
Here the texts lie one behind the other, and a table of numbers says where to look.

Invariant: the number of a key stands in the table at the place that the key hashes to, or behind it with no empty place
between. No more than two places of three are taken. Nobody is struck off: who leaves the state leaves a stub there.
"""

from array import array
from typing import Final

_PLACES: Final = 1024
"""Places of an empty table, a power of two."""


class Roll:
    """Keys by number, and numbers by key."""

    def __init__(self) -> None:
        """Begin with nobody on it."""
        self._texts = bytearray()
        self._begins = array("I", (0, 0))
        self._table, self._mask = array("I", bytes(4 * _PLACES)), _PLACES - 1
        self._asked: bytes | None = None
        self._answer = self._place = 0

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._begins) - 2

    def find(self, key: bytes) -> int:
        """Return the number of a key, 0 where it has none."""
        if key == self._asked:  # whoever was asked for is asked for again
            return self._answer
        table, begins, texts, mask = self._table, self._begins, self._texts, self._mask
        place = hash(key) & mask
        while number := table[place]:
            if texts[begins[number] : begins[number + 1]] == key:
                break
            place = place + 1 & mask
        self._asked, self._answer, self._place = key, number, place
        return number

    def number(self, key: bytes) -> int:
        """Return the number of a key, the next one if it has none."""
        if number := self._answer if key == self._asked else self.find(key):
            return number
        self._answer = number = self._table[self._place] = len(self._begins) - 1
        self._texts += key
        self._begins.append(len(self._texts))
        if 3 * number > 2 * len(self._table):
            self._widen()
        return number

    def key(self, number: int) -> bytes:
        """Return the key of a number."""
        return bytes(self._texts[self._begins[number] : self._begins[number + 1]])

    def _widen(self) -> None:
        """Write the table anew, four times as large: a table twice as large costs a restore a quarter µs a key more."""
        self._table = table = array("I", bytes(16 * len(self._table)))
        self._mask = mask = len(table) - 1
        texts, begin = bytes(self._texts), 0
        for number, end in enumerate(self._begins[2:], 1):
            place = hash(texts[begin:end]) & mask
            while table[place]:
                place = place + 1 & mask
            table[place], begin = number, end
