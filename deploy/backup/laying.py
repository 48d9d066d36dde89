"""How records get the offsets they had: pure, from what is kept of a partition to what must be written, in order.

An offset between two records was taken by the end of a transaction, or by a record that was never committed. So it is
taken again: a run before a gap of one is written in a transaction, whose end takes the offset; a longer gap is filled
by a transaction of empty records that is given up. Nobody who reads what is committed sees either. Where what was never
committed is kept too, it stands among what others committed meanwhile: its transaction is held open over them, and its
end takes the first offset of the gap after them.
"""

import enum
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from deploy.backup.pieces import Damaged, Kept

AT_ONCE: Final = 2_000
"""Records of a partition between two waits."""
BYTES_AT_ONCE: Final = 1 << 20
FILLERS_AT_ONCE: Final = 500_000
PAIR: Final = 2
"""A gap in which the end of a transaction would leave one offset over, that nothing can fill alone."""
EMPTY: Final = 9
"""Bytes of an empty record in a batch."""


class Way(enum.Enum):
    """How records are written; the end of a transaction takes one offset more."""

    PLAIN = enum.auto()
    COMMITTED = enum.auto()
    ABORTED = enum.auto()


class Step(NamedTuple):
    """Records without a gap from the offset `start` on, `fill` empty ones after them, and how they are written.

    In a step that is given up, what is not marked as `aborted` was committed by others while it went on; the empty
    ones are given up with it. `stamp` is the time of the empty ones, `size` an estimate in bytes.
    """

    way: Way
    start: int
    records: Sequence[Kept]
    fill: int = 0
    stamp: int = 0

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.start + len(self.records) + self.fill + (0 if self.way is Way.PLAIN else 1)

    @property
    def size(self) -> int:
        """How many bytes it comes to, about."""
        return EMPTY * (self.fill + len(self.records)) + sum(map(_size, self.records))


def dense(records: Iterable[Kept]) -> Iterator[Kept]:
    """Yield the records of a compacted topic with the offsets they get when its holes are left out."""
    for offset, one in enumerate(records):
        yield Kept(offset, one.timestamp, one.key, one.value, one.headers)


def laid(records: Iterable[Kept], *, end: int, at_once: int = FILLERS_AT_ONCE) -> Iterator[Step]:
    """Yield the steps that put the records, in the order of their offsets, where they were, and leave off at `end`.

    A first gap of a single offset is filled with a record that can be seen: what lies before the first record has to
    be deleted afterwards. A gap is filled with up to `at_once` offsets, three at the least, a transaction. Raises
    Damaged for records that cannot have stood so.
    """
    run: list[Kept] = []
    size, at, noted = 0, 0, False
    for one in records:
        if one.offset != at:
            yield from _closed(run, Gap(at, one.offset, one.timestamp, at_once))
            run, size, noted = [], 0, False
        elif not noted and (len(run) >= AT_ONCE or size >= BYTES_AT_ONCE):
            yield Step(Way.PLAIN, run[0].offset, run)
            run, size = [], 0
        run.append(one)
        noted = noted or one.aborted
        size += _size(one)
        at = one.offset + 1
    yield from _closed(run, Gap(at, end, run[-1].timestamp if run else 0, at_once))


class Gap(NamedTuple):
    """The offsets from `start` to before `end`; what fills it is stamped with a time near by."""

    start: int
    end: int
    stamp: int
    at_once: int

    @property
    def length(self) -> int:
        """How many offsets there are in it."""
        return self.end - self.start


def _closed(run: list[Kept], gap: Gap) -> Iterator[Step]:
    first = next((number for number, one in enumerate(run) if one.aborted), len(run))
    plain, open_over = run[:first], run[first:]
    if plain and not open_over and gap.length == 1:
        yield Step(Way.COMMITTED, plain[0].offset, plain)
        return
    if plain:
        yield Step(Way.PLAIN, plain[0].offset, plain)
    if open_over:
        if not gap.length:
            raise Damaged(f"before the offset {gap.end} stands what was never committed, and no end of it")
        fill = 1 if gap.length == PAIR else 0
        yield Step(Way.ABORTED, open_over[0].offset, open_over, fill, gap.stamp)
        gap = gap._replace(start=gap.start + 1 + fill)
    yield from _filled(gap)


def _filled(gap: Gap) -> Iterator[Step]:
    start, end, stamp, at_once = gap
    if gap.length == 1:
        yield Step(Way.PLAIN, start, (), 1, stamp)
        return
    while start < end:
        count = min(at_once, end - start)
        # The end of a transaction needs a record before it, so none may be left over alone.
        count -= end - start - count == 1
        yield Step(Way.ABORTED, start, (), count - 1, stamp)
        start += count


def _size(one: Kept) -> int:
    headers = sum(len(name) + len(value or b"") for name, value in one.headers)
    return len(one.key or b"") + len(one.value or b"") + headers
