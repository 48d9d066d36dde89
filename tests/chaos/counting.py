"""A step that is easy to judge, and the worker that runs it: each record gets the next number of its key.

Run as `python -m tests.chaos.counting BOOTSTRAP PREFIX`, it is killed and frozen by the tests. What it
writes can be derived from its input alone: for each key the numbers 1, 2, 3 … in the order of the input, each once.
"""

import asyncio
import random
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from prometheus_client import CollectorRegistry

from deploy import clock
from streams.border import Epoch, Incoming, Poisoned
from streams.core.moments import Moment
from streams.engine.connection import Connection
from streams.engine.plan import StepPlan
from streams.engine.surroundings import Pace
from streams.engine.worker import Membership, Worker
from streams.metrics import EngineMetrics
from streams.topics import EVENTS, NOTICES, STATE

POISON = b"poison"


class Counting:
    """State: how often each key has been seen."""

    next_at: Moment | None = None
    corrupt: Collection[bytes] = ()
    headless = False
    kept: Mapping[str, int] = MappingProxyType({})

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.seen: dict[bytes, int] = {}

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        for key, value in records:
            self.seen[key] = int(value or b"0")

    def rebuild(self, records: Iterable[Incoming]) -> None:
        """A number is never corrupt."""

    def follow(self, lines: Iterable[bytes]) -> None:
        """It has no trail."""

    def compare(self, written: Mapping[bytes, bytes]) -> Sequence[str]:
        return ()

    def needs(self, batch: Sequence[Incoming]) -> Sequence[int]:
        return ()

    def give_back(self, records: Iterable[Incoming]) -> None:
        """It asks for none."""

    def take(self, batch: Sequence[Incoming], *, now: Moment, behind: bool) -> Epoch:
        epoch = Epoch(len(batch), {})
        changed = set()
        for record in batch:
            key = record.key or b""
            if record.value == POISON:
                raise Poisoned(record.offset, "poison")
            number = self.seen[key] = self.seen.get(key, 0) + 1
            changed.add(key)
            epoch.write((NOTICES.name, self.partition), key, b"%d %b" % (number, record.value or b""))
        for key in sorted(changed):
            epoch.write((STATE.name, self.partition), key, b"%d" % self.seen[key])
        return epoch

    def tick(self, now: Moment) -> Epoch:
        return Epoch(0, {})


PLAN = StepPlan(EVENTS.name, STATE.name, Counting)


def worker(bootstrap: str, prefix: str, *, session: float = 6.0, name: str | None = None) -> Worker:
    connection = Connection(bootstrap, prefix, f"{prefix}-counting")
    return Worker(
        [PLAN],
        connection=connection,
        membership=Membership(instance_id=name, session=session, heartbeat=session / 4),
        pace=Pace(clock.now, spacing=0.05, patience=1.0),
        metrics=EngineMetrics(CollectorRegistry(), (connection.topic(EVENTS.name),)),
    )


async def main(bootstrap: str, prefix: str, *more: str) -> int:
    said = dict(each.split("=") for each in more)
    it = worker(bootstrap, prefix, name=said.get("member"))
    if "spoil" in said:
        _spoil(it, float(said["spoil"]))
    return await it.run()


def _spoil(it: Worker, share: float) -> None:
    """Lose, repeat and reorder chunks between the consumer and the lanes, as a broken client might."""
    dice, offer, kept = random.Random(7), it.ownership.offer, []

    def spoiled(source: object, chunk: object) -> None:
        fate = dice.random()
        if fate < share:
            return
        if fate < 2 * share:
            kept.append((source, chunk))
            return
        offer(source, chunk)  # type: ignore[arg-type]  # as it came
        if fate < 3 * share:
            offer(source, chunk)  # type: ignore[arg-type]  # as it came
        while kept:
            offer(*kept.pop())  # type: ignore[arg-type]  # as it came

    it.ownership.offer = spoiled  # type: ignore[method-assign]  # a broken client's


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
