"""A lane on a real Kafka, whose records come when the test lets them: time waits for what is there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry

from deploy.layout import Layout
from deploy.rulebook import load_rulebook
from streams.engine.connection import Connection
from streams.engine.lane import Lane
from streams.engine.plan import StepPlan
from streams.engine.surroundings import Pace, Reader, Surroundings
from streams.engine.transport import Chunk
from streams.keys import partition_of
from streams.metrics import EngineMetrics, RegisterMetrics
from streams.register.register import Register
from streams.topics import EVENTS, NOTICES, STATE, TRAIL
from tests.integration.streams.test_redating import send, written
from tests.sources import DOSSIER, at, sent, taken

SETTLED = taken([
    sent("accepted", "2020-03-02 08:00", due_at="2020-03-09 08:00", procedure="1", unit="muongnhe"),
    sent("done", "2020-03-04 08:00", result=True),
])  # fmt: skip
PATIENCE = 30.0
A_WHILE = 0.5
"""Seconds in which a lane with nothing to wait for has long had its first epoch."""


@contextlib.asynccontextmanager
async def lane(kafka: str, prefix: str, source: TopicPartition) -> AsyncIterator[Lane]:
    """Run the register's lane of a partition; nothing reaches it but what is offered."""
    connection = Connection(kafka, prefix, f"{prefix}-lane")
    client = AIOKafkaConsumer(**connection.client(), group_id=None, isolation_level="read_committed")
    await client.start()

    async def committed(_: TopicPartition) -> int:
        return 0

    async def end(place: TopicPartition) -> int:
        return int((await client.end_offsets([place]))[place])

    async def seek(_place: TopicPartition, _offset: int) -> None: ...

    def nothing(_: TopicPartition) -> None: ...

    def register(partition: int) -> Register:
        return Register(partition, rules=load_rulebook(), metrics=RegisterMetrics(CollectorRegistry()))

    around = Surroundings(
        connection,
        Reader(committed, end, seek, nothing, nothing, nothing),
        Pace(lambda: at("2020-03-20 08:00")),
        EngineMetrics(CollectorRegistry(), (source.topic,)),
    )
    it = Lane(source, StepPlan(EVENTS.name, STATE.name, register), around)
    running = asyncio.create_task(it.run())
    try:
        yield it
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running  # raises what ended it
        await it.close()
        await client.stop()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what it waits for stands in a log, where no event is set
            await asyncio.sleep(0.05)


def epochs(kafka: str, topics: Layout) -> list[dict[str, int]]:
    lines = [msgspec.json.decode(one.value or b"{}") for records in written(kafka, topics, TRAIL) for one in records]
    return [line for line in lines if line["line"] == "epoch"]


def test_time_does_not_pass_over_a_backlog_of_which_nothing_has_come_yet(kafka: str, topics: Layout) -> None:
    send(kafka, topics, SETTLED)
    [place] = {partition_of(DOSSIER.encode(), topics.partitions)}

    async def run() -> None:
        source = TopicPartition(f"{topics.prefix}.{EVENTS.name}", place)
        async with lane(kafka, topics.prefix, source) as it:
            await until(lambda: it.ready)
            await asyncio.sleep(A_WHILE)
            it.offer(Chunk(0, 2, 2, list(SETTLED)))
            await until(lambda: any(epoch["taken"] for epoch in epochs(kafka, topics)))

    asyncio.run(run())
    assert epochs(kafka, topics)[0]["taken"] == len(SETTLED)
    assert not any(written(kafka, topics, NOTICES))
