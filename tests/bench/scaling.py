"""One, two and four workers on three brokers: processor time of an event, how partitions and work are shared, restore.

Two cores cannot multiply throughput. What can be shown on them is that nothing grows with the number of workers that
would hinder it elsewhere: the processor time of an event, of the workers and of the brokers, stays the same.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from kafka import KafkaProducer

from deploy.admin import TopicAdmin
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from streams.sockets import direct
from streams.topics import EVENTS, INBOX, NOTICES, STATE, TALLIES, TRAIL, prefixed
from tests.bench.handovers import measured
from tests.bench.loads import STEPS
from tests.bench.team import PARTITIONS, Team, processor_seconds, resident_mb, until
from tests.sources import SOURCE

DOSSIERS = 3_000
STEADY = 200
"""Events a second of the even load."""
SECONDS = 20
RESTING = 8
Row = dict[str, object]


def _sent(first: int, dossiers: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the ten events of so many dossiers that came in six days ago and are due in two, as they would be sent."""
    start = datetime.now(UTC) - timedelta(days=6)  # noqa: TID251 - a bench's own clock
    for place, (kind, days, data) in enumerate(STEPS):
        for number in range(first, first + dossiers):
            known = dict(data) | ({"due_at": start + timedelta(days=8)} if kind == "accepted" else {})
            it = {"specversion": "1.0", "id": f"{number:07d}-{place}", "source": SOURCE, "data": known}
            it |= {"type": f"vn.dunghan.dossier.{kind}.v1", "subject": f"dienbien.muongnhe/{number:07d}"}
            yield str(it["subject"]).encode(), msgspec.json.encode(it | {"time": start + timedelta(days=days)})


def _put(bootstrap: str, prefix: str, *, first: int, dossiers: int, per_second: float = 0.0) -> int:
    """Write the events to the inbox, as fast as they go or so many a second; returns how many there are."""
    producer = KafkaProducer(**direct(bootstrap), linger_ms=20, batch_size=1 << 18)
    began = time.monotonic()
    count = 0
    for key, value in _sent(first, dossiers):
        producer.send(prefixed(prefix, INBOX), key=key, value=value)
        count += 1
        if per_second and (ahead := count / per_second - (time.monotonic() - began)) > 0.05:
            time.sleep(ahead)
    producer.flush()
    producer.close()
    return count


def _brokers(folder: Path) -> list[int]:
    """Return the processes of Java that run in the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"java") and words[1].startswith(b"@" + bytes(folder)):
                found.append(int(process.name))
    return found


def _row(name: str, value: float, unit: str, against: float) -> Row:
    """Return a row; `ratio` is the value over `against`."""
    ratio = round(value / against, 2) if against else 0.0
    return {"name": name, "value": round(value, 3), "unit": unit, "against": round(against, 3), "ratio": ratio}


class Trial:
    """So many workers, their topics, and the brokers beside them."""

    def __init__(self, kafka: LocalKafka, pids: list[int], workers: int, alone: dict[str, float]) -> None:
        self.workers, self.prefix = workers, f"scale{workers}"
        self._bootstrap, self._pids, self._alone = kafka.bootstrap, pids, alone
        self._names = [f"w{number}" for number in range(workers)]
        self._team = Team(kafka.bootstrap, self.prefix, static=True)
        self._made = 0

    def rows(self) -> Iterator[Row]:
        """Measure; `against` is the figure of one worker alone."""
        TopicAdmin(self._bootstrap, Layout(self.prefix, PARTITIONS, 3)).apply()
        try:
            self._team.start(*self._names)
            yield self._told("start until every partition is ready, nothing to restore", self._team.until_ready(), "s")
            yield from self._rested()
            yield from self._worked("a backlog", DOSSIERS, per_second=0.0)
            yield from self._worked(f"even {STEADY}/s", STEADY * SECONDS // 10, per_second=STEADY)
            yield from self._restored()
        finally:
            self._team.stop()

    def _rested(self) -> Iterator[Row]:
        used, served = self._used()
        time.sleep(RESTING)
        now, serving = self._used()
        spent = sum(now.values()) - sum(used.values())
        yield self._told("at rest: processor time, all workers, of one core", 100 * spent / RESTING, "%")
        yield self._told("at rest: processor time, three brokers", 100 * (serving - served) / RESTING, "%")

    def _used(self) -> tuple[dict[str, float], float]:
        return self._team.processor_seconds(), sum(map(processor_seconds, self._pids))

    def _worked(self, load: str, dossiers: int, *, per_second: float) -> Iterator[Row]:
        (used, served), counted = self._used(), self._taken()
        events = _put(self._bootstrap, self.prefix, first=self._made, dossiers=dossiers, per_second=per_second)
        self._made += dossiers
        wanted = sum(counted.values()) + 2 * events
        until(lambda: sum(self._taken().values()) >= wanted, 600, pause=1.0)
        (now, serving), taken = self._used(), self._taken()
        spent = sum(now.values()) - sum(used.values())
        yield self._told(f"{load}: processor time of an event, all workers", spent / events * 1e6, "µs")
        yield self._told(f"{load}: processor time of an event, three brokers", (serving - served) / events * 1e6, "µs")
        most = max(taken[name] - counted[name] for name in taken) / (2 * events)
        yield self._told(f"{load}: share of the busiest worker, of what was taken", 100 * most, "%", 100 / self.workers)

    def _restored(self) -> Iterator[Row]:
        shares = [len(its.owned(prefixed(self.prefix, EVENTS))) for its in self._team.members.values()]
        fair = PARTITIONS / self.workers
        yield self._told("partitions of the busiest worker", max(shares), "", fair)
        sizes = [resident_mb(its.process.pid) for its in self._team.members.values()]
        yield self._told("memory of the largest worker", max(sizes), "MiB")
        self._team.stop()
        self._team.start(*self._names)
        yield self._told(f"start until {self._made} dossiers are restored", self._team.until_ready(), "s")

    def _taken(self) -> dict[str, float]:
        return {name: its.total("dunghan_records_taken_total") for name, its in self._team.members.items()}

    def _told(self, what: str, value: float, unit: str, against: float | None = None) -> Row:
        alone = self._alone.setdefault(what, value)
        return _row(f"{self.workers} workers, {what}", value, unit, alone if against is None else against)


def _bytes(folder: Path, prefix: str, events: int) -> Iterator[Row]:
    """Yield how much of a broker's disk each topic takes for an event, one copy."""
    for topic in (INBOX, EVENTS, TRAIL, STATE, NOTICES, TALLIES):
        logs = folder.glob(f"broker-1/**/{prefixed(prefix, topic)}-*/*.log")
        yield _row(f"disk, one copy, {topic.name}", sum(log.stat().st_size for log in logs) / events, "B", 0.0)


def figures() -> Iterator[Row]:
    """Yield the rows; `against` is one worker alone, an even share, or how long all of the handover took."""
    with tempfile.TemporaryDirectory() as folder, LocalKafka(Path(folder), brokers=3) as kafka:
        pids = _brokers(Path(folder))
        alone: dict[str, float] = {}
        for workers in (1, 2, 4):
            trial = Trial(kafka, pids, workers, alone)
            yield from trial.rows()
        yield from _bytes(Path(folder), "scale1", DOSSIERS * 10 + STEADY * SECONDS)
        for static in (False, True):
            for name, longest, unit, took in measured(kafka.bootstrap, f"hand{static:d}", static=static):
                yield _row(f"without processing, {name}", longest, unit, took)
