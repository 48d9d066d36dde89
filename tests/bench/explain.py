"""How long `dunghan explain` takes by its index, over a log of many events on a real Kafka.

`make bench ARGS="explain 10000000"` says over how many; without a number a million. Each dossier has ten events, which
lie far apart in its partition, as they would arrive, and one notice. Their texts differ in the dossier's number alone.
"""

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry

from deploy.admin import TopicAdmin
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.reading import Log
from deploy.rulebook import load_rulebook
from deploy.settings import without_settings
from deploy.verify.looking_up import Finder, follow_all
from deploy.verify.places import Places
from streams.keys import partition_of
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from streams.topics import EVENTS, NOTICES, Topic
from tests.bench.loads import OPEN, START, events

PARTITIONS = 12
MILLION = 1_000_000
BATCH = 900_000
ASKED = 12
PREFIX = "bench"
LATER = int(START.timestamp()) + 60 * 86_400
FIRST = b"0000000"


def asked_for() -> int:
    return int(sys.argv[2]) if len(sys.argv) > 2 else MILLION


def templates() -> list[tuple[Topic, list[bytes]]]:
    """Return what the log holds of the first dossier: its events, and what is told of it first."""
    records = list(events(1, steps=OPEN))
    step = Register(0, rules=load_rulebook(), metrics=RegisterMetrics(CollectorRegistry()))
    epoch = step.take(records, now=LATER, behind=False)
    notices = [value or b"" for _, value in epoch.outputs[NOTICES.name, 0]][:1]
    return [(EVENTS, [one.value or b"" for one in records]), (NOTICES, notices)]


def keys(dossiers: int) -> dict[int, list[bytes]]:
    """Return the numbers of the dossiers of each partition."""
    found = defaultdict(list)
    for number in range(dossiers):
        name = b"%07d" % number
        found[partition_of(b"dienbien.muongnhe/" + name, PARTITIONS)].append(name)
    return found


def laid_out(texts: Iterable[bytes], names: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values: one text after the other, each of all dossiers."""
    for text in texts:
        before, *rest = text.split(FIRST)
        for name in names:
            yield b"dienbien.muongnhe/" + name, name.join([before, *rest])


async def write(bootstrap: str, topic: Topic, texts: list[bytes], places: dict[int, list[bytes]]) -> int:
    """Append whole batches, which costs a fifth of sending record by record; returns how many records."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_batch_size=BATCH, max_request_size=4 * BATCH)
    await producer.start()
    count = 0
    try:
        for partition, names in places.items():
            batch, sent = producer.create_batch(), []
            for key, value in laid_out(texts, names):
                if batch.append(key=key, value=value, timestamp=None) is None:
                    sent.append(await producer.send_batch(batch, f"{PREFIX}.{topic.name}", partition=partition))
                    batch = producer.create_batch()
                    batch.append(key=key, value=value, timestamp=None)
                count += 1
            sent.append(await producer.send_batch(batch, f"{PREFIX}.{topic.name}", partition=partition))
            await asyncio.gather(*sent)
    finally:
        await producer.stop()
    return count


def index(bootstrap: str, file: Path) -> float:
    """Build the index; returns the processor time."""
    began = time.process_time()
    with Places(file) as places, Log(bootstrap, prefix=PREFIX) as log:
        follow_all(Finder(log, places, prefix=PREFIX), log)
    return time.process_time() - began


def explained(bootstrap: str, file: Path, number: int) -> tuple[float, float]:
    """Explain one dossier by the command; returns seconds on the clock, and of the processor."""
    environment = without_settings() | {
        "DUNGHAN_KAFKA__BOOTSTRAP": bootstrap,
        "DUNGHAN_KAFKA__PREFIX": PREFIX,
        "DUNGHAN_AUDIT__INDEX": str(file),
    }
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "deploy", "explain", f"dienbien.muongnhe/{number:07d}"]
    told = subprocess.run(command, env=environment, capture_output=True, check=True).stdout.decode()
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert f"{number:07d}-{len(OPEN) - 1}" in told, told
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def figures() -> list[dict[str, object]]:
    """Return the rows; clock and processor, the worst of some dossiers."""
    dossiers = asked_for() // len(OPEN)
    with tempfile.TemporaryDirectory() as folder, LocalKafka(heap_mb=512) as kafka:
        TopicAdmin(kafka.bootstrap, Layout(PREFIX, PARTITIONS, 1)).apply()
        places, written = keys(dossiers), 0
        for topic, texts in templates():
            written += asyncio.run(write(kafka.bootstrap, topic, texts, places))
        file = Path(folder) / "index"
        built = index(kafka.bootstrap, file)
        size = file.stat().st_size
        times = [explained(kafka.bootstrap, file, dossiers * place // ASKED) for place in range(ASKED)]
    clock, cpu = zip(*times, strict=True)
    many = f"explain by its index, {written:,} records"
    told = [
        (f"{many}: on the clock, worst of {ASKED}", round(max(clock), 2), "s", 2.0),
        (f"{many}: on the clock, median", round(statistics.median(clock), 2), "s", 2.0),
        (f"{many}: processor, worst of {ASKED}", round(max(cpu), 2), "s", 2.0),
    ]
    rows: list[dict[str, object]] = [
        {"name": name, "value": value, "unit": unit, "against": against, "ratio": round(against / value, 2)}
        for name, value, unit, against in told
    ]
    load = os.getloadavg()[0]
    print(f"{many}: index {size / 1e6:.0f} MB, built in {built:.0f} s of CPU; load {load:.1f}", flush=True)
    return rows
