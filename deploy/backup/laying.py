"""How records get the offsets they had: pure, from what is kept of a partition to what must be written, in order.

An offset between two records was taken by the end of a transaction, or by a record that was never committed. So it is
taken again: a run before a gap of one is written in a transaction, whose end takes the offset; a longer gap is filled
by a transaction of empty records that is given up. Nobody who reads what is committed sees either.
"""

import enum
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from deploy.backup.pieces import Damaged, Kept

AT_ONCE: Final = 2_000
"""Records of a partition between two waits."""
BYTES_AT_ONCE: Final = 4 << 20
FILLERS_AT_ONCE: Final = 50_000


class Way(enum.Enum):
    """How records are written; the end of a transaction takes one offset more."""

    PLAIN = enum.auto()
    COMMITTED = enum.auto()
    ABORTED = enum.auto()


class Step(NamedTuple):
    """Records that follow each other without a gap, and how they are written."""

    way: Way
    records: Sequence[Kept]

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.records[-1].offset + (1 if self.way is Way.PLAIN else 2)


def dense(records: Iterable[Kept]) -> Iterator[Kept]:
    """Yield the records of a compacted topic with the offsets they get when its holes are left out."""
    for offset, one in enumerate(records):
        yield Kept(offset, one.timestamp, one.key, one.value, one.headers)


def laid(records: Iterable[Kept], *, end: int, at_once: int = FILLERS_AT_ONCE) -> Iterator[Step]:
    """Yield the steps that put the records, in the order of their offsets, where they were, and leave off at `end`.

    A first gap of a single offset is filled with a record that can be seen: what lies before the first record has to
    be deleted afterwards. A gap is filled with `at_once` records a transaction. Raises Damaged for records that cannot
    have stood so.
    """
    run: list[Kept] = []
    noted: list[Kept] = []
    size, at = 0, 0
    for one in records:
        if one.aborted:
            noted.append(one)
            continue
        if one.offset != at or noted:
            yield from _closed(run, noted, gap=Gap(at, one.offset, one.timestamp, at_once))
            run, noted, size = [], [], 0
        elif len(run) >= AT_ONCE or size >= BYTES_AT_ONCE:
            yield Step(Way.PLAIN, run)
            run, size = [], 0
        run.append(one)
        size += len(one.key or b"") + len(one.value or b"")
        at = one.offset + 1
    yield from _closed(run, noted, gap=Gap(at, end, run[-1].timestamp if run else 0, at_once))


class Gap(NamedTuple):
    """The offsets from `start` to before `end`; what fills it is stamped with a time near by."""

    start: int
    end: int
    stamp: int
    at_once: int


def _closed(run: list[Kept], noted: Sequence[Kept], *, gap: Gap) -> Iterator[Step]:
    start, end, stamp, at_once = gap
    if noted and not (start <= noted[0].offset and noted[-1].offset < end - 1):
        raise Damaged(f"between the offsets {start} and {end} stands what was never committed, and no end of it")
    if end - start == 1:
        yield Step(Way.COMMITTED, run) if run else Step(Way.PLAIN, [_filler(start, stamp)])
        return
    if run:
        yield Step(Way.PLAIN, run)
    if end > start:
        ends = [start - 1, *_ends(start, end, most=end if noted else at_once)]
        there = {one.offset: one for one in noted}
        for before, last in pairwise(ends):
            places = range(before + 1, last)
            yield Step(Way.ABORTED, [there.get(place) or _filler(place, stamp) for place in places])


def _ends(start: int, end: int, *, most: int) -> Iterator[int]:
    """Yield the offsets at which transactions end that fill a gap of two at least, the last at its end."""
    while end - start > most + 2:
        start += most
        yield start - 1
    yield end - 1


def _filler(offset: int, stamp: int) -> Kept:
    # Not null: a reader of what was never committed must find bytes, if none that mean anything.
    return Kept(offset, stamp, b"", b"")
