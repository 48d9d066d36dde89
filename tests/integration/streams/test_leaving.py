"""Closed dossiers leave the state of a real worker and come back from the log, each once, whoever is killed."""

import asyncio
import signal
import time
from collections import Counter

import kafka as kafka_python
import msgspec
import pytest
from aiokafka import TopicPartition
from kafka.admin import KafkaAdminClient

from deploy import clock
from deploy.layout import Layout
from deploy.verify.whole import Source, verified
from streams.engine.connection import Connection
from streams.engine.recalling import NotNow, recalled
from streams.keys import partition_of
from streams.register.entries import PARTITION_KEY
from streams.register.stubs import is_stub
from streams.sockets import direct
from streams.topics import EVENTS, STATE, TRAIL
from tests.chaos.crew import Crew
from tests.integration.streams.test_redating import send, written
from tests.integration.verify.log import RULES
from tests.published import SHIPPED, publish, release
from tests.sources import Record, at, sent, taken

DOSSIERS = 480
CHANGE = at("2020-03-16 08:00")
PATIENCE = 180.0
LEAVING = SHIPPED | {
    "policy.toml": SHIPPED["policy.toml"]
    .replace('"policy-2"', '"policy-9"')
    .replace("due_soon_working_days = 2", "due_soon_working_days = 2\nleave_after_days = 30")
}


def named(number: int) -> str:
    return f"muongnhe/{number:05}"


def closed() -> list[Record]:
    """Return dossiers that are done, some in time and some late, half of them before anybody may leave."""
    begun = [
        sent("accepted", "2020-03-02 08:00", dossier=named(number), procedure="1", unit=f"m{number % 5}",
             officer=f"cb{number % 7}", limit=f"{1 + number % 8} working days")
        for number in range(DOSSIERS)
    ]  # fmt: skip
    done = [
        sent("done", f"2020-03-{5 if number % 2 else 20:02} 09:00", dossier=named(number), result=True)
        for number in range(DOSSIERS)
    ]
    return taken([*begun, *sorted(done, key=lambda value: b"2020-03-20" in value)])


def late() -> list[Record]:
    """Return a repeat for one third of them, and a word that opens it again for each of the others."""
    now = clock.now()
    repeats = [value for value in closed()[DOSSIERS:] if _number(value) % 3 == 0]
    words = [sent("reopened", "2020-06-01 08:00", dossier=named(number)) for number in range(DOSSIERS) if number % 3]
    return [*repeats, *taken(words, arrived=now)]


def _number(record: Record) -> int:
    return int((record.key or b"").rpartition(b"/")[2])


def lines(kafka: str, layout: Layout, kind: str) -> Counter[str]:
    """Return how often the trail has a line of this kind for each dossier."""
    mark = f'{{"line":"{kind}"'.encode()
    values = (one.value or b"" for records in written(kafka, layout, TRAIL) for one in records)
    return Counter(msgspec.json.decode(value)["dossier"] for value in values if value.startswith(mark))


def wait_for(crew: Crew, layout: Layout, kind: str, *, least: int) -> Counter[str]:
    deadline = time.monotonic() + PATIENCE
    while (found := lines(crew.bootstrap, layout, kind)).total() < least:
        crew.supervise()
        assert time.monotonic() < deadline, f"{found.total()} of {least} {kind}"
        time.sleep(1)
    return found


def test_who_left_comes_back_once_from_the_log_though_the_worker_is_killed(kafka: str, topics: Layout) -> None:
    send(kafka, topics, closed())
    publish(kafka, topics, release(LEAVING, counts_from=CHANGE))
    crew = Crew(kafka, topics, module="tests.chaos.deciding", static=True)
    crew.start()
    everybody = {named(number) for number in range(DOSSIERS)}
    reopened = {named(number) for number in range(DOSSIERS) if number % 3}
    try:
        assert wait_for(crew, topics, "left", least=DOSSIERS) == Counter(everybody)
        send(kafka, topics, late())
        wait_for(crew, topics, "came_back", least=1)
        crew.replace(0, signal.SIGKILL)
        assert wait_for(crew, topics, "came_back", least=len(reopened)) == Counter(reopened)
        wait_for(crew, topics, "event", least=3 * DOSSIERS)
        crew.end(0, signal.SIGTERM)
    finally:
        crew.stop()
    assert not lines(kafka, topics, "cannot_come_back")
    assert lines(kafka, topics, "left") == Counter(everybody)
    result = verified(Source(kafka, topics.prefix, RULES), now=clock.now())
    assert [str(one) for one in result.found] == []
    for records in written(kafka, topics, STATE):
        last = {one.key or b"": one.value or b"" for one in records}
        stubs = {key.decode() for key, value in last.items() if key != PARTITION_KEY and is_stub(value)}
        assert stubs == {key.decode() for key in last if key.decode() in everybody - reopened}


def test_single_records_are_given_as_far_as_the_broker_still_has_them(kafka: str, topics: Layout) -> None:
    send(kafka, topics, [Record(key=b"k", value=b"%d" % number) for number in range(600)])
    connection = Connection(kafka, topics.prefix, f"{topics.prefix}-recalling")
    place = TopicPartition(connection.topic(EVENTS.name), partition_of(b"k", topics.partitions))
    admin = KafkaAdminClient(**direct(kafka))
    admin.delete_records({kafka_python.TopicPartition(*place): 100})
    admin.close()
    for wanted, expected in (([5, 99, 100, 101, 150, 599], [100, 101, 150, 599]), ([5], [])):
        found = asyncio.run(recalled(connection, place, wanted))
        assert [(one.offset, one.value) for one in found] == [(offset, b"%d" % offset) for offset in expected]


def test_a_cluster_that_does_not_answer_says_nothing_of_a_record() -> None:
    nobody = Connection("127.0.0.1:1", "p", "g", request_ms=500)
    with pytest.raises(NotNow):
        asyncio.run(recalled(nobody, TopicPartition("p.dossier.events", 0), [1]))
