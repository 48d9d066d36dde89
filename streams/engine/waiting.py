"""The records that wait before a lane, and the position up to which they have been taken.

Invariant: `next` gives records in the order of their offsets, each once. What lies behind the position is dropped, what
overlaps it is trimmed; a chunk that begins ahead of it is a gap, and nothing is given until what is missing has come.
"""

from collections import deque
from collections.abc import Sequence

from streams.border import Incoming
from streams.engine.transport import SLICE, Chunk

HIGH, LOW = 5 * SLICE, 2 * SLICE
"""Records at which fetching stops, and begins again."""


class Gap(Exception):
    """The next chunk begins at `offset`, after the position: something in between was lost on the way."""

    def __init__(self, offset: int) -> None:
        """Remember where the chunk begins."""
        super().__init__(f"a gap before offset {offset}")
        self.offset = offset


class Waiting:
    """Chunks in the order of their coming."""

    def __init__(self) -> None:
        """Begin empty, at no position."""
        self.position = -1
        self._chunks: deque[Chunk] = deque()
        self._records = 0
        self._highwater = 0

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self._chunks)

    @property
    def full(self) -> bool:
        """Whether fetching should stop."""
        return self._records > HIGH

    @property
    def low(self) -> bool:
        """Whether fetching should go on."""
        return self._records < LOW

    @property
    def oldest_ms(self) -> int | None:
        """The broker's time of the record that has waited longest; None where none waits."""
        return self._chunks[0].records[0].timestamp if self._chunks and self._chunks[0].records else None

    def behind(self, position: int) -> bool:
        """Return whether more is known to come after `position`."""
        return bool(self._chunks) or position < self._highwater

    def expect(self, end: int) -> None:
        """Know that there are records before `end`, though nothing of them has come."""
        self._highwater = max(self._highwater, end)

    def put(self, chunk: Chunk) -> None:
        """Add what a fetch returned."""
        self._chunks.append(chunk)
        self._records += len(chunk.records)

    def drop(self) -> None:
        """Forget what waits; it will be fetched again."""
        self._chunks.clear()
        self._records = 0

    def next(self) -> tuple[Sequence[Incoming], int]:
        """Return the next records, fewer than two slices, and the position after them; raises Gap.

        The position does not move by this: `take_back` and `reached` say what became of the records.
        """
        batch: list[Incoming] = []
        position = self.position
        while self._chunks and len(batch) < SLICE:
            chunk = self._chunks[0]
            if chunk.start > position:
                if batch:
                    break  # give what is whole; the gap is found again next time
                raise Gap(chunk.start)
            self._chunks.popleft()
            self._records -= len(chunk.records)
            self._highwater = max(self._highwater, chunk.highwater)
            if chunk.end > position:
                batch += [record for record in chunk.records if record.offset >= position]
                position = chunk.end
        return batch, position

    def take_back(self, batch: Sequence[Incoming], taken: int, position: int) -> int:
        """Put what was not taken of a batch back, first in line; returns the position after what was."""
        rest = list(batch[taken:])
        if not rest:
            return position
        self._chunks.appendleft(Chunk(rest[0].offset, position, self._highwater, rest))
        self._records += len(rest)
        return rest[0].offset
