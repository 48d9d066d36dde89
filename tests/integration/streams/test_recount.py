"""At each restore a worker counts its dossiers anew, on a real Kafka: a tally that was tampered with is found."""

import urllib.request
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import msgspec
from kafka import KafkaProducer

from dashboards.core.counts import total
from dashboards.core.periods import ALL
from dashboards.scoreboard import read_board
from deploy.demo.histories import AS_OF, messages
from deploy.demo.play import play
from deploy.reading import Log
from deploy.rulebook import load_rulebook
from streams.sockets import direct
from streams.topics import TALLIES, prefixed
from streams.wire.records import Tally
from tests.integration.dashboards.pipeline import PARTITIONS, Pipeline, pipeline

PATIENCE = 60.0


def awaited(holds: Callable[[], bool], running: Pipeline) -> None:
    until = monotonic() + PATIENCE
    while not holds():
        running.check()
        assert monotonic() < until, "it never came"
        sleep(0.2)


def received(running: Pipeline) -> int:
    board, _ = read_board(running.bootstrap, running.prefix)
    return sum(total(counts.received) for counts in board.counts(ALL).values())


def differences(running: Pipeline, partition: int) -> float | None:
    """Return the figure of a partition of dossier.events, None until the partition is restored."""
    try:
        with urllib.request.urlopen(f"http://{running.address('worker-1')}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return None
    found = [line for line in lines if line.startswith("dunghan_recount_differences{") and f'n="{partition}"' in line]
    return float(found[0].split()[-1]) if found else None


def last_tally(running: Pipeline) -> tuple[int, bytes, bytes]:
    """Return partition, key and value of the tally that was written last into the first partition that has one."""
    with Log(running.bootstrap, prefix=running.prefix) as log:
        for partition in range(PARTITIONS):
            values = {record.key: record.value for record in log.whole(TALLIES, partition)}
            for key, value in values.items():
                if key and value and not key.startswith(b"counted/"):
                    return partition, key, value
    raise AssertionError("there is no tally")


def test_a_tally_off_by_one_is_found_at_the_restart_named_and_written_right(kafka: str, tmp_path: Path) -> None:
    with pipeline(tmp_path, kafka, tmp_path.name, "worker-1") as running:
        sent = [each for each in messages(load_rulebook(None).calendar_for(None)) if b"muongnhe" in each.key][:200]
        play(kafka, running.prefix, messages=sent, ticks=[AS_OF], partitions=PARTITIONS, told=lambda _: None)
        dossiers = len({each.key for each in sent})
        awaited(lambda: received(running) == dossiers, running)
        running.kill("worker-1")
        partition, key, right = last_tally(running)
        tally = msgspec.json.decode(right, type=Tally)
        more = msgspec.structs.replace(tally.cells[0], count=tally.cells[0].count + 1)
        wrong = msgspec.structs.replace(tally, cells=(more, *tally.cells[1:]))
        with_one_more = msgspec.json.encode(wrong)
        producer = KafkaProducer(**direct(kafka), acks="all")
        producer.send(prefixed(running.prefix, TALLIES), key=key, value=with_one_more, partition=partition).get(15)
        producer.close()

        running.start("worker-1")
        awaited(lambda: differences(running, partition) == 1, running)
        awaited(lambda: last_tally(running) == (partition, key, right), running)
        others = set(range(PARTITIONS)) - {partition}
        awaited(lambda: all(differences(running, other) == 0 for other in others), running)
        log = (tmp_path / "worker-1.log").read_text()
        assert "state_differs" in log
        assert f"{key.decode()}: " in log
        assert f"written {more.count}, counted {tally.cells[0].count}" in log
