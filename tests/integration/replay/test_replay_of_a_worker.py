"""A real worker decides a few days of a replay; once more, from the log or from a file, it comes out the same."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from kafka import KafkaProducer

from deploy.cli.replay import command
from deploy.layout import Layout
from deploy.reading import Log
from deploy.settings import without_settings
from streams.core.moments import datetime_of
from streams.keys import partition_of
from streams.sockets import direct
from streams.topics import INBOX, NOTICES, prefixed
from streams.wire.records import Mark, NoticeRecord
from tests.sources import at, sent

DAYS = ("2026-11-18", "2026-11-19", "2026-11-20")
DOSSIERS = 12
PATIENCE = 120


def lines() -> Iterator[tuple[bytes, bytes]]:
    """Yield events and ticks in order, with the key of each; no key for a tick, which every partition gets."""
    for place, day in enumerate(DAYS):
        for number in range(DOSSIERS):
            name = f"muongnhe/{place}{number:02}"
            due = f"2026-11-{18 + place + number % 4} 16:00"
            yield (
                name.encode(),
                sent("accepted", f"{day} 08:{number:02}", dossier=name, procedure="1", unit="m", due_at=due),
            )
        for number in range(0, DOSSIERS, 4):
            name = f"muongnhe/0{number:02}"
            yield name.encode(), sent("done", f"{day} 15:{number:02}", dossier=name, result=True)
        stamp = datetime_of(at(f"{day} 23:59")).isoformat()
        yield b"", json.dumps({"type": "vn.dunghan.tick.v1", "time": stamp}).encode()


@pytest.fixture
def decided(kafka: str, topics: Layout, monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:
    """Let a worker in replay mode decide the days, and give its topics."""
    settings = {"KAFKA__BOOTSTRAP": kafka, "KAFKA__PREFIX": topics.prefix, "KAFKA__REPLICATION": "1"}
    settings |= {"KAFKA__PARTITIONS": str(topics.partitions), "WORKER__REPLAY": "true"}
    for name, value in settings.items():
        monkeypatch.setenv(f"DUNGHAN_{name}", value)
    environment = without_settings() | {f"DUNGHAN_{name}": value for name, value in settings.items()}
    play(kafka, topics)
    called = [sys.executable, "-m", "deploy", "worker"]
    worker = subprocess.Popen(called, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        come_to(kafka, topics, worker)
        yield topics
    finally:
        worker.terminate()
        worker.wait(60)


def play(kafka: str, topics: Layout) -> None:
    producer = KafkaProducer(**direct(kafka), acks="all", linger_ms=20)
    for key, value in lines():
        places = [partition_of(key, topics.partitions)] if key else range(topics.partitions)
        for place in places:
            producer.send(prefixed(topics.prefix, INBOX), key=key or None, value=value, partition=place)
    producer.flush()
    producer.close()


def come_to(kafka: str, topics: Layout, worker: subprocess.Popen[bytes]) -> None:
    """Wait until every partition says that all of the last day has been decided."""
    last, deadline = at(f"{DAYS[-1]} 23:59"), time.monotonic() + PATIENCE
    decode = msgspec.json.Decoder(NoticeRecord).decode
    with Log(kafka, prefix=topics.prefix) as log:
        for place in range(topics.partitions):
            while not any(
                isinstance(mark := decode(one.value or b""), Mark) and mark.now >= last
                for one in log.whole(NOTICES, place)
            ):
                assert worker.poll() is None, "the worker ended"
                assert time.monotonic() < deadline, "the worker did not come to the end"
                time.sleep(0.3)


def replayed(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(command, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.output)
    return told


def test_each_day_of_a_worker_differs_in_nothing_and_a_file_of_the_same_comes_to_the_same(
    decided: Layout, tmp_path: Path
) -> None:
    days = {day: replayed("--day", day, "--against") for day in DAYS}
    assert [told["differences"] for told in days.values()] == [[], [], []]
    assert all(told["now"] > DOSSIERS for told in days.values())
    file = tmp_path / "days.jsonl"
    file.write_bytes(b"\n".join(value for _, value in lines()))
    of_the_file = replayed(str(file))["decided"]
    assert len(of_the_file) == sum(told["then"] for told in days.values())
    of_the_log = [one for day in DAYS for one in replayed("--day", day)["decided"]]
    assert sorted(map(text, of_the_file)) == sorted(map(text, of_the_log))


def text(decision: dict[str, Any]) -> str:
    return json.dumps(decision, sort_keys=True)
