"""The roll of a partition: a number for each key, from 1, in the order in which they came.

A dictionary would take 150 bytes for a key of 25: the key as an object of its own, its number as another, their place.
Here the texts lie one behind the other, each with a number in the place of its home, for homes are few; and a table of
numbers says where to look.

Invariant: the number of a key stands in the table at the place that the key hashes to, or behind it with no empty place
between. No more than two places of three are taken. Nobody is struck off: who leaves the state leaves a stub there.
"""

from array import array
from typing import Final

_HOME: Final = 3
"""Bytes for the number of a home."""
_PLACES: Final = 1024
"""Places of an empty table, a power of two."""


class Roll:
    """Keys by number, and numbers by key."""

    def __init__(self) -> None:
        """Begin with nobody on it."""
        self._homes: dict[bytes, bytes] = {}
        self._names: list[bytes] = []
        self._texts = bytearray()
        self._begins = array("I", (0, 0))
        self._table = array("I", bytes(4 * _PLACES))
        self._asked: bytes | None = None
        self._text, self._answer, self._place = b"", 0, 0

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._begins) - 2

    def find(self, key: bytes) -> int:
        """Return the number of a key, 0 where it has none."""
        if key == self._asked:  # whoever was asked for is asked for again
            return self._answer
        home = key.partition(b"/")[0]
        text = (self._homes.get(home) or self._new_home(home)) + key[len(home) :]
        table, begins, texts = self._table, self._begins, self._texts
        mask = len(table) - 1
        place = hash(text) & mask
        while number := table[place]:
            begin = begins[number]
            if texts.startswith(text, begin) and begins[number + 1] == begin + len(text):
                break
            place = place + 1 & mask
        self._asked, self._text, self._answer, self._place = key, text, number, place
        return number

    def number(self, key: bytes) -> int:
        """Return the number of a key, the next one if it has none."""
        if number := self._answer if key == self._asked else self.find(key):
            return number
        self._answer = number = self._table[self._place] = len(self._begins) - 1
        self._texts += self._text
        self._begins.append(len(self._texts))
        if 3 * number > 2 * len(self._table):
            self._widen()
        return number

    def key(self, number: int) -> bytes:
        """Return the key of a number."""
        text = self._texts[self._begins[number] : self._begins[number + 1]]
        return self._names[int.from_bytes(text[:_HOME])] + text[_HOME:]

    def _new_home(self, home: bytes) -> bytes:
        self._homes[home] = number = len(self._names).to_bytes(_HOME)
        self._names.append(home)
        return number

    def _widen(self) -> None:
        """Write the table anew, four times as large: a table twice as large costs a restore a quarter µs a key more."""
        self._table = table = array("I", bytes(16 * len(self._table)))
        mask, texts, begin = len(table) - 1, bytes(self._texts), 0
        for number, end in enumerate(self._begins[2:], 1):
            place = hash(texts[begin:end]) & mask
            while table[place]:
                place = place + 1 & mask
            table[place], begin = number, end
