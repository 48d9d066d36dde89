"""Records travel through Faust as chunks of one partition, so that its cost per message is paid once a chunk.

Invariant: a chunk covers a range of offsets without a hole of our making. Everything between `start` and `end` was
either in `records` or is no record (a transaction's marker, or compacted away). Offsets inside need not be contiguous.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import aiokafka
import faust
from aiokafka import TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import ConsumerStoppedError
from faust.app.base import BootStrategy
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage
from faust.types.transports import SchedulingStrategyT

from streams.border import Incoming
from streams.engine import doors
from streams.engine.connection import Connection

SLICE = 2_000
"""Records in one chunk at the most: what an epoch takes at a time."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one fetch returned for one partition: offsets `start` to before `end`; `highwater` as last heard."""

    start: int
    end: int
    highwater: int
    records: list[Incoming]


class ChunkScheduler(SchedulingStrategyT):
    """Faust's own door for the order of delivery: here, one message is one chunk."""

    def iterate(self, records: Mapping[TP, Any]) -> Iterator[tuple[TP, Any]]:
        """Return each partition with its chunk."""
        return iter(records.items())


class ChunkThread(driver.AIOKafkaConsumerThread):
    """Runs the aiokafka consumer in a thread of its own, as Faust does, and makes chunks of what it fetches."""

    connection: Connection

    def _create_consumer(self, loop: Any) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        return aiokafka.AIOKafkaConsumer(
            **self.connection.client(),
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=SLICE,
            max_partition_fetch_bytes=1 << 20,
            fetch_max_wait_ms=500,
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            isolation_level="read_committed",
        )

    async def _fetch_records(  # noqa: PLR0917 - Faust calls it so
        self,
        consumer: Any,
        active_partitions: Any,
        timeout: float | None = None,  # noqa: ASYNC109 - Faust calls it so
        max_records: int | None = None,
    ) -> dict[TP, Chunk]:
        if not self.consumer.flow_active:
            return {}
        if doors.closed(consumer):
            raise ConsumerStoppedError
        before = {partition: doors.position(consumer, partition) for partition in doors.assigned(consumer)}
        fetched = await doors.fetched(consumer, active_partitions, wait=timeout or 0.0, most=max_records or SLICE)
        chunks: dict[TP, Chunk] = {}
        for partition, start in before.items():
            chunk = _chunk(consumer, partition, start=start, records=fetched.get(partition, []))
            if chunk is not None:
                chunks[TP(partition.topic, partition.partition)] = chunk
        return chunks


def _chunk(consumer: Any, partition: TopicPartition, *, start: int | None, records: list[Incoming]) -> Chunk | None:
    end = doors.position(consumer, partition)
    if records:
        # A seek may have come in between: the first record tells how far back this fetch really reached.
        first = records[0].offset if start is None else min(start, records[0].offset)
        past = records[-1].offset + 1
        return Chunk(
            first, past if end is None else max(end, past), consumer.last_stable_offset(partition) or 0, records
        )
    if start is None or end is None or end <= start:
        return None
    return Chunk(start, end, consumer.last_stable_offset(partition) or 0, [])


class ChunkConsumer(driver.Consumer):
    """Faust's consumer, delivering chunks and never committing: positions move in our transactions alone."""

    def _new_consumer_thread(self) -> ChunkThread:
        thread = ChunkThread(self, loop=self.loop, beacon=self.beacon)
        thread.connection = cast(ChunkApp, self.app).connection
        return thread

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        last = record.end - 1
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            last,
            0.0,
            0,
            [],
            None,
            record,
            None,
            None,
            None,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        raise AssertionError(f"Faust must never commit, and wants to: {offsets}")


class ChunkTransport(driver.Transport):
    """The transport whose consumer delivers chunks."""

    Consumer = ChunkConsumer


class OnlyConsumer(BootStrategy):
    """Faust starts its consumer alone: no producer (each partition has its own) and no web server."""

    enable_kafka_producer = False
    enable_web = False


class ChunkApp(faust.App):
    """A Faust app over the chunk transport."""

    BootStrategy = OnlyConsumer
    connection: Connection

    def _new_transport(self) -> ChunkTransport:
        return ChunkTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Leave the disk alone: there are no tables, and a worker may run where nothing can be written."""
