"""One partition on its way: fenced, restored, then epoch after epoch.

Invariants. Records are taken in the order of their offsets, each once: what is behind the position is dropped, what
overlaps it is trimmed, what is ahead of it sends the consumer back. An epoch begins only after the one before it was
committed. A frozen lane begins none.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import TopicPartition

from streams.border import Epoch, Incoming, Step
from streams.core.moments import Moment
from streams.engine.connection import Connection
from streams.engine.endings import Ending, MustEnd
from streams.engine.epochs import EpochWriter
from streams.engine.restore import restore
from streams.engine.transport import SLICE, Chunk
from streams.metrics import EngineMetrics

HIGH, LOW = 5 * SLICE, 2 * SLICE
"""Records waiting in a lane at which fetching of its partition stops, and begins again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reader:
    """What a lane may ask of the consumer that feeds it."""

    committed: Callable[[TopicPartition], Awaitable[int]]
    seek: Callable[[TopicPartition, int], Awaitable[None]]
    pause: Callable[[TopicPartition], None]
    resume: Callable[[TopicPartition], None]
    position: Callable[[TopicPartition], int | None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How time enters: the clock, and how far apart the epochs of one partition begin (seconds)."""

    clock: Callable[[], Moment]
    spacing: float = 0.05
    patience: float = 2.0
    """Seconds after which a position that passed without its records is taken back."""


class Lane:
    """Drives one step over one partition."""

    def __init__(
        self,
        source: TopicPartition,
        state: str | None,
        step: Step,
        *,
        connection: Connection,
        reader: Reader,
        pace: Pace,
        metrics: EngineMetrics,
    ) -> None:
        self.source = source
        self.position = -1
        self.ready = False
        self._committed = -1
        self._state = state
        self._step = step
        self._connection = connection
        self._reader = reader
        self._pace = pace
        self._metrics = metrics
        self._writer = EpochWriter(connection, source)
        self._chunks: deque[Chunk] = deque()
        self._waiting = 0
        self._paused = False
        self._highwater = 0
        self._sought_at: float | None = None
        self._wake = asyncio.Event()
        self._go = asyncio.Event()
        self._idle = asyncio.Event()
        self._go.set()
        self._idle.set()

    # What the consumer's side calls.

    def offer(self, chunk: Chunk) -> None:
        """Put a chunk behind those that wait; stops fetching while too much waits."""
        self._chunks.append(chunk)
        self._waiting += len(chunk.records)
        self._wake.set()
        if self._waiting > HIGH and not self._paused:
            self._paused = True
            self._reader.pause(self.source)

    async def freeze(self) -> None:
        """Let the epoch in flight end and begin no other; what waits is dropped and will be fetched again."""
        self._go.clear()
        await self._idle.wait()
        self._drop_waiting()

    async def thaw(self) -> bool:
        """Go on if nobody else moved the position meanwhile; False if the lane must be built anew."""
        if not self.ready or await self._reader.committed(self.source) != self._committed:
            return False
        self._drop_waiting()
        self._paused = False
        self._go.set()
        self._wake.set()
        return True

    async def close(self) -> None:
        """Let go of the partition."""
        self._metrics.let_go(self.source.topic, self.source.partition)
        await self._writer.close()

    # The way of the partition.

    async def run(self) -> None:
        """Fence, restore, then take epoch after epoch until cancelled; raises MustEnd."""
        await self._open()
        loop = asyncio.get_running_loop()
        while True:
            await self._until_due()
            began = loop.time()
            self._idle.clear()
            try:
                await self._epoch()
            finally:
                self._idle.set()
            await asyncio.sleep(max(0.0, self._pace.spacing - (loop.time() - began)))

    async def _open(self) -> None:
        await self._writer.fence()
        # Only now: before the fence the last owner might still have moved it.
        self.position = self._committed = await self._reader.committed(self.source)
        if self._state is not None:
            state = TopicPartition(self._connection.topic(self._state), self.source.partition)
            restored = await restore(self._connection, self._step, state, progress=self._progress)
            self._metrics.restored(self.source.topic, self.source.partition, restored)
        await self._reader.seek(self.source, self.position)
        self.ready = True
        log.info("partition_ready", topic=self.source.topic, partition=self.source.partition, position=self.position)

    def _progress(self, at: int, end: int) -> None:
        self._metrics.restoring(self.source.topic, self.source.partition, at=at, end=end)

    async def _until_due(self) -> None:
        """Wait until a record or a deadline is there and the lane may go; watches over a position that ran ahead."""
        while True:
            await self._go.wait()
            now = self._pace.clock()
            due = self._step.next_at
            self._turned(now)
            if self._chunks or (due is not None and due <= now and not self._behind()):
                return
            wait = self._pace.patience if due is None else min(self._pace.patience, max(0.01, due - now))
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), wait)
            except TimeoutError:
                await self._watch()

    def _turned(self, now: Moment) -> None:
        waiting = self._chunks[0].records if self._chunks else []
        oldest = waiting[0].timestamp if waiting else None
        self._metrics.turned(self.source.topic, self.source.partition, now=now, oldest_ms=oldest)

    async def _watch(self) -> None:
        ahead = self._reader.position(self.source)
        if not self._chunks and self._go.is_set() and ahead is not None and ahead > self.position:
            await self._go_back("position passed without its records")

    async def _epoch(self) -> None:
        batch, position = await self._next_batch()
        now = self._pace.clock()
        try:
            if batch:
                epoch = self._step.take(batch, now=now, behind=self._behind(position))
            else:
                epoch = self._step.tick(now) if not self._behind(position) else Epoch(0, {})
        except Exception as error:
            at = f"offsets {batch[0].offset} to {batch[-1].offset}" if batch else "a tick"
            raise MustEnd(Ending.STEP_FAILED, f"{self.source}, {at}: {error!r}") from error
        position = self._put_back(batch, epoch.taken, position)
        if batch or epoch.outputs:
            with self._metrics.epoch(self.source.topic, epoch.taken):
                await self._writer.write(epoch, position)
            self._committed = position
        self.position = position

    async def _next_batch(self) -> tuple[Sequence[Incoming], int]:
        """Return the next records in order, one slice at the most, and the position after them."""
        batch: list[Incoming] = []
        position = self.position
        while self._chunks and len(batch) < SLICE:
            chunk = self._chunks.popleft()
            self._waiting -= len(chunk.records)
            self._highwater = max(self._highwater, chunk.highwater)
            if chunk.end <= position:
                continue
            if chunk.start > position:
                self._metrics.gaps.labels(self.source.topic).inc()
                await self._go_back(f"a gap before offset {chunk.start}")
                break
            self._sought_at = None
            records = (
                chunk.records
                if chunk.start == position
                else [record for record in chunk.records if record.offset >= position]
            )
            batch.extend(records)
            position = chunk.end
        if self._paused and self._waiting < LOW:
            self._paused = False
            self._reader.resume(self.source)
        return batch, position

    def _put_back(self, batch: Sequence[Incoming], taken: int, position: int) -> int:
        """Return the position after `taken` records; the rest waits for the next epoch, first in line."""
        rest = list(batch[taken:])
        if not rest:
            return position
        self._chunks.appendleft(Chunk(rest[0].offset, position, self._highwater, rest))
        self._waiting += len(rest)
        return rest[0].offset

    def _behind(self, position: int | None = None) -> bool:
        return bool(self._chunks) or (self.position if position is None else position) < self._highwater

    async def _go_back(self, why: str) -> None:
        loop = asyncio.get_running_loop()
        self._drop_waiting()
        if self._sought_at is not None and loop.time() - self._sought_at < self._pace.patience:
            return  # the answer to the last seek is still on its way
        self._sought_at = loop.time()
        log.warning(
            "position_taken_back", topic=self.source.topic, partition=self.source.partition, to=self.position, why=why
        )
        await self._reader.seek(self.source, self.position)

    def _drop_waiting(self) -> None:
        self._chunks.clear()
        self._waiting = 0
