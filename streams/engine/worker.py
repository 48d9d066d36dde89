"""Composes the engine: one Faust app, one agent for each source topic, one lane for each partition."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import TopicPartition
from faust.types import TP

from streams.engine import doors
from streams.engine.connection import Connection
from streams.engine.daybook import Daybook
from streams.engine.endings import Ending, MustEnd
from streams.engine.following import Followed, Following
from streams.engine.lane import Lane
from streams.engine.ownership import Ownership
from streams.engine.plan import StepPlan
from streams.engine.surroundings import Pace, Reader, Surroundings
from streams.engine.transport import ChunkApp, ChunkScheduler
from streams.metrics import EngineMetrics

log = structlog.get_logger(__name__)

STUCK = 30.0
"""Seconds without a turn of the loop after which a worker is no longer live."""
GRACE = 5.0
"""Seconds that a worker which must end spends on ending well, before it simply ends."""


@dataclass(frozen=True, slots=True)
class Membership:
    """How the worker stands in its group; seconds."""

    instance_id: str | None = None
    session: float = 10.0
    heartbeat: float = 2.0
    rebalance: float = 60.0


class Worker:
    """Runs steps over the partitions that the group assigns, until it is asked to stop or must end."""

    def __init__(
        self,
        plans: Sequence[StepPlan],
        *,
        connection: Connection,
        membership: Membership,
        pace: Pace,
        metrics: EngineMetrics,
        followed: Followed | None = None,
        daybook: Daybook | None = None,
    ) -> None:
        self._plans = {connection.topic(plan.source): plan for plan in plans}
        self._connection = connection
        self._pace = pace
        self._metrics = metrics
        self._daybook = daybook or Daybook()
        self._stop = asyncio.Event()
        self._why: MustEnd | None = None
        self._turned_at = time.monotonic()
        self._following = Following(followed, connection) if followed is not None else None
        self.app = _app(connection, membership)
        self.ownership = Ownership(self._lane, self._must_end, metrics)
        self._wire()

    async def run(self) -> int:
        """Run until SIGTERM, SIGINT or an ending; returns the exit code (0, or that of the ending)."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            await self._follow()
            await self.app.start()
            await self._stopped()
        finally:
            ended = await self._end_well()
            self._daybook.close()
        if not ended:
            # A thread of the client hangs on a broker that does not answer: nothing is lost by not waiting for it.
            os._exit(self._why.ending if self._why else Ending.FAUST_CRASHED)
        return int(self._why.ending) if self._why else 0

    @property
    def ready(self) -> bool:
        """Whether partitions are assigned and every one of them has been restored."""
        return self.ownership.ready

    @property
    def live(self) -> bool:
        """Whether the loop has turned within the last STUCK seconds; asked from another thread."""
        return time.monotonic() - self._turned_at < STUCK

    def stop(self) -> None:
        """Ask the worker to end after the epochs in flight."""
        self._stop.set()

    async def _stopped(self) -> None:
        while not self._stop.is_set():
            if self.app.crashed:
                self._must_end(MustEnd(Ending.FAUST_CRASHED, repr(self.app.crash_reason)))
            self.ownership.count()
            self._daybook.turn()
            self._turned_at = time.monotonic()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 0.5)

    async def _end_well(self) -> bool:
        try:
            async with asyncio.timeout(GRACE):
                if self._following is not None:
                    await self._following.close()
                await self.ownership.close()
                await self.app.stop()
        except TimeoutError:
            return False
        return True

    async def _follow(self) -> None:
        if self._following is not None:
            await self._following.begin()  # before the first lane: it decides by what is known then
            self._follows = asyncio.create_task(self._following.go_on(), name="following")
            self._follows.add_done_callback(self._no_longer_follows)

    def _no_longer_follows(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._must_end(MustEnd(Ending.ENGINE_FAILED, f"{task.get_name()}: {error!r}"))

    def _must_end(self, why: MustEnd) -> None:
        if self._why is None:
            self._why = why
            log.error("worker_must_end", ending=why.ending.name.lower(), code=int(why.ending), why=str(why))
        self._stop.set()

    def _wire(self) -> None:
        self.app.on_partitions_revoked.connect(self._on_revoked, weak=False)
        self.app.on_rebalance_complete.connect(self._on_complete, weak=False)
        for topic in self._plans:
            self.app.agent(self.app.topic(topic, value_serializer="raw", key_serializer="raw"), name=topic)(self._agent)

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        await self.ownership.revoked()

    async def _on_complete(self, *_: Any, **__: Any) -> None:
        await self.ownership.assigned(self.app)

    async def _agent(self, stream: Any) -> None:
        async for event in stream.noack().events():
            tp = event.message.tp
            self.ownership.offer(TopicPartition(tp.topic, tp.partition), event.message.value)

    def _lane(self, source: TopicPartition) -> Lane:
        around = Surroundings(self._connection, _reader(self.app), self._pace, self._metrics, self._daybook)
        return Lane(source, self._plans[source.topic], around)


def _app(connection: Connection, membership: Membership) -> ChunkApp:
    app = ChunkApp(
        connection.group,
        broker=f"kafka://{connection.bootstrap}",
        ConsumerScheduler=ChunkScheduler,
        consumer_group_instance_id=membership.instance_id,
        broker_session_timeout=membership.session,
        broker_heartbeat_interval=membership.heartbeat,
        broker_rebalance_timeout=membership.rebalance,
        broker_request_timeout=connection.request_ms / 1000,
        broker_commit_interval=3600.0,
        broker_commit_livelock_soft_timeout=7 * 24 * 3600.0,
        stream_processing_timeout=7 * 24 * 3600.0,
        stream_wait_empty=False,
        stream_recovery_delay=0.0,
        stream_buffer_maxsize=64,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        store="memory://",
    )
    app.connection = connection
    return app


def _reader(app: ChunkApp) -> Reader:
    def tp(partition: TopicPartition) -> set[TP]:
        return {TP(partition.topic, partition.partition)}

    return Reader(
        committed=lambda partition: doors.committed(app, partition),
        end=lambda partition: doors.end(app, partition),
        seek=lambda partition, offset: doors.seek(app, partition, offset),
        pause=lambda partition: app.consumer.pause_partitions(tp(partition)),
        resume=lambda partition: app.consumer.resume_partitions(tp(partition)),
        position=lambda partition: doors.position(doors.client_of(app), partition),
    )
