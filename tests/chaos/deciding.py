"""The register itself under a storm: `python -m tests.chaos.deciding BOOTSTRAP PREFIX [slice=N]` is its worker.

It follows the reference; when other rules count, so many dossiers are judged again in one epoch.

Its judge needs no second law: every event stands in the trail once, and everything else follows when it is run again.
"""

import asyncio
import sys
from collections import Counter
from datetime import datetime, timedelta

import msgspec
from prometheus_client import CollectorRegistry

from deploy import clock
from deploy.layout import Layout
from deploy.rulebook import load_rulebook
from streams.core.moments import VIETNAM
from streams.engine.connection import Connection
from streams.engine.following import Followed
from streams.engine.plan import StepPlan
from streams.engine.surroundings import Pace
from streams.engine.worker import Membership, Worker
from streams.metrics import EngineMetrics, RegisterMetrics
from streams.reference import Reference
from streams.register.redating import SLICE
from streams.register.register import Register
from streams.topics import EVENTS, REFERENCE, STATE, TALLIES, TRAIL, prefixed
from tests.chaos.judge import Finding, committed
from tests.chaos.second_eyes import unlike
from tests.sources import sent, taken

DOSSIERS = 400
MINUTE = "%Y-%m-%d %H:%M"


def _name(number: int) -> str:
    return f"{number:08}"


def numbered(number: int) -> tuple[bytes, bytes]:
    """Return the event of this number: dossiers are accepted, due soon, now or long ago, and done or moved."""
    now = datetime.now(VIETNAM)  # noqa: TID251 - the storm's own clock
    dossier, round_ = f"muongnhe/{number % DOSSIERS:05}", number // DOSSIERS
    moment = (now - timedelta(minutes=2)).strftime(MINUTE)
    name = _name(number)
    if round_ == 0:
        due = (now + timedelta(minutes=number % 7 - 3)).strftime(MINUTE)
        value = sent("accepted", moment, dossier=dossier, id=name, procedure="1", unit=f"m{number % 5}", due_at=due)
    elif round_ % 5 == 4 and number % 3 == 0:
        value = sent("done", moment, dossier=dossier, id=name, result=True)
    else:
        value = sent("transferred", moment, dossier=dossier, id=name, unit=f"m{(number + round_) % 5}")
    record = taken([value], arrived=int(now.timestamp()))[0]
    return record.key or b"", record.value or b""


def worker(bootstrap: str, prefix: str, *, redated: int = SLICE, name: str | None = None) -> Worker:
    connection = Connection(bootstrap, prefix, f"{prefix}-deciding")
    reference, figures = Reference(load_rulebook()), RegisterMetrics(CollectorRegistry())

    def register(partition: int) -> Register:
        return Register(partition, rules=reference, metrics=figures, redated=redated)

    return Worker(
        [StepPlan(EVENTS.name, STATE.name, register, TALLIES.name)],
        connection=connection,
        membership=Membership(instance_id=name, session=6.0, heartbeat=1.5),
        pace=Pace(clock.now, spacing=0.05, patience=1.0),
        metrics=EngineMetrics(CollectorRegistry(), (connection.topic(EVENTS.name),)),
        followed=Followed(REFERENCE.name, reference.learn),
    )


def taken_in(bootstrap: str, layout: Layout) -> Counter[str]:
    """Return how often each event stands in the trail, by its id."""
    found: Counter[str] = Counter()
    for lines in committed(bootstrap, prefixed(layout.prefix, TRAIL), partitions=layout.partitions).values():
        for _, line in lines:
            if line and line.startswith(b'{"line":"event"'):
                found[msgspec.json.decode(line)["id"]] += 1
    return found


def judged(bootstrap: str, layout: Layout, events: int) -> Finding:
    """Return how the trail, and all that must follow from it, came out."""
    return compared(events, taken_in(bootstrap, layout), unlike(bootstrap, layout.prefix))


def compared(events: int, times: Counter[str], differences: int) -> Finding:
    """Say what is lost and repeated where each event stands so often; one that nobody sent is wrong."""
    wanted = {_name(number) for number in range(events)}
    repeated = times.total() - len(times)
    return Finding(events, len(wanted - times.keys()), repeated, differences + len(times.keys() - wanted))


async def main(bootstrap: str, prefix: str, *more: str) -> int:
    said = dict(each.split("=") for each in more)
    return await worker(bootstrap, prefix, redated=int(said.get("slice", SLICE)), name=said.get("member")).run()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
