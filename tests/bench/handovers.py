"""How long a partition is not worked on when a worker joins, leaves, is killed or restarted, while events flow.

Events are written evenly to every partition of `dossier.events`; what a worker made of them stands in `dossier.trail`
with the moment at which it was written. The longest pause between two lines is the time without processing.
"""

import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from deploy.admin import TopicAdmin
from deploy.layout import Layout
from streams.sockets import direct
from streams.topics import EVENTS, TRAIL, prefixed
from tests.bench.team import PARTITIONS, Team
from tests.sources import sent, taken

EACH = 10
"""Events a second to every partition."""
SETTLED = 3.0
"""Seconds before and after what happens that are looked at too."""


def _sent(bootstrap: str, topic: str, stop: threading.Event) -> None:
    producer = KafkaProducer(**direct(bootstrap), linger_ms=5)
    number = 0
    while not stop.wait(1 / EACH):
        now = datetime.now(UTC)  # noqa: TID251 - a bench's own clock
        when = (now + timedelta(hours=7)).strftime("%Y-%m-%d %H:%M")
        for partition in range(PARTITIONS):
            number += 1
            value = sent(
                "accepted", when, dossier=f"muongnhe/{number}", procedure="1", unit="m", limit="5 working days"
            )
            record = taken([value], arrived=int(now.timestamp()))[0]
            producer.send(topic, key=record.key, value=record.value, partition=partition)
    producer.close()


@contextmanager
def flowing(bootstrap: str, prefix: str) -> Iterator[None]:
    """Keep events coming, EACH a second for every partition, until the block ends."""
    stop = threading.Event()
    with ThreadPoolExecutor(1, "source") as threads:
        source = threads.submit(_sent, bootstrap, prefixed(prefix, EVENTS), stop)
        try:
            yield
        finally:
            stop.set()
        source.result()


@dataclass(frozen=True, slots=True)
class Handover:
    """What happened, when (seconds of the clock), how long until all was ready again, and which partitions moved."""

    name: str
    began: float
    ended: float
    took: float
    before: dict[int, str]
    after: dict[int, str]
    endings: tuple[int, ...]

    @property
    def moved(self) -> int:
        """How many partitions have another owner than before."""
        return sum(self.before.get(partition) != owner for partition, owner in self.after.items())


def _watched(team: Team, name: str, happens: Callable[[], None]) -> Handover:
    topic = prefixed(team.prefix, EVENTS)
    time.sleep(SETTLED)
    team.endings.clear()
    before, began = team.owners(topic), time.time()  # noqa: TID251 - the clock that stamps the records
    happens()
    team.until_ready()
    took = time.time() - began  # noqa: TID251 - the clock that stamps the records
    time.sleep(SETTLED)
    return Handover(
        name, began - SETTLED / 2, began + took + SETTLED, took, before, team.owners(topic), tuple(team.endings)
    )


def moving(team: Team) -> Iterator[Handover]:
    """Two workers: a third joins, leaves as it should, joins again; then one of two is killed."""
    team.start("a", "b")
    team.until_ready()
    yield _watched(team, "nothing happens", lambda: None)
    yield _watched(team, "a third worker joins two", lambda: team.start("c"))
    yield _watched(team, "the third leaves (SIGTERM)", lambda: team.end("c", signal.SIGTERM))
    yield _watched(team, "one of two is killed (kill -9)", lambda: team.end("b", signal.SIGKILL))


def staying(team: Team) -> Iterator[Handover]:
    """Three workers with names of their own: each restarted in turn, then one killed and started again."""
    names = ("a", "b", "c")
    team.start(*names)
    team.until_ready()

    def again(name: str, how: signal.Signals) -> Callable[[], None]:
        def happens() -> None:
            team.end(name, how)
            team.start(name)

        return happens

    for name in names:
        yield _watched(team, f"static: {name} of three restarted", again(name, signal.SIGTERM))
    yield _watched(team, "static: one of three killed, started again", again("b", signal.SIGKILL))


def written_at(bootstrap: str, topic: str) -> dict[int, list[float]]:
    """Return the moments at which the committed records of each partition were written, seconds, in order."""
    places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    reader = KafkaConsumer(**direct(bootstrap), isolation_level="read_committed", enable_auto_commit=False)
    reader.assign(places)
    reader.seek_to_beginning(*places)
    ends, found = reader.end_offsets(places), {partition: [0.0] for partition in range(PARTITIONS)}
    while any(reader.position(place) < ends[place] for place in places):
        for place, records in reader.poll(timeout_ms=500).items():
            found[place.partition] += [record.timestamp / 1000 for record in records]
    reader.close()
    return found


def pauses(moments: dict[int, list[float]], handover: Handover) -> dict[int, float]:
    """Return for each partition the longest pause between two moments of the handover's time."""
    return {
        partition: max(
            (later - earlier for earlier, later in pairwise(its) if _meets(earlier, later, handover)),
            default=handover.ended - handover.began,
        )
        for partition, its in moments.items()
    }


def _meets(earlier: float, later: float, handover: Handover) -> bool:
    return bool(earlier) and later > handover.began and earlier < handover.ended


def measured(bootstrap: str, prefix: str, *, static: bool) -> Iterator[tuple[str, float, str, float]]:
    """Yield for each handover its name, the longest pause, what else there is to say, and how long it took."""
    TopicAdmin(bootstrap, Layout(prefix, PARTITIONS, 3)).apply()
    team = Team(bootstrap, prefix, static=static)
    try:
        with flowing(bootstrap, prefix):
            happened = list((staying if static else moving)(team))
    finally:
        team.stop()
    moments = written_at(bootstrap, prefixed(prefix, TRAIL))
    for each in happened:
        its = pauses(moments, each)
        stayed = [its[partition] for partition, owner in each.after.items() if each.before.get(partition) == owner]
        told = f"{each.moved} of {PARTITIONS} moved; median {statistics.median(its.values()):.1f} s"
        if each.endings:
            told += f"; ended by themselves and started again: {each.endings}"
        if static:
            told += f"; the calmest {min(stayed, default=0):.1f} s"
        yield f"{each.name} ({told})", max(its.values()), "s", each.took
