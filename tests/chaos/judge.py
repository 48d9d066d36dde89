"""What should be there, derived from the input alone, against what another client reads with `read_committed`."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from deploy.layout import Layout
from streams.keys import partition_of
from streams.sockets import direct


def produce(bootstrap: str, topic: str, records: Iterable[tuple[bytes, bytes]]) -> int:
    """Send the records keyed, and return how many."""
    producer = KafkaProducer(**direct(bootstrap), acks="all", linger_ms=5)
    count = 0
    for key, value in records:
        producer.send(topic, key=key, value=value)
        count += 1
    producer.flush()
    producer.close()
    return count


Outputs = dict[int, list[tuple[bytes | None, bytes | None]]]
"""By partition, in order: key and value."""


def committed(bootstrap: str, topic: str, *, partitions: int) -> Outputs:
    """Return all that is committed in a topic now, by partition, in order."""
    consumer = KafkaConsumer(
        **direct(bootstrap),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    places = [TopicPartition(topic, partition) for partition in range(partitions)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    found: Outputs = defaultdict(list)
    while any(consumer.position(place) < ends[place] for place in places):
        for place, records in consumer.poll(timeout_ms=200).items():
            found[place.partition] += [(record.key, record.value) for record in records]
    consumer.close()
    return dict(found)


@dataclass(frozen=True, slots=True)
class Finding:
    """How the outputs differ from what the input asks for.

    `lost` are events without an output, `repeated` outputs beyond the first of an event, `wrong` events whose output
    does not follow from the input, and keys whose state does not.
    """

    events: int
    lost: int
    repeated: int
    wrong: int

    @property
    def clean(self) -> bool:
        return not (self.lost or self.repeated or self.wrong)


def judged(bootstrap: str, layout: Layout, sent: list[tuple[bytes, bytes]], *, out: str, state: str) -> Finding:
    """Compare outputs and state, as they are committed, with what the input alone asks for."""
    found = committed(bootstrap, out, partitions=layout.partitions)
    states = {
        key: int(value or b"0")
        for records in committed(bootstrap, state, partitions=layout.partitions).values()
        for key, value in records
        if key is not None
    }
    return compared(sent, found, states, partitions=layout.partitions)


def compared(
    sent: list[tuple[bytes, bytes]], found: Outputs, states: Mapping[bytes, int], *, partitions: int
) -> Finding:
    """Say how these outputs and states differ; every event has a value of its own, without a space in it."""
    numbers: Counter[bytes] = Counter()
    wanted: dict[int, list[tuple[bytes, bytes]]] = {partition: [] for partition in range(partitions)}
    for key, value in sent:
        numbers[key] += 1
        wanted[partition_of(key, partitions)].append((key, b"%d %b" % (numbers[key], value)))
    lost = repeated = wrong = 0
    for partition, records in wanted.items():
        there: dict[bytes, list[bytes]] = defaultdict(list)
        for _, output in found.get(partition, []):
            there[(output or b"").rpartition(b" ")[2]].append(output or b"")
        for _, value in records:
            outputs = there.pop(value.rpartition(b" ")[2], [])
            lost += not outputs
            repeated += max(0, len(outputs) - 1)
            wrong += any(each != value for each in outputs)
        wrong += len(there)
    wrong += len([key for key, number in numbers.items() if states.get(key) != number])
    return Finding(len(sent), lost, repeated, wrong)


def until_settled(bootstrap: str, topic: str, *, partitions: int, events: int, seconds: float) -> int:
    """Wait until a topic holds so many committed records, or time is up; return how many it holds."""
    deadline = time.monotonic() + seconds
    while (count := sum(map(len, committed(bootstrap, topic, partitions=partitions).values()))) < events:
        if time.monotonic() > deadline:
            break
        time.sleep(0.5)
    return count
