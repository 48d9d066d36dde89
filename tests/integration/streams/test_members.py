"""How many workers share the partitions shows in nothing that they write: one and four decide the same."""

import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from deploy import clock
from deploy.admin import TopicAdmin
from deploy.layout import Layout
from streams.core.moments import Moment
from streams.register.entries import PARTITION_KEY
from streams.sockets import direct
from streams.topics import NOTICES, STATE, TALLIES, TRAIL, Topic, prefixed
from tests.chaos.crew import Crew
from tests.integration.streams.test_redating import send, written
from tests.sources import Record, sent, taken

DOSSIERS = 120
PATIENCE = 180.0
WHEN = {"decided_at", "hash"}
"""What says when, or hangs on that."""


@pytest.fixture
def apart(kafka: str, layout: Layout) -> Iterator[Layout]:
    """Give another set of the same topics."""
    other = Layout(f"{layout.prefix}{uuid.uuid4().hex[:6]}", layout.partitions, layout.replication)
    admin = TopicAdmin(kafka, other)
    admin.apply()
    yield other
    admin.delete()


def histories() -> list[Record]:
    """Return dossiers in time, late, moved, paused, done and left open; their last events long ago."""
    values = []
    for number in range(DOSSIERS):
        dossier = f"muongnhe/{number:05}"
        values += [
            sent("accepted", "2020-03-02 08:00", dossier=dossier, procedure="1", unit=f"m{number % 5}",
                 officer=f"cb{number % 7}", limit=f"{1 + number % 8} working days"),
            sent("transferred", "2020-03-04 08:00", dossier=dossier, unit=f"m{number % 3}"),
        ]  # fmt: skip
        if number % 4:
            values.append(sent("done", f"2020-03-{5 + number % 9:02} 09:00", dossier=dossier, result=True))
    return taken(sorted(values, key=lambda value: msgspec.json.decode(value)["time"]))


def last(kafka: str, layout: Layout, topic: Topic) -> dict[bytes, bytes]:
    return {
        one.key or b"": one.value or b""
        for records in written(kafka, layout, topic)
        for one in records
        if one.key != PARTITION_KEY
    }


def said(kafka: str, layout: Layout, topic: Topic) -> Counter[str]:
    """Return the records of a topic without what says when."""
    found = (msgspec.json.decode(one.value or b"null") for records in written(kafka, layout, topic) for one in records)
    kept = (
        {name: value for name, value in it.items() if name not in WHEN} for it in found if it.get("line") != "epoch"
    )
    return Counter(msgspec.json.encode(it, order="sorted").decode() for it in kept)


def figures(kafka: str, layout: Layout) -> dict[bytes, bytes]:
    return {key: value for key, value in last(kafka, layout, TALLIES).items() if not key.startswith(b"counted/")}


def is_behind(kafka: str, layout: Layout, moment: Moment) -> bool:
    """Return whether any partition has not yet said that it counts up to this moment."""
    values = last(kafka, layout, TALLIES)
    marks = [values.get(b"counted/%d" % place, b'{"now":0}') for place in range(layout.partitions)]
    return moment > min(int(msgspec.json.decode(mark)["now"]) for mark in marks)


def open_transactions(kafka: str, layout: Layout) -> bool:
    """Return whether anything written is not yet to be seen: a commit reaches each partition in its own time."""
    places = [
        TopicPartition(prefixed(layout.prefix, topic), place)
        for topic in (STATE, TALLIES, NOTICES, TRAIL)
        for place in range(layout.partitions)
    ]
    ends = []
    for level in ("read_committed", "read_uncommitted"):
        consumer = KafkaConsumer(**direct(kafka), isolation_level=level)
        ends.append(consumer.end_offsets(places))
        consumer.close()
    return bool(ends[0] != ends[1])


def wait_while(holds: Callable[[], bool], why: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while holds():
        assert time.monotonic() < deadline, why
        time.sleep(0.5)


def test_one_worker_and_four_decide_the_same(kafka: str, topics: Layout, apart: Layout) -> None:
    began = clock.now()
    crews = []
    try:
        for layout, workers in ((topics, 1), (apart, 4)):
            send(kafka, layout, histories())
            crews.append(Crew(kafka, layout, module="tests.chaos.deciding"))
            crews[-1].start(workers)
        for layout in (topics, apart):
            wait_while(partial(is_behind, kafka, layout, began), "the log is not decided to its end")
        for crew in crews:
            while crew.workers:
                crew.end(0, signal.SIGTERM)
    finally:
        for crew in crews:
            crew.stop()
    for layout in (topics, apart):
        wait_while(partial(open_transactions, kafka, layout), "a transaction stays open")
    assert last(kafka, topics, STATE) == last(kafka, apart, STATE)
    assert figures(kafka, topics) == figures(kafka, apart) != {}
    for topic in (NOTICES, TRAIL):
        assert said(kafka, topics, topic) == said(kafka, apart, topic) != Counter()
