"""How fast the trail is proved and the log run again; lines in memory, as a reader hands them over."""

import time

from prometheus_client import CollectorRegistry

from deploy.rulebook import load_rulebook
from deploy.verify.chain import Walk
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from streams.topics import TRAIL
from tests.bench.loads import START, events

LATER = int(START.timestamp()) + 60 * 86_400
BATCH = 500
ROUNDS = 3


def lines(dossiers: int) -> list[bytes]:
    """Return the trail of so many dossiers of ten events each."""
    step = Register(0, rules=load_rulebook(), metrics=RegisterMetrics(CollectorRegistry()))
    log, found = list(events(dossiers)), list[bytes]()
    for position in range(0, len(log), BATCH):
        epoch = step.take(log[position : position + BATCH], now=LATER, behind=True)
        found += [value or b"" for _, value in epoch.outputs[TRAIL.name, 0]]
    return found


def _seconds(trail: list[bytes]) -> float:
    walk, began = Walk(0), time.process_time()
    wrong = sum(len(walk.take(offset, value)) for offset, value in enumerate(trail))
    assert not wrong
    return time.process_time() - began


def figures() -> list[dict[str, object]]:
    """Return the rows: processor time alone, the best of some rounds."""
    trail = lines(4_000)
    speed = len(trail) / min(_seconds(trail) for _ in range(ROUNDS))
    name = "verify: lines of the trail walked, each hash computed"
    return [{"name": name, "value": round(speed), "unit": "/s", "against": 50_000, "ratio": round(speed / 50_000, 2)}]
