"""Who owns which partition: builds lanes for what the group gives, freezes and drops them when it takes.

Invariant: between a revocation and the next assignment no epoch begins. A partition that stays with us goes on only if
the position committed on the cluster is the one we committed; otherwise its lane is built anew, fence first.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from aiokafka import TopicPartition

from streams.engine import doors
from streams.engine.endings import Ending, MustEnd
from streams.engine.lane import Lane
from streams.engine.transport import Chunk
from streams.metrics import EngineMetrics

log = structlog.get_logger(__name__)


class Ownership:
    """The lanes of this worker; `end` hears why the worker must end."""

    def __init__(
        self, build: Callable[[TopicPartition], Lane], end: Callable[[MustEnd], None], metrics: EngineMetrics
    ) -> None:
        self._build = build
        self._end = end
        self._metrics = metrics
        self._lanes: dict[TopicPartition, tuple[Lane, asyncio.Task[None]]] = {}
        self._stopping = False
        self._topics: set[str] = set()

    def offer(self, source: TopicPartition, chunk: Chunk) -> None:
        """Hand a chunk to its lane; one that was fetched for a partition we no longer own is of no use to us."""
        if (owned := self._lanes.get(source)) is not None:
            owned[0].offer(chunk)

    async def revoked(self, *_: Any) -> None:
        """Let every epoch in flight end and begin no other; what was still being restored is given up."""
        await asyncio.gather(*(self._freeze(source) for source in list(self._lanes)))
        self.count()

    async def assigned(self, app: Any) -> None:
        """Bring the lanes in line with what the group has assigned."""
        if self._stopping:
            return
        assigned = doors.assigned(doors.client_of(app))
        for source in [source for source in self._lanes if source not in assigned]:
            await self._drop(source)
        for source in sorted(assigned):
            owned = self._lanes.get(source)
            if owned is not None and await owned[0].thaw():
                continue
            await self._drop(source)
            self._start(source)
        self.count()

    async def close(self) -> None:
        """Freeze and let go of everything; nothing is taken up again."""
        self._stopping = True
        await self.revoked()
        for source in list(self._lanes):
            await self._drop(source)

    @property
    def ready(self) -> bool:
        """Whether partitions are assigned and every one of them has been restored."""
        return bool(self._lanes) and all(lane.ready for lane, _ in self._lanes.values())

    def _start(self, source: TopicPartition) -> None:
        lane = self._build(source)
        task = asyncio.create_task(lane.run(), name=f"lane {source.topic} {source.partition}")
        task.add_done_callback(self._ended)
        self._lanes[source] = (lane, task)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        self._end(
            error if isinstance(error, MustEnd) else MustEnd(Ending.ENGINE_FAILED, f"{task.get_name()}: {error!r}")
        )

    async def _freeze(self, source: TopicPartition) -> None:
        lane, _ = self._lanes[source]
        if lane.ready:
            await lane.freeze()
        else:
            await self._drop(source)

    async def _drop(self, source: TopicPartition) -> None:
        owned = self._lanes.pop(source, None)
        if owned is None:
            return
        lane, task = owned
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)  # its error, if any, went to `_ended`
        await lane.close()
        log.info("partition_let_go", topic=source.topic, partition=source.partition)

    def count(self) -> None:
        """Show how many partitions are owned, and how many of them have been restored, at this moment."""
        self._topics |= {source.topic for source in self._lanes}
        for topic in self._topics:
            lanes = [lane for source, (lane, _) in self._lanes.items() if source.topic == topic]
            self._metrics.owned.labels(topic).set(len(lanes))
            self._metrics.ready.labels(topic).set(sum(lane.ready for lane in lanes))
