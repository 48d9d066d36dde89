"""Events a second to committed, on a real Kafka, against idiomatic Faust doing the same fold; and latency."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from deploy.admin import TopicAdmin
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.settings import without_settings
from streams.core.moments import Moment, datetime_of
from streams.sockets import direct
from streams.topics import EVENTS, INBOX, NOTICES, TALLIES, prefixed
from tests.bench.loads import STEPS, Step, events
from tests.bench.register import seconds_per_event
from tests.bench.team import processor_seconds
from tests.sources import SOURCE

PARTITIONS = 12
WARM, MEASURED = 5.0, 15.0
"""Seconds of each latency run that are not measured, and that are."""


@contextmanager
def process(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    child = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield child.pid
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def worker(bootstrap: str, prefix: str, *, replay: bool) -> tuple[list[str], dict[str, str]]:
    settings = {"KAFKA__BOOTSTRAP": bootstrap, "KAFKA__PREFIX": prefix, "KAFKA__REPLICATION": "1"}
    settings |= {
        "KAFKA__PARTITIONS": str(PARTITIONS),
        "WORKER__REPLAY": str(replay).lower(),
    }
    environment = without_settings() | {f"DUNGHAN_{key}": value for key, value in settings.items()}
    return [sys.executable, "-m", "deploy", "worker"], environment


def loaded(bootstrap: str, prefix: str, dossiers: int, *, steps: Sequence[Step] = STEPS) -> int:
    """Make the topics and put these events of so many dossiers on them; returns how many."""
    TopicAdmin(bootstrap, Layout(prefix, PARTITIONS, 1)).apply()
    producer = KafkaProducer(**direct(bootstrap), linger_ms=20, batch_size=1 << 18)
    count = 0
    for record in events(dossiers, steps=steps):
        producer.send(prefixed(prefix, EVENTS), key=record.key, value=record.value)
        count += 1
    producer.flush()
    producer.close()
    return count


def rate(bootstrap: str, group: str, topic: str, count: int, *, most: float = 300) -> float:
    """Return events a second, from the first position that was committed to the last there is after `most` seconds."""
    consumer = KafkaConsumer(**direct(bootstrap), group_id=group, enable_auto_commit=False)
    places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    first: tuple[float, int] | None = None
    deadline = time.monotonic() + 120
    try:
        while True:
            done, now = sum(consumer.committed(place) or 0 for place in places), time.monotonic()
            if done and first is None:
                first, deadline = (now, done), now + most
            if first is not None and (done >= count or now > deadline):
                return (done - first[1]) / max(now - first[0], 1e-9)
            if now > deadline:
                raise TimeoutError(f"{group} committed nothing")
            time.sleep(0.02)
    finally:
        consumer.close()


def throughput(bootstrap: str, prefix: str, dossiers: int, *, idiomatic: bool) -> float:
    count = loaded(bootstrap, prefix, dossiers)
    topic = prefixed(prefix, EVENTS)
    if idiomatic:
        command = [sys.executable, "-m", "tests.bench.idiomatic", bootstrap, prefix]
        with process(command, without_settings()):
            return rate(bootstrap, f"{prefix}-idiomatic", topic, count)
    with process(*worker(bootstrap, prefix, replay=True)):
        return rate(bootstrap, f"{prefix}-worker", topic, count)


def latencies(bootstrap: str, prefix: str, per_second: int, *, noticed: int = 1) -> tuple[float, float]:
    """Return p50 and p99, milliseconds, from the send to the inbox to the committed notice, through both steps.

    Every event begins a dossier; one of `noticed` arrives late already, so that its notice is decided at once. Every
    partition has been taken up before the first is sent, and the first WARM seconds are not measured: what a start
    lasts is another figure. A notice that is not there at the end has taken as long as was waited for it, at the least.
    """
    TopicAdmin(bootstrap, Layout(prefix, PARTITIONS, 1)).apply()
    consumer = KafkaConsumer(**direct(bootstrap), isolation_level="read_committed", enable_auto_commit=False)
    consumer.assign([TopicPartition(prefixed(prefix, NOTICES), partition) for partition in range(PARTITIONS)])
    consumer.seek_to_beginning()
    producer = KafkaProducer(**direct(bootstrap), linger_ms=0)
    sent: list[float] = []
    took: dict[int, float] = {}
    most = int(per_second * (WARM + MEASURED))
    with process(*worker(bootstrap, prefix, replay=False)):
        _until_counted(bootstrap, prefix)
        began = time.perf_counter()
        while len(took) < len(range(0, most, noticed)) and time.perf_counter() < began + WARM + MEASURED + 90:
            now = time.time()  # noqa: TID251 - a bench's own clock
            for number in range(len(sent), min(most, int((time.perf_counter() - began) * per_second) + 1)):
                key, value = _accepted(number, int(now), late=number % noticed == 0)
                sent.append(time.perf_counter())
                producer.send(prefixed(prefix, INBOX), key=key, value=value)
            for records in consumer.poll(timeout_ms=5).values():
                seen = time.perf_counter()
                for number in (int(record.key.rpartition(b"/")[2]) for record in records):
                    took.setdefault(number, seen - sent[number])
    ended = time.perf_counter()
    producer.close()
    consumer.close()
    numbers = [number for number in range(int(per_second * WARM), most) if number % noticed == 0]
    measured = sorted(took.get(number, ended - sent[number]) for number in numbers)
    return statistics.median(measured) * 1000, measured[int(len(measured) * 0.99)] * 1000


def _until_counted(bootstrap: str, prefix: str, seconds: float = 120.0) -> None:
    """Wait until every partition has said that it counts: then it is owned, restored and has nothing left to do."""
    consumer = KafkaConsumer(**direct(bootstrap))
    places = [TopicPartition(prefixed(prefix, TALLIES), partition) for partition in range(PARTITIONS)]
    deadline = time.monotonic() + seconds
    while not all(consumer.end_offsets(places).values()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not every partition was taken up after {seconds} s")
        time.sleep(0.5)
    consumer.close()


def idle(bootstrap: str, prefix: str, seconds: float = 20.0) -> float:
    """Return the share of a core, percent, that a worker uses that owns every partition and has nothing to do."""
    TopicAdmin(bootstrap, Layout(prefix, PARTITIONS, 1)).apply()
    with process(*worker(bootstrap, prefix, replay=False)) as pid:
        _until_counted(bootstrap, prefix)
        began, used = time.monotonic(), processor_seconds(pid)
        time.sleep(seconds)
        return 100 * (processor_seconds(pid) - used) / (time.monotonic() - began)


def _accepted(number: int, now: Moment, *, late: bool) -> tuple[bytes, bytes]:
    dossier = f"dienbien.muongnhe/{number}"
    due = now - 3600 if late else now + 30 * 86_400
    data = {"procedure": "1", "unit": "muongnhe", "due_at": datetime_of(due).isoformat()}
    it = {"specversion": "1.0", "id": f"{dossier}-1", "source": SOURCE, "subject": dossier, "data": data}
    it |= {"type": "vn.dunghan.dossier.accepted.v1", "time": datetime_of(now - 86_400).isoformat()}
    return dossier.encode(), json.dumps(it).encode()


def figures() -> list[dict[str, object]]:
    """Return the rows; `ratio` is value over `against` for throughput, goal over value for latency."""
    rows: list[dict[str, object]] = []
    alone = 1 / seconds_per_event(list(events(1_000)), rounds=2)
    with LocalKafka(heap_mb=512) as kafka:
        resting = idle(kafka.bootstrap, "idle")
        rows.append(row("worker: processor time when idle, of one core", resting, "%", 2.0, 2.0 / resting))
        plain = throughput(kafka.bootstrap, "idiomatic", 2_000, idiomatic=True)
        for dossiers in (1_000, 10_000):
            ours = throughput(kafka.bootstrap, f"ours{dossiers}", dossiers, idiomatic=False)
            name = f"engine: events to committed, {dossiers} dossiers of ten"
            rows.append(row(f"{name}, against idiomatic Faust", ours, "1/s", plain, ours / plain))
            rows.append(row(f"{name}, against the register alone", ours, "1/s", alone, ours / alone))
        for per_second, noticed in ((50, 1), (640, 1), (5_000, 10), (5_000, 1)):
            median, worst = latencies(kafka.bootstrap, f"l{per_second}-{noticed}", per_second, noticed=noticed)
            name = f"latency, inbox to committed notice at {per_second}/s, a notice for one event in {noticed}"
            rows.append(row(f"{name}, p50", median, "ms", 1000.0, 1000 / median))
            rows.append(row(f"{name}, p99", worst, "ms", 1000.0, 1000 / worst))
    return rows


def row(name: str, value: float, unit: str, against: float, ratio: float) -> dict[str, object]:
    return {
        "name": name,
        "value": round(value, 1),
        "unit": unit,
        "against": round(against, 1),
        "ratio": round(ratio, 2),
    }
