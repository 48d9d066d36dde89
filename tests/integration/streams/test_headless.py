"""A partition whose own record is lost goes on behind the last line of its trail, on a real Kafka."""

import asyncio
from typing import Any, NoReturn

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from deploy.layout import Layout
from deploy.rulebook import load_rulebook
from streams.border import Epoch
from streams.engine.connection import Connection
from streams.engine.epochs import EpochWriter
from streams.engine.plan import StepPlan
from streams.engine.restore import taken_up
from streams.engine.surroundings import Pace, Reader, Surroundings
from streams.metrics import EngineMetrics, RegisterMetrics
from streams.register.entries import PARTITION_KEY
from streams.register.register import Register
from streams.topics import EVENTS, STATE, TRAIL
from tests.sources import at, sent, taken

ACCEPTED = sent("accepted", "2020-03-02 08:00", due_at="2020-03-09 08:00", procedure="1", unit="muongnhe")
RULES = load_rulebook()


def register(partition: int = 0) -> Register:
    return Register(partition, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))


def unused(*_: Any) -> NoReturn:
    raise AssertionError("a restore asks nothing of the group's consumer")


def test_an_unreadable_record_of_the_partition_is_reported_and_the_chain_of_the_trail_goes_on(
    kafka: str, topics: Layout
) -> None:
    connection = Connection(kafka, topics.prefix, f"{topics.prefix}-headless")
    source = TopicPartition(connection.topic(EVENTS.name), 0)
    metrics = EngineMetrics(registry := CollectorRegistry(), (source.topic,))
    around = Surroundings(connection, Reader(unused, unused, unused, unused, unused, unused), Pace(unused), metrics)
    whole, again = register(), register()
    epochs = [whole.take(taken([ACCEPTED]), now=at("2020-03-02 08:00")), whole.tick(at("2020-03-06 09:00"))]

    async def run() -> None:
        writer = EpochWriter(connection, source)
        await writer.fence()
        for epoch in (*epochs, Epoch(0, {(STATE.name, 0): [(PARTITION_KEY, b"rubbish")]})):
            await writer.write(epoch, 1)
        await writer.close()
        plan = StepPlan(EVENTS.name, STATE.name, register, trail=TRAIL.name)
        await taken_up(around, plan, again, source=source, position=1)

    asyncio.run(run())
    assert registry.get_sample_value("dunghan_states_rebuilt_total", {"topic": source.topic}) == 1
    later = [step.tick(at("2020-03-09 08:01")) for step in (whole, again)]
    assert later[0].outputs == later[1].outputs
