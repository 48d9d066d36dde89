"""Exactly once, on a real Kafka: nothing lost, nothing repeated, nothing wrong, whatever happens to the workers."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.layout import Layout
from streams.border import Epoch
from streams.engine.connection import Connection
from streams.engine.endings import Ending, MustEnd
from streams.engine.epochs import EpochWriter
from streams.engine.memory import MemoryEngine, Topics
from streams.engine.restore import restore
from streams.keys import partition_of
from streams.topics import EVENTS, NOTICES, STATE, prefixed
from tests.chaos.counting import PLAN, POISON, Counting
from tests.chaos.crew import Crew
from tests.chaos.judge import Finding, committed, judged, produce, until_settled


@pytest.fixture
def crew(kafka: str, topics: Layout) -> Iterator[Crew]:
    it = Crew(kafka, topics)
    yield it
    it.stop()


def records(count: int, keys: int = 50) -> list[tuple[bytes, bytes]]:
    return [(b"muongnhe/%d" % (n % keys), b"%d" % n) for n in range(count)]


def send(crew: Crew, sent: list[tuple[bytes, bytes]]) -> None:
    produce(crew.bootstrap, prefixed(crew.layout.prefix, EVENTS), sent)


def settle(crew: Crew, sent: list[tuple[bytes, bytes]], seconds: float = 60) -> Finding:
    out, state = prefixed(crew.layout.prefix, NOTICES), prefixed(crew.layout.prefix, STATE)
    until_settled(crew.bootstrap, out, partitions=crew.layout.partitions, events=len(sent), seconds=seconds)
    return judged(crew.bootstrap, crew.layout, sent, out=out, state=state)


def test_two_workers_write_what_one_engine_in_memory_writes(crew: Crew) -> None:
    sent = records(4000)
    crew.start(2)
    send(crew, sent)
    assert settle(crew, sent) == Finding(4000, 0, 0, 0)
    topics = Topics()
    for key, value in sent:
        topics.append((EVENTS.name, partition_of(key, crew.layout.partitions)), [(key, value)], now=0)
    MemoryEngine(topics, (PLAN,), partitions=crew.layout.partitions).run(1)
    written = committed(crew.bootstrap, prefixed(crew.layout.prefix, NOTICES), partitions=crew.layout.partitions)
    for partition, found in written.items():
        assert found == [(record.key, record.value) for record in topics.records[NOTICES.name, partition]]


def test_killed_workers_lose_nothing_and_repeat_nothing(crew: Crew) -> None:
    """Three workers, one of them killed or stopped every second or two, while records keep coming."""
    dice, sent = random.Random(1), records(15_000)
    crew.start(3)
    for place in range(0, len(sent), 3000):
        send(crew, sent[place : place + 3000])
        time.sleep(dice.uniform(0.8, 1.6))
        crew.replace(dice.randrange(3), signal.SIGKILL if dice.random() < 0.75 else signal.SIGTERM)
    assert settle(crew, sent) == Finding(15_000, 0, 0, 0)


def test_a_worker_that_was_frozen_past_its_session_is_fenced(crew: Crew) -> None:
    sent = records(9000)
    crew.start(2)
    send(crew, sent[:3000])
    until_settled(crew.bootstrap, prefixed(crew.layout.prefix, NOTICES), partitions=4, events=1, seconds=30)
    crew.tell(0, signal.SIGSTOP)
    send(crew, sent[3000:6000])
    out = prefixed(crew.layout.prefix, NOTICES)
    # The other worker takes everything over only when the frozen one's session and transaction have run out.
    assert until_settled(crew.bootstrap, out, partitions=4, events=6000, seconds=60) == 6000
    crew.tell(0, signal.SIGCONT)
    send(crew, sent[6000:])
    assert settle(crew, sent) == Finding(9000, 0, 0, 0)


def test_chunks_that_get_lost_repeated_or_out_of_order_are_noticed_and_read_again(kafka: str, topics: Layout) -> None:
    crew = Crew(kafka, topics, arguments=("spoil=0.15",))
    sent = records(12_000)
    try:
        crew.start(1)
        for place in range(0, len(sent), 400):
            send(crew, sent[place : place + 400])
        assert settle(crew, sent) == Finding(12_000, 0, 0, 0)
    finally:
        crew.stop()


def test_a_record_the_step_cannot_take_stops_its_partition_and_no_other(crew: Crew) -> None:
    sent = records(2000)
    poisoned = partition_of(sent[0][0], crew.layout.partitions)
    send(crew, [(sent[0][0], POISON)])
    send(crew, sent)
    crew.start(1)
    out = prefixed(crew.layout.prefix, NOTICES)
    others = sum(partition_of(key, crew.layout.partitions) != poisoned for key, _ in sent)
    assert until_settled(crew.bootstrap, out, partitions=4, events=others, seconds=60) == others
    assert poisoned not in committed(crew.bootstrap, out, partitions=4)
    assert crew.workers[0].poll() is None


def test_a_worker_that_is_asked_to_stop_ends_well(crew: Crew) -> None:
    crew.start(1)
    send(crew, records(100))
    assert settle(crew, records(100)).clean
    crew.tell(0, signal.SIGTERM)
    assert crew.workers[0].wait(15) == os.EX_OK


def writer(kafka: str, layout: Layout) -> EpochWriter:
    connection = Connection(kafka, layout.prefix, f"{layout.prefix}-fence")
    return EpochWriter(connection, TopicPartition(connection.topic(EVENTS.name), 0))


def epoch(text: bytes) -> Epoch:
    return Epoch(1, {(NOTICES.name, 0): [(b"k", text)], (STATE.name, 0): [(b"k", text)]})


def test_whoever_takes_a_partition_shuts_the_last_owner_out(kafka: str, topics: Layout) -> None:
    async def run() -> None:
        first, second = writer(kafka, topics), writer(kafka, topics)
        await first.fence()
        await first.write(epoch(b"one"), 1)
        await second.fence()
        with pytest.raises(MustEnd) as ended:
            await first.write(epoch(b"lost"), 2)
        assert ended.value.ending is Ending.FENCED
        await second.write(epoch(b"two"), 2)
        for it in (first, second):
            with contextlib.suppress(Exception):
                await it.close()

    asyncio.run(run())
    found = committed(kafka, prefixed(topics.prefix, NOTICES), partitions=4)
    assert [value for _, value in found[0]] == [b"one", b"two"]


def test_an_epoch_that_cannot_be_written_leaves_nothing_behind(kafka: str, topics: Layout) -> None:
    """The second output goes to a partition that is not there; the first must not be seen, nor the position."""
    broken = Epoch(1, {(NOTICES.name, 0): [(b"k", b"half")], (STATE.name, 99): [(b"k", b"half")]})

    async def run() -> int | None:
        first = writer(kafka, topics)
        await first.fence()
        with pytest.raises(MustEnd) as ended:
            await first.write(broken, 1)
        assert ended.value.ending is Ending.EPOCH_FAILED
        await first.close()
        second = writer(kafka, topics)
        await second.fence()
        await second.close()
        reader = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=f"{topics.prefix}-fence", enable_auto_commit=False)
        await reader.start()
        offset = await reader.committed(TopicPartition(prefixed(topics.prefix, EVENTS), 0))
        await reader.stop()
        return None if offset is None else int(offset)

    assert asyncio.run(run()) is None
    assert committed(kafka, prefixed(topics.prefix, NOTICES), partitions=4) == {}


def test_an_output_that_the_broker_refuses_ends_the_epoch_and_is_not_lost_in_silence(
    kafka: str, topics: Layout
) -> None:
    """The client itself would commit the rest, and the position with it."""
    too_large = Epoch(1, {(NOTICES.name, 0): [(b"k", b"half")], (STATE.name, 0): [(b"k", bytes(20_000_000))]})

    async def run() -> None:
        it = writer(kafka, topics)
        await it.fence()
        with pytest.raises(MustEnd) as ended:
            await it.write(too_large, 1)
        assert ended.value.ending is Ending.EPOCH_FAILED
        with contextlib.suppress(Exception):
            await it.close()
        again = writer(kafka, topics)
        await again.fence()
        await again.close()

    asyncio.run(run())
    assert committed(kafka, prefixed(topics.prefix, NOTICES), partitions=4) == {}


def test_a_partition_is_restored_from_all_that_was_committed(kafka: str, topics: Layout) -> None:
    async def run() -> tuple[int, dict[bytes, int]]:
        first = writer(kafka, topics)
        await first.fence()
        for number in range(1, 4):
            records: list[tuple[bytes | None, bytes | None]] = [
                (b"muongnhe/%d" % n, b"%d" % number) for n in range(500)
            ]
            await first.write(Epoch(1, {(STATE.name, 0): records}), number)
        await first.close()
        step, told = Counting(0), []
        connection = Connection(kafka, topics.prefix, "any")
        state = TopicPartition(prefixed(topics.prefix, STATE), 0)
        count = await restore(connection, step, state, progress=lambda at, end: told.append((at, end)))
        assert told
        return count, step.seen

    count, seen = asyncio.run(run())
    assert count == 1500
    assert set(seen.values()) == {3}
    assert len(seen) == 500
