"""Walks a chain, the trail's or that of `office.acts`: does each line follow, and is it as the checkpoints say?"""

import contextlib
import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from deploy.verify.checkpoints import Head
from deploy.verify.differences import Difference, Kind
from streams.core.moments import Moment, datetime_of
from streams.topics import TRAIL, Topic
from streams.wire import trail

NEAR: Final = 16
"""Lines back, in which the one that a moved line follows is looked for."""


class Walk:
    """One partition; `head`, `count` and `offset` are those of the last line taken."""

    def __init__(self, partition: int, signed: Iterable[tuple[Moment, Head]] = (), *, topic: Topic = TRAIL) -> None:
        """Begin before the first line; `signed` is what kept checkpoints say."""
        self._topic = topic.name
        self.partition = partition
        self.head = trail.START
        self.count = 0
        self.offset = -1
        self._signed: dict[int, list[tuple[Moment, Head]]] = {}
        for at, one in signed:
            if one.count:  # of an empty partition nothing was signed
                self._signed.setdefault(one.count, []).append((at, one))
        self._near: deque[tuple[int, bytes]] = deque(maxlen=NEAR)

    def go_on(self, head: Head) -> None:
        """Go on after a line that was walked before."""
        self.head, self.count, self.offset = bytes.fromhex(head.head), head.count, head.offset

    def take(self, offset: int, value: bytes) -> list[Difference]:
        """Take the next line; returns what is wrong with it, mostly nothing."""
        found: list[Difference] = []
        if why := trail.broken(self.head, value):
            found.append(self._break(offset, value, why))
        # Without a hash of its own there is nothing to go on with; the next line then follows the one before, or not.
        with contextlib.suppress(ValueError):
            self.head = trail.hash_of(value).rjust(len(trail.START))
        self._near.append((offset, self.head))
        return found + self._counted(offset)

    def _counted(self, offset: int) -> list[Difference]:
        self.count += 1
        self.offset = offset
        return list(self._against(self._signed.pop(self.count, [])))

    def end(self) -> Iterator[Difference]:
        """Yield what was signed and is not there."""
        for count in sorted(self._signed):
            at, signed = self._signed[count][0]
            told = f"{signed.count} lines to offset {signed.offset} were signed at {_said(at)}; {self.count} are here"
            yield self._at(self.offset + 1, Kind.TAIL_MISSING, told)
            return  # the later ones say the same

    def _break(self, offset: int, value: bytes, why: str) -> Difference:
        if not self.count and offset:
            told = f"the lines before it are gone: the trail begins at offset {offset}"
            return self._at(offset, Kind.BEGINNING_GONE, told)
        for before, head in self._near:
            if head != self.head and trail.broken(head, value) is None:
                return self._at(offset, Kind.CHAIN_BROKEN, f"moved: it follows the line at offset {before}")
        told = f"{why} from the line before it: one of the two was changed, or lines between them are gone"
        return self._at(offset, Kind.CHAIN_BROKEN, told)

    def _against(self, signed: list[tuple[Moment, Head]]) -> Iterator[Difference]:
        for at, one in signed:
            if one.head != self.head.hex():
                told = f"line {one.count} is not the one that was signed at {_said(at)} (then at offset {one.offset})"
                yield self._at(self.offset, Kind.OTHER_HISTORY, told)

    def _at(self, offset: int, kind: Kind, told: str) -> Difference:
        return Difference(kind, self._topic, self.partition, str(offset), told)


class Sealed(Walk):
    """A topic whose records have no chain: the hash of each over the one before is reckoned here.

    It is SHA-256 over the hash before (the first follows 32 zero bytes), the hash of the key and that of the value.
    """

    def add(self, offset: int, key: bytes, value: bytes) -> list[Difference]:
        """Take the next record; returns what is wrong with it."""
        parts = self.head + hashlib.sha256(key).digest() + hashlib.sha256(value).digest()
        self.head = hashlib.sha256(parts).digest()
        return self._counted(offset)


def _said(at: Moment) -> str:
    return datetime_of(at).isoformat()
