"""Published tables replayed through the pipeline: what a province's system would have sent, and what comes out.

Each table becomes as many dossiers as it says were received, with the facts that give them their labels; a hole is sent
as dossiers that nobody can judge. Intake and register take them as they would from Kafka, over topics in memory.
"""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry

from dashboards.core.board import Board, board_of
from dashboards.core.counts import by_label
from dashboards.core.periods import ALL
from dashboards.core.published import Finding, Table, check, labels_of
from deploy.rulebook import load_rulebook
from streams import topics
from streams.core.labels import Label
from streams.core.moments import datetime_of
from streams.engine.memory import MemoryEngine, Topics
from streams.engine.plan import StepPlan
from streams.intake.step import Intake
from streams.keys import partition_of
from streams.metrics import IntakeMetrics, RegisterMetrics
from streams.register.register import Register
from streams.wire.records import Counted, Tally
from tests.sources import at

FILE: Final = Path(__file__).parents[1] / "data" / "published_figures.json"
SLICE: Final = 50_000
"""Events that are sent before the engine takes them."""
SMALL: Final = 60_000
"""Dossiers up to which a table is replayed by `make test`; the others by `make bench`."""
PARTITIONS: Final = 4
UNIT: Final = "unit"
RECEIVED, DUE, AS_OF = at("2020-03-02 08:00"), at("2020-03-09 08:00"), at("2020-03-20 16:00")
DONE: Final = {
    Label.CLOSED_EARLY: at("2020-03-04 10:00"),
    Label.CLOSED_ON_TIME: at("2020-03-09 07:45"),
    Label.CLOSED_LATE: at("2020-03-12 10:00"),
}


def tables() -> dict[str, Table]:
    """Return every published table of dossiers by its id."""
    raw = msgspec.json.decode(FILE.read_bytes())
    return {each["id"]: msgspec.convert(each, Table) for each in raw if "transparency" not in each}


def replayable() -> dict[str, dict[Label, int]]:
    """Return the labels of every table that has enough counts and does not contradict itself, by its id."""
    found = {name: labels_of(table) for name, table in tables().items()}
    return {name: labels for name, labels in found.items() if labels is not None}


def settled() -> dict[str, dict[Label, int]]:
    """Return the labels of what was settled, or due, of the tables that tell no more; `late` may be still open there.

    What they say was settled and do not account for is a hole too.
    """
    found: dict[str, dict[Label, int]] = {}
    for name, table in tables().items():
        whole = table.resolved if table.resolved is not None else table.due_in_period
        late = table.late_closed if table.late_closed is not None else table.late_closed_plus_overdue_open
        early, on_time = table.early or 0, table.ontime if table.ontime_or_early is None else table.ontime_or_early
        checked = check(table).finding in {Finding.WHOLE, Finding.HOLE}
        if name in replayable() or not checked or whole is None or late is None or on_time is None:
            continue
        parts = {Label.CLOSED_EARLY: early, Label.CLOSED_ON_TIME: on_time, Label.CLOSED_LATE: late}
        found[name] = parts | {Label.UNCLASSIFIED: whole - sum(parts.values())}
    return found


def contradictory() -> dict[str, Table]:
    """Return the tables that have more parts than what they say was received: nothing can be replayed of them."""
    return {name: table for name, table in tables().items() if check(table).finding is Finding.INCONSISTENT}


def events_of(label: Label, code: str, *, ended: bool) -> Iterator[bytes]:
    """Yield what a source sends of a dossier that comes to this label by AS_OF; `ended`: also where none can judge."""
    due = DUE if label is not Label.OPEN_IN_TIME else at("2020-05-04 08:00")
    known = {"due_at": datetime_of(due)} if label is not Label.UNCLASSIFIED else {}
    yield _event("accepted", RECEIVED, code, procedure="1.001", unit=UNIT, **known)
    if label in DONE or (ended and label is Label.UNCLASSIFIED):
        yield _event("done", DONE.get(label, DUE), code, result=True)
    elif label is Label.STOPPED:
        yield _event("stopped", at("2020-03-05 10:00"), code)


def _event(kind: str, moment: int, code: str, **facts: object) -> bytes:
    when = datetime_of(moment)
    event = {"specversion": "1.0", "id": f"{code}-{kind}", "source": "published/table", "time": when}
    event |= {"type": f"vn.dunghan.dossier.{kind}.v1", "subject": f"home/{code}", "arrivedtime": when, "data": facts}
    return msgspec.json.encode(event)


def replayed(labels: dict[Label, int], *, ended: bool = False) -> Board:
    """Return the board of the dossiers after intake and register have taken all that is sent of them."""
    log, registry, board = Topics(), CollectorRegistry(), board_of(())
    intake, decide, rules = IntakeMetrics(registry), RegisterMetrics(registry), load_rulebook(None)
    plans = (
        StepPlan(topics.INBOX.name, None, partial(Intake, partitions=PARTITIONS, metrics=intake, replay=True)),
        StepPlan(topics.EVENTS.name, topics.STATE.name, partial(Register, rules=rules, metrics=decide, replay=True)),
    )
    engine = MemoryEngine(log, plans, partitions=PARTITIONS)
    sent = ((code, event) for code, label in _dossiers(labels) for event in events_of(label, code, ended=ended))
    while some := list(islice(sent, SLICE)):
        for code, event in some:
            key = b"home/" + code.encode()
            log.append((topics.INBOX.name, partition_of(key, PARTITIONS)), [(key, event)], now=AS_OF)
        _run(engine, log, board)
    tick = msgspec.json.encode({"type": "vn.dunghan.tick.v1", "time": datetime_of(AS_OF)})
    for partition in range(PARTITIONS):
        log.append((topics.INBOX.name, partition), [(None, tick)], now=AS_OF)
    _run(engine, log, board)
    return board


def _dossiers(labels: dict[Label, int]) -> Iterator[tuple[str, Label]]:
    """Yield the code of each dossier and the label that it must come to."""
    each = (label for label, count in labels.items() for _ in range(count))
    return ((f"{number:07d}", label) for number, label in enumerate(each, 1))


def _run(engine: MemoryEngine, log: Topics, board: Board) -> None:
    """Let the engine take all that was sent, put the tallies on the board, and forget what the topics held.

    A table of half a million dossiers would otherwise need gigabytes for records that nobody reads again.
    """
    engine.run(AS_OF)
    for partition in range(PARTITIONS):
        for key, value in log.last(topics.TALLIES.name, partition).items():
            kind: type[Tally | Counted] = Counted if key.startswith(b"counted/") else Tally
            board.put(key.decode(), msgspec.json.decode(value, type=kind))
    log.records.clear()
    log.positions.clear()


def labels_on(board: Board, *, ended: bool = False) -> dict[Label, int]:
    """Return the labels of what was received, or of what has ended, as the board counts them, those above 0."""
    counts = board.counts(ALL)[UNIT]
    return {label: count for label, count in by_label(counts.closed if ended else counts.received).items() if count}


def figures() -> list[dict[str, str | float]]:
    """Return how many dossiers of every table over SMALL were replayed per second of CPU; one that differs raises."""
    return [
        _measured(name, labels, ended=ended)
        for ended, found in ((False, replayable()), (True, settled()))
        for name, labels in found.items()
        if sum(labels.values()) > SMALL
    ]


def _measured(name: str, labels: dict[Label, int], *, ended: bool) -> dict[str, str | float]:
    count, began = sum(labels.values()), process_time()
    computed = labels_on(replayed(labels, ended=ended), ended=ended)
    if computed != {label: found for label, found in labels.items() if found}:
        raise AssertionError(f"{name}: published {labels}, computed {computed}")
    rate = round(count / (process_time() - began))
    title = f"table {name}: {count:,} dossiers, {labels[Label.UNCLASSIFIED]:,} unclassified, labels equal"
    return {"name": title, "value": rate, "unit": "/s", "against": 2_000, "ratio": round(rate / 2_000, 2)}
