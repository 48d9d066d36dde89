"""A worker that is killed while dossiers are judged again goes on from there: every correction is said once."""

import signal
import time
from collections.abc import Sequence

import msgspec
import pytest
from kafka import KafkaProducer

from deploy import clock
from deploy.layout import Layout
from deploy.published import known_in
from deploy.reading import Log
from deploy.verify.whole import Source, verified
from streams.border import Epoch
from streams.core.moments import Moment
from streams.keys import partition_of
from streams.reference import Reference
from streams.register.entries import PARTITION_KEY
from streams.register.entries import partition_of as kept_in
from streams.sockets import direct
from streams.topics import EVENTS, NOTICES, STATE, TRAIL, Topic, prefixed
from tests.chaos.crew import Crew
from tests.integration.verify.log import RULES
from tests.property.test_redating import Run, decisions, state_of
from tests.published import MORE_OFF, publish, release
from tests.sources import Record, at, sent, taken

DOSSIERS = 3_000
SLICE = 5
CHANGE = at("2020-03-05 08:00")
PATIENCE = 180.0


def events() -> list[Record]:
    """Return dossiers with limits that the new day off lies in or not; every third is done before the change."""
    begun = [
        sent("accepted", "2020-03-02 08:00", dossier=f"muongnhe/{number:05}", procedure="1", unit=f"m{number % 5}",
             officer=f"cb{number % 7}", limit=f"{1 + number % 8} working days")
        for number in range(DOSSIERS)
    ]  # fmt: skip
    done = [
        sent("done", "2020-03-03 09:00", dossier=f"muongnhe/{number:05}", result=True)
        for number in range(0, DOSSIERS, 3)
    ]
    return taken([*begun, *done])


def send(kafka: str, layout: Layout, records: Sequence[Record]) -> None:
    producer = KafkaProducer(**direct(kafka), acks="all", linger_ms=20)
    for one in records:
        place = partition_of(one.key or b"", layout.partitions)
        producer.send(prefixed(layout.prefix, EVENTS), key=one.key, value=one.value, partition=place,
                      timestamp_ms=one.timestamp)  # fmt: skip
    producer.flush()
    producer.close()


def written(kafka: str, layout: Layout, topic: Topic) -> list[list[Record]]:
    """Return what is committed in each partition of a topic."""
    with Log(kafka, prefix=layout.prefix) as log:
        return [
            [Record(one.offset, one.timestamp, one.key or b"", one.value or b"") for one in log.whole(topic, place)]
            for place in range(layout.partitions)
        ]


def waiting(kafka: str, layout: Layout) -> int:
    """Return in how many partitions dossiers are still to be judged again."""
    found = 0
    for records in written(kafka, layout, STATE):
        kept = kept_in({one.key: one.value for one in records}.get(PARTITION_KEY))
        found += kept is not None and kept.cursor is not None
    return found


def turned(kafka: str, layout: Layout) -> int:
    """Return how many epochs there were, where they were most, since other rules began to count."""
    most = 0
    for records in written(kafka, layout, TRAIL):
        lines = [msgspec.json.decode(one.value or b"")["line"] for one in records]
        most = max(most, lines[lines.index("reference") :].count("epoch") if "reference" in lines else 0)
    return most


def undisturbed(kafka: str, layout: Layout, *, now: Moment) -> list[Run]:
    """Run every partition without a kill and in one slice."""
    with Log(kafka, prefix=layout.prefix) as log:
        reference = known_in(log, RULES, kind=Reference)
    runs = [Run(records, reference, DOSSIERS) for records in written(kafka, layout, EVENTS)]
    for run in runs:
        run.finish(now)
    return runs


def wait_for(crew: Crew, layout: Layout, count: int) -> None:
    """Wait until so many notices and withdrawals are there and nothing is still to be judged again."""
    deadline = time.monotonic() + PATIENCE
    while sum(map(len, written(crew.bootstrap, layout, NOTICES))) < count or waiting(crew.bootstrap, layout):
        crew.supervise()
        assert time.monotonic() < deadline, "not everything was judged again"
        time.sleep(0.5)


@pytest.mark.parametrize("kills", [2])
def test_a_worker_killed_while_it_judges_dossiers_again_corrects_each_once(
    kafka: str, topics: Layout, kills: int
) -> None:
    send(kafka, topics, events())
    publish(kafka, topics, release(MORE_OFF, counts_from=CHANGE))
    crew = Crew(kafka, topics, module="tests.chaos.deciding", arguments=[f"slice={SLICE}"], static=True)
    crew.start()
    try:
        seen = 0
        for _ in range(kills):
            deadline = time.monotonic() + PATIENCE
            while (now_seen := turned(kafka, topics)) <= seen:
                assert time.monotonic() < deadline, "the rules never changed"
            seen = now_seen
            crew.replace(0, signal.SIGKILL)
            assert waiting(kafka, topics), "the kill came too late to be one in the middle"
        now = clock.now()
        expected = undisturbed(kafka, topics, now=now)
        wait_for(crew, topics, sum(len(decisions(run.epochs)) for run in expected))
        crew.end(0, signal.SIGTERM)
    finally:
        crew.stop()
    told, states = written(kafka, topics, NOTICES), written(kafka, topics, STATE)
    for place, run in enumerate(expected):
        notices = [(one.key, one.value) for one in told[place]]
        state = [(one.key, one.value) for one in states[place]]
        epochs = [Epoch(0, {(NOTICES.name, 0): notices, (STATE.name, 0): state})]
        assert decisions(epochs) == decisions(run.epochs)
        assert state_of(epochs) == state_of(run.epochs)
        assert sum(reason == "redated" for _, _, reason in decisions(epochs)) > DOSSIERS / topics.partitions / 30
    result = verified(Source(kafka, topics.prefix, RULES, redated=SLICE), now=now)
    assert [str(one) for one in result.found] == []
