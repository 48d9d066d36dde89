"""The figures as they would have stood at a moment: from dossier.events alone, with nothing but the rules.

Nothing of the workers' state is used: every event that had arrived by then is folded, every dossier judged at that
moment, and the board is their sum.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from dashboards.core.board import Board, board_of
from dashboards.core.cases import Case
from dashboards.core.periods import Period
from deploy.inspecting import case_of, reminded
from deploy.reading import Log
from streams.core.audit import audited
from streams.core.counting import Counted, count_of
from streams.core.dating import ranking_moments
from streams.core.dossier import Dossier, after, new
from streams.core.findings import Finding
from streams.core.judgement import judge
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.register.tallies import Tallies
from streams.topics import EVENTS
from streams.wire import cloudevents, ticks
from streams.wire.malformed import Malformed
from streams.wire.records import Tally


class Recounted(NamedTuple):
    """The board as of then, the procedures of the dossiers received in the period, and records that are no events.

    `cases` are what the audit of units reads of each dossier, `noted` each finding with the dossier that it is about.
    """

    board: Board
    used: frozenset[str]
    unreadable: int
    cases: tuple[Case, ...] = ()
    noted: tuple[tuple[str, Finding], ...] = ()


def recounted(log: Log, period: Period, *, as_of: Moment, rules: Rulebook) -> Recounted:
    """Return the figures as of the moment; LogUnreadable. A partition at a time is held in memory."""
    tallies: list[tuple[str, Tally]] = []
    used: set[str] = set()
    unreadable = 0
    cases: list[Case] = []
    noted: list[tuple[str, Finding]] = []
    mailed = reminded(log, until=as_of)
    for partition in range(log.partitions(EVENTS)):
        counts = Tallies(partition)
        records = ((record.key or b"", record.value or b"") for record in log.whole(EVENTS, partition))
        dossiers, faults = _folded(records, as_of)
        unreadable += faults
        for key, dossier in dossiers.items():
            name = key.decode(errors="replace")
            counted, found = counted_of(dossier, at=as_of, rules=rules)
            counts.move(None, counted)
            label, told = counted.alike.label, name in mailed
            cases.append(case_of(name, dossier, label=label, found=found, rules=rules, reminded=told))
            noted += ((name, one) for one in found)
            if dossier.procedure and counted.received_on is not None and counted.received_on in period:
                used.add(dossier.procedure)
        tallies += [(key.decode(), msgspec.json.decode(value, type=Tally)) for key, value in counts.flush() if value]
    return Recounted(board_of(tallies), frozenset(used), unreadable, tuple(cases), tuple(noted))


def counted_of(dossier: Dossier, *, at: Moment, rules: Rulebook) -> tuple[Counted, tuple[Finding, ...]]:
    """Return how the dossier is counted as it stands at the moment (as the register counts it), and its findings."""
    dues = ranking_moments(dossier, rules=rules)
    standing = judge(dossier, now=at, rules=rules, dues=dues)
    found = audited(dossier, now=at, rules=rules, dues=dues)[0]
    return count_of(dossier, standing, found), found


def _folded(records: Iterable[tuple[bytes, bytes]], as_of: Moment) -> tuple[dict[bytes, Dossier], int]:
    dossiers: dict[bytes, Dossier] = {}
    unreadable = 0
    for key, value in records:
        if ticks.is_tick(value):
            continue
        try:
            event = cloudevents.decoded(value)
        except Malformed:
            unreadable += 1
            continue
        if event.arrived_at <= as_of:
            known = dossiers.get(key) or new(key.decode().partition("/")[0])
            dossiers[key] = after(known, event)
    return dossiers, unreadable
