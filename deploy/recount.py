"""The figures as they would have stood at a moment: from dossier.events alone, with nothing but the rules.

Nothing of the workers' state is used: every event that had arrived by then is folded, every dossier judged at that
moment, and the board is their sum.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from dashboards.core.board import Board, board_of
from dashboards.core.periods import Period
from deploy.reading import Log
from streams.core.audit import audited
from streams.core.counting import Counted, count_of
from streams.core.dating import ranking_moments
from streams.core.dossier import Dossier, after, new
from streams.core.judgement import judge
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.register.tallies import Tallies
from streams.topics import EVENTS
from streams.wire import cloudevents, ticks
from streams.wire.malformed import Malformed
from streams.wire.records import Tally


class Recounted(NamedTuple):
    """The board as of then, the procedures of the dossiers received in the period, and records that are no events."""

    board: Board
    used: frozenset[str]
    unreadable: int


def recounted(log: Log, period: Period, *, as_of: Moment, rules: Rulebook) -> Recounted:
    """Return the figures as of the moment; LogUnreadable. A partition at a time is held in memory."""
    tallies: list[tuple[str, Tally]] = []
    used: set[str] = set()
    unreadable = 0
    for partition in range(log.partitions(EVENTS)):
        counts = Tallies(partition)
        records = ((record.key or b"", record.value or b"") for record in log.whole(EVENTS, partition))
        dossiers, faults = _folded(records, as_of)
        unreadable += faults
        for dossier in dossiers:
            counted = counted_of(dossier, at=as_of, rules=rules)
            counts.move(None, counted)
            if dossier.procedure and counted.received_on is not None and counted.received_on in period:
                used.add(dossier.procedure)
        tallies += [(key.decode(), msgspec.json.decode(value, type=Tally)) for key, value in counts.flush() if value]
    return Recounted(board_of(tallies), frozenset(used), unreadable)


def counted_of(dossier: Dossier, *, at: Moment, rules: Rulebook) -> Counted:
    """Return how the dossier is counted as it stands at the moment (as the register counts it)."""
    dues = ranking_moments(dossier, rules=rules)
    standing = judge(dossier, now=at, rules=rules, dues=dues)
    return count_of(dossier, standing, audited(dossier, now=at, rules=rules, dues=dues)[0])


def _folded(records: Iterable[tuple[bytes, bytes]], as_of: Moment) -> tuple[list[Dossier], int]:
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
    return list(dossiers.values()), unreadable
