"""Exports taken in without a server, and the figures that the rules give of them, for tests."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry

from dashboards.core.board import board_of
from dashboards.core.periods import period_of
from deploy.connect.desk import Desk
from deploy.connect.exports import Export
from deploy.connect.importing import Import, Piece
from deploy.connect.outcome import Outcome
from deploy.connect.rows import Problem
from deploy.connect.snapshot import Sending, Snapshot
from deploy.connect.sources import Source, load_sources
from deploy.rulebook import load_rulebook
from streams import topics
from streams.core.labels import Label
from streams.core.moments import Moment
from streams.engine.memory import MemoryEngine, Topics
from streams.engine.plan import StepPlan
from streams.intake.step import Intake
from streams.metrics import IntakeMetrics, RegisterMetrics
from streams.register.register import Register
from streams.wire.records import Counted, Tally

PARTITIONS = 2
RULES = load_rulebook()
CELLS = {
    Label.REFUSED: "refused", Label.STOPPED: "stopped", Label.CLOSED_EARLY: "in time", Label.CLOSED_ON_TIME: "in time",
    Label.CLOSED_LATE: "late", Label.AWAITING_INTAKE: "awaiting", Label.OPEN_OVERDUE: "overdue",
    Label.PAUSED: "waiting", Label.OPEN_DUE_SOON: "open", Label.OPEN_IN_TIME: "open", Label.UNCLASSIFIED: "?",
}  # fmt: skip
"""What a clerk's pivot table calls each label."""


def shipped(name: str) -> Source:
    """Return a source that is shipped."""
    return next(one for one in load_sources() if one.name == name)


class Office:
    """An office that imports again and again; it keeps the last snapshots as the topic would."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.kept: dict[str, bytes] = {}
        self.sent: list[Sending] = []
        self.told: list[Problem] = []

    def take(self, file: Path, *, as_of: Moment, partial: bool = False) -> Outcome:
        with Export(file, sheet=self.source.sheet, encoding=self.source.encoding) as export, Desk() as desk:
            for code, snapshot in self.kept.items():
                desk.lay(code, snapshot)
            run = Import(self.source, desk=desk, as_of=as_of, publish=self._publish, tell=self.told.append)
            return run.run(export, partial=partial)

    def snapshots(self) -> list[Snapshot]:
        return [msgspec.msgpack.decode(each, type=Snapshot) for each in self.kept.values()]

    def _publish(self, piece: Piece) -> None:
        self.sent += piece.events
        for one in piece.snapshots:
            self.kept[one.row.code] = msgspec.msgpack.encode(one)


def figures(sent: Iterable[Sending], *, now: Moment, period: str = "2026-Q3") -> Counter[tuple[str, str]]:
    """Return what the pipeline counts at `now`, by unit and cell of the pivot: intake and register over the events."""
    log = Topics()
    for number, event in enumerate(sent):
        record = (event.subject.encode(), msgspec.json.encode(event))
        log.append((topics.INBOX.name, number % PARTITIONS), [record], now=now)
    MemoryEngine(log, _plans(), partitions=PARTITIONS).run(now)
    assert not any(log.records[topics.REJECTED.name, partition] for partition in range(PARTITIONS))
    return pivoted(_tallies(log), now=now, period=period)


def pivoted(
    tallies: Iterable[tuple[str, Tally | Counted | None]], *, now: Moment, period: str
) -> Counter[tuple[str, str]]:
    """Return the tallies as a pivot table of those received in the period."""
    found: Counter[tuple[str, str]] = Counter()
    for unit, counts in board_of(tallies).counts(period_of(period, now=now)).items():
        for kind, count in counts.received.items():
            found[unit, CELLS[kind.label]] += count
    return +found


def _tallies(log: Topics) -> Iterable[tuple[str, Tally | Counted | None]]:
    for partition in range(PARTITIONS):
        for record in log.records[topics.TALLIES.name, partition]:
            key = (record.key or b"").decode()
            if not key.startswith("counted/"):
                yield key, None if record.value is None else msgspec.json.decode(record.value, type=Tally)


def _plans() -> tuple[StepPlan, StepPlan]:
    registry = CollectorRegistry()
    intake, decide = IntakeMetrics(registry), RegisterMetrics(registry)
    return (
        StepPlan(topics.INBOX.name, None, lambda partition: Intake(partition, partitions=PARTITIONS, metrics=intake)),
        StepPlan(
            topics.EVENTS.name,
            topics.STATE.name,
            lambda partition: Register(partition, rules=RULES, metrics=decide),
        ),
    )
