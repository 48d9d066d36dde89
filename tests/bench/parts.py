"""Where each microsecond of an event goes in the register: every step alone, over the ten events of one dossier.

The values lie near the processor here, so the sum is less than what the register takes among thousands of dossiers: the
difference is the way between the steps and the memory. The rows called floor are what no rule can spare: bytes read,
hashed and written.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from time import process_time
from timeit import repeat
from typing import TypeVar

import msgspec

from streams.core.audit import audited
from streams.core.counting import count_of
from streams.core.dating import ranking_moments
from streams.core.dossier import after, new
from streams.core.events import Event
from streams.core.judgement import judge
from streams.register.entries import Entry, unpacked
from streams.register.tallies import Tallies
from streams.register.telling import case
from streams.register.volumes import Volumes
from streams.wire import cloudevents, trail
from tests.bench.loads import events
from tests.bench.register import RULES, register

TIMES, ROUNDS = 500, 40
LINES = 1.7
"""Lines of the trail for each event of the load: what was taken, labels, findings."""
Subject = TypeVar("Subject")
KEY = "dienbien.muongnhe/0000000"


class Turn:
    """One event's turn: the record, the event, the entry before it and after it."""

    def __init__(self, value: bytes, event: Event, before: Entry, entry: Entry) -> None:
        """Work out what the steps hand to each other."""
        self.value, self.event, self.before, self.entry = value, event, before, entry
        self.now, self.packed = event.arrived_at, entry.packed()
        self.dues = ranking_moments(entry.dossier, rules=RULES)
        self.standing = judge(entry.dossier, now=self.now, rules=RULES, dues=self.dues)
        self.line = trail.taken(KEY, event, decided_at=self.now, fate="new")


def turns() -> list[Turn]:
    """Return the ten turns of a dossier of the load."""
    step, before, found = register(), Entry(dossier=new("dienbien.muongnhe")), []
    for record in events(1):
        step.take([record], now=0, behind=True)
        entry = step.entry(record.key or b"")
        assert entry is not None
        entry = unpacked(entry.packed())
        value = record.value or b""
        found.append(Turn(value, cloudevents.decoded(value), before, entry))
        before = entry
    return found


def _each(subjects: Sequence[Subject], work: Callable[[Subject], object]) -> float:
    """Return the mean over the subjects of the best time of the work, microseconds."""
    best = [min(repeat(partial(work, each), number=TIMES, repeat=ROUNDS, timer=process_time)) for each in subjects]
    return sum(best) / len(best) / TIMES * 1e6


def figures() -> list[dict[str, object]]:
    """Return the rows: microseconds of processor time of an event, against the 35 wanted for all of them."""
    ten = turns()
    costs = {**_steps(ten), **_floor(ten)}
    floor = [cost for name, cost in costs.items() if name.startswith("floor")]
    costs["all steps together"] = sum(costs.values()) - sum(floor)
    costs["all of the floor together"] = sum(floor)
    return [
        {
            "name": f"an event: {name}",
            "value": round(cost, 2),
            "unit": "µs",
            "against": 35.0,
            "ratio": round(35 / cost, 1),
        }
        for name, cost in costs.items()
    ]


def _steps(ten: list[Turn]) -> dict[str, float]:
    chain, tallies, volumes = trail.Chain(), Tallies(0), Volumes()
    counts = [count_of(t.entry.dossier, t.standing, t.entry.found) for t in ten]
    moves = list(zip([None, *counts[:-1]], counts, strict=True))
    return {
        "read the event": _each(ten, lambda t: cloudevents.decoded(t.value)),
        "unpack the dossier": _each(ten, lambda t: unpacked(t.packed)),
        "fold": _each(ten, lambda t: after(t.before.dossier, t.event)),
        "due moments": _each(ten, lambda t: ranking_moments(t.entry.dossier, rules=RULES)),
        "judge": _each(ten, lambda t: judge(t.entry.dossier, now=t.now, rules=RULES, dues=t.dues)),
        "stages": _each(ten, lambda t: case(KEY, t.entry.dossier, t.standing, rules=RULES)),
        "findings": _each(ten, lambda t: audited(t.entry.dossier, now=t.now, rules=RULES, dues=t.dues)),
        "how it is counted": _each(ten, lambda t: count_of(t.entry.dossier, t.standing, t.entry.found)),
        "tallies": _each(moves, lambda pair: tallies.move(*pair)),
        "lines of the trail": LINES * _each(ten, lambda t: chain.add(t.line)),
        "pack the dossier": _each(ten, lambda t: t.entry.packed()),
        "put it into its volume": _each(ten, lambda t: volumes.put(1, t.packed)),
    }


def _floor(ten: list[Turn]) -> dict[str, float]:
    head, encode, sha = bytes(32), msgspec.json.Encoder().encode, hashlib.sha256
    data = [cloudevents.received(t.value) for t in ten]
    return {
        "floor: read JSON": _each(ten, lambda t: cloudevents.received(t.value)),
        "floor: write and hash what it says": _each(data, lambda d: sha(encode(d.data)).digest()),
        "floor: read msgpack": _each(ten, lambda t: unpacked(t.packed)),
        "floor: write msgpack": _each(ten, lambda t: t.entry.packed()),
        "floor: write and hash the lines": LINES * _each(ten, lambda t: sha(head + encode(t.line)).hexdigest()),
        "floor: copy the state out and in": _each(ten, lambda t: bytes(memoryview(bytearray(t.packed)))),
    }
