"""How fast the register decides, restores and drains a storm, and how much memory a dossier takes; without Kafka."""

import gc
import multiprocessing
import time
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry

from deploy.rulebook import load_rulebook
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from tests.bench.loads import OPEN, START, STEPS, events
from tests.sources import Record

RULES = load_rulebook()
BATCH = 500
ROUNDS = 3
LATER = int(START.timestamp()) + 60 * 86_400
DUE_AT = int(START.timestamp()) + 8 * 86_400


def register() -> Register:
    return Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))


def seconds_per_event(log: Sequence[Record], rounds: int = ROUNDS) -> float:
    """Return the processor time of an event: of every batch the best of some rounds, since others use this machine."""
    best: dict[int, float] = {}
    for _ in range(rounds):
        step, position = register(), 0
        while position < len(log):
            batch = log[position : position + BATCH]
            began = time.process_time()
            epoch = step.take(batch, now=LATER, behind=True)
            spent = time.process_time() - began
            best[position] = min(best.get(position, spent), spent)
            position += epoch.taken
    return sum(best.values()) / len(log)


def _state(dossiers: int) -> list[tuple[bytes, bytes | None]]:
    step, log, found = register(), list(events(dossiers, steps=STEPS[:3])), {}
    for position in range(0, len(log), BATCH):
        epoch = step.take(log[position : position + BATCH], now=LATER, behind=True)
        found.update({key or b"": value for key, value in epoch.outputs["dossier.state", 0]})
    return list(found.items())


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def _memory(dossiers: int, answer: "multiprocessing.Queue[float]") -> None:
    """Measure in a process of its own: what the register adds when it holds so many open dossiers of ten events."""
    step = register()
    log = iter(events(dossiers, steps=OPEN))
    gc.collect()
    before = _resident()
    while batch := [record for _, record in zip(range(BATCH), log, strict=False)]:
        step.take(batch, now=LATER, behind=True)
    gc.collect()
    answer.put((_resident() - before) / dossiers)


def bytes_per_dossier(dossiers: int = 100_000) -> float:
    """Return the bytes; the process begins empty, since one that is forked would fill the holes of its parent."""
    begin = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[float] = begin.Queue()
    child = begin.Process(target=_memory, args=(dossiers, answer))
    child.start()
    child.join()
    return answer.get()


def figures() -> list[dict[str, object]]:
    """Return the rows: `against` is the goal, `ratio` goal over value (more than 1 keeps it)."""
    spent = seconds_per_event(list(events(2_000)))
    rows = [_row("register: an event, ten a dossier, trail and tallies included", spent * 1e6, "µs", 35.0)]
    state = _state(30_000)
    began = time.process_time()
    register().restore(state)
    restored = (time.process_time() - began) / len(state) * 1e6
    rows.append(_row("register: restore of 1,000,000 dossiers", restored, "s", 25.0))
    step = register()
    step.restore(state)
    due_at = DUE_AT
    while step.tick(due_at).outputs.get(("dossier.notices", 0)):
        pass
    began = time.process_time()
    while step.tick(due_at + 1).outputs.get(("dossier.notices", 0)):
        pass
    drained = (time.process_time() - began) / len(state) * 1e6
    rows.append(_row("register: 1,000,000 dossiers overdue at one second, each decided", drained, "s", 90.0))
    rows.append(_row("register: memory of an open dossier of ten events", bytes_per_dossier(), "bytes", 1024.0))
    return rows


def _row(name: str, value: float, unit: str, goal: float) -> dict[str, object]:
    return {"name": name, "value": round(value, 1), "unit": unit, "against": goal, "ratio": round(goal / value, 2)}
