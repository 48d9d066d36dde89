"""What a dossier that has left still takes, in the topic and in memory, and what its return costs; without Kafka."""

import gc
import multiprocessing
import time

from prometheus_client import CollectorRegistry

from streams.core.rulebook import Policy, Rulebook
from streams.metrics import RegisterMetrics
from streams.register.leaving import AT_ONCE
from streams.register.register import Register
from streams.topics import STATE
from tests.bench.loads import events
from tests.bench.register import BATCH, LATER, RULES, _resident, _row
from tests.sources import Record

DOSSIERS = 2_000
HELD = 100_000
KEPT = Rulebook("kept", Policy("kept"), RULES.calendar_for(None))
LEFT = Rulebook("left", Policy("left", leave_after_days=30), RULES.calendar_for(None))


def register(rules: Rulebook) -> Register:
    return Register(0, rules=rules, metrics=RegisterMetrics(CollectorRegistry()))


def closed(rules: Rulebook, log: list[Record]) -> tuple[Register, dict[bytes, bytes]]:
    """Return a register that took the log up to long after it, and its state."""
    step, found, position = register(rules), dict[bytes, bytes](), 0
    while position < len(log):
        epoch = step.take(log[position : position + BATCH], now=LATER, behind=True)
        position += epoch.taken
        found.update((key or b"", value or b"") for key, value in epoch.outputs.get((STATE.name, 0), ()))
    while (due := step.next_at) is not None and due <= LATER:
        epoch = step.tick(LATER)
        found.update((key or b"", value or b"") for key, value in epoch.outputs.get((STATE.name, 0), ()))
    return step, found


def _memory(values: list[bytes], answer: "multiprocessing.Queue[float]") -> None:
    """Measure in a process of its own: what a register adds that takes up so many keys with these values in turn."""
    step = register(LEFT)
    gc.collect()
    before = _resident()
    for number in range(HELD):
        step.restore([(b"dienbien.muongnhe/%07d" % number, values[number % len(values)])])
    gc.collect()
    answer.put((_resident() - before) / HELD)


def bytes_in_memory(state: dict[bytes, bytes]) -> float:
    begin = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[float] = begin.Queue()
    values = [value for key, value in state.items() if not key.startswith(b"@")]
    child = begin.Process(target=_memory, args=(values, answer))
    child.start()
    child.join()
    return answer.get()


def seconds_per_return(step: Register, log: list[Record], late: list[Record]) -> float:
    """Return the processor time of a late event: asked for, given, folded anew, judged; no reading of the log."""
    began, position = time.process_time(), 0
    while position < len(late):
        batch = late[position : position + AT_ONCE]
        step.give_back([log[offset] for offset in step.needs(batch)])
        position += step.take(batch, now=LATER, behind=True).taken
    assert step.kept == {"whole": len(late), "left": 0}
    return (time.process_time() - began) / len(late)


def figures() -> list[dict[str, object]]:
    """Return the rows: `against` is the goal, `ratio` goal over value (more than 1 keeps it)."""
    log = list(events(DOSSIERS))
    _, whole = closed(KEPT, log)
    step, left = closed(LEFT, log)
    assert step.kept == {"whole": 0, "left": DOSSIERS}
    late = [
        one._replace(offset=len(log) + number)
        for number, one in enumerate(events(DOSSIERS, steps=[("reopened", 40.0, {})]))
    ]
    size = sum(map(len, left.values())) / len(left)
    beside = sum(map(len, whole.values())) / len(whole)
    return [
        _row("leaving: bytes in the state of one that left, of ten events", size, "bytes", 200.0),
        _row("leaving: the same of a closed one that stays", beside, "bytes", 1024.0),
        _row("leaving: memory of one that left, everything included", bytes_in_memory(left), "bytes", 512.0),
        _row("leaving: memory of a closed one that stays", bytes_in_memory(whole), "bytes", 1024.0),
        _row("leaving: a return, the log at hand", seconds_per_return(step, log, late) * 1e6, "µs", 1000.0),
    ]
