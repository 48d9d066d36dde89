"""One partition on its way: fenced, restored, then epoch after epoch.

Invariants. An epoch begins only after the one before it was committed, and never while the lane is frozen. State is
read back only after the last owner has been fenced, and so is the position from which the lane goes on.
"""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import TopicPartition

from streams.border import Epoch, Incoming, Poisoned
from streams.engine.epochs import EpochWriter
from streams.engine.plan import StepPlan
from streams.engine.recalling import reminded
from streams.engine.restore import taken_up
from streams.engine.surroundings import Surroundings
from streams.engine.transport import Chunk
from streams.engine.waiting import Gap, Waiting

log = structlog.get_logger(__name__)


class Stopped(Exception):
    """The step cannot go on with this partition."""


class Lane:
    """Drives one step of a plan over one partition of its source."""

    def __init__(self, source: TopicPartition, plan: StepPlan, around: Surroundings) -> None:
        """Prepare; nothing connects before `run`."""
        self.source = source
        self.ready = False
        self._plan = plan
        self._step = plan.build(source.partition)
        self._around = around
        self._writer = EpochWriter(around.connection, source)
        self._waiting = Waiting()
        self._committed = -1
        self._paused = False
        self._sought_at: float | None = None
        self._wake = asyncio.Event()
        self._go = asyncio.Event()
        self._idle = asyncio.Event()
        self._go.set()
        self._idle.set()

    # What the consumer's side calls.

    def offer(self, chunk: Chunk) -> None:
        """Put a chunk behind those that wait; stops fetching while too much waits."""
        self._waiting.put(chunk)
        self._wake.set()
        if self._waiting.full and not self._paused:
            self._paused = True
            self._around.reader.pause(self.source)

    async def freeze(self) -> None:
        """Let the epoch in flight end and begin no other; what waits is dropped and will be fetched again."""
        self._go.clear()
        await self._idle.wait()
        self._waiting.drop()

    async def thaw(self) -> bool:
        """Go on if nobody else moved the position meanwhile; False if the lane must be built anew."""
        if not self.ready or await self._around.reader.committed(self.source) != self._committed:
            return False
        self._waiting.drop()
        self._waiting.expect(await self._around.reader.end(self.source))
        self._paused = False
        self._go.set()
        self._wake.set()
        return True

    async def close(self) -> None:
        """Let go of the partition."""
        self._around.metrics.let_go(self.source.topic, self.source.partition)
        await self._writer.close()

    # The way of the partition.

    async def run(self) -> None:
        """Fence, restore, then take epoch after epoch until cancelled; raises MustEnd.

        What the step itself cannot take stops this partition and no other: it stands still at its position, says at
        which record, and waits for an administrator (`dunghan worker --skip`).
        """
        await self._open()
        try:
            await self._epochs()
        except Stopped as stopped:
            self._around.reader.pause(self.source)
            self._around.metrics.stopped.labels(self.source.topic, str(self.source.partition)).set(1)
            log.error("partition_stopped", topic=self.source.topic, partition=self.source.partition, why=str(stopped))
            await asyncio.Event().wait()

    async def _epochs(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._until_due()
            began = loop.time()
            self._idle.clear()
            try:
                await self._epoch()
            finally:
                self._idle.set()
            await asyncio.sleep(max(0.0, self._around.pace.spacing - (loop.time() - began)))

    async def _open(self) -> None:
        await self._writer.fence()
        # Only now: before the fence the last owner might still have moved it.
        self._waiting.position = self._committed = await self._around.reader.committed(self.source)
        await taken_up(self._around, self._plan, self._step, source=self.source, position=self._committed)
        # Else time would pass over a backlog of which nothing has come yet, and people be told of what it settles.
        self._waiting.expect(await self._around.reader.end(self.source))
        await self._around.reader.seek(self.source, self._committed)
        self.ready = True
        log.info("partition_ready", topic=self.source.topic, partition=self.source.partition, position=self._committed)

    async def _until_due(self) -> None:
        """Wait until a record or a deadline is there and the lane may go; watches over a position that ran ahead."""
        patience = self._around.pace.patience
        while True:
            await self._go.wait()
            now = self._around.pace.clock()
            oldest = self._waiting.oldest_ms
            self._around.metrics.turned(self.source.topic, self.source.partition, now=now, oldest_ms=oldest)
            self._around.metrics.keeps(self.source.topic, self.source.partition, self._step.kept)
            due = self._step.next_at
            if self._waiting or (due is not None and due <= now and not self._behind()):
                return
            wait = patience if due is None else min(patience, max(0.01, due - now))
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), wait)
            except TimeoutError:
                await self._watch()

    async def _watch(self) -> None:
        ahead = self._around.reader.position(self.source)
        if not self._waiting and self._go.is_set() and ahead is not None and ahead > self._waiting.position:
            await self._go_back("position passed without its records")

    async def _epoch(self) -> None:
        try:
            batch, position = self._waiting.next()
        except Gap as gap:
            self._around.metrics.gaps.labels(self.source.topic).inc()
            await self._go_back(str(gap))
            return
        if batch:
            self._sought_at = None
        if self._paused and self._waiting.low:
            self._paused = False
            self._around.reader.resume(self.source)
        if batch and not await reminded(self._around.connection, self._step, batch, place=self.source):
            await asyncio.sleep(self._around.pace.patience)
            self._waiting.position = self._waiting.take_back(batch, 0, position)
            return
        epoch = self._decided(batch, position)
        position = self._waiting.take_back(batch, epoch.taken, position)
        if batch or epoch.outputs:
            with self._around.metrics.epoch(self.source.topic, epoch.taken):
                await self._writer.write(epoch, position)
            self._around.daybook.committed(self.source, epoch)
            self._committed = position
        self._waiting.position = position

    def _decided(self, batch: Sequence[Incoming], position: int) -> Epoch:
        now, behind = self._around.pace.clock(), self._behind(position)
        try:
            if batch:
                return self._step.take(batch, now=now, behind=behind)
            return Epoch(0, {}) if behind else self._step.tick(now)
        except Poisoned as poisoned:
            raise Stopped(str(poisoned)) from poisoned
        except Exception as error:
            at = f"offsets {batch[0].offset} to {batch[-1].offset}" if batch else "a tick"
            raise Stopped(f"{at}: {error!r}") from error

    def _behind(self, position: int | None = None) -> bool:
        return self._waiting.behind(self._waiting.position if position is None else position)

    async def _go_back(self, why: str) -> None:
        loop, position = asyncio.get_running_loop(), self._waiting.position
        self._waiting.drop()
        if self._sought_at is not None and loop.time() - self._sought_at < self._around.pace.patience:
            return  # the answer to the last seek is still on its way
        self._sought_at = loop.time()
        log.warning(
            "position_taken_back", topic=self.source.topic, partition=self.source.partition, to=position, why=why
        )
        await self._around.reader.seek(self.source, position)
