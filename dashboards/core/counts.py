"""What a board answers: how many dossiers of a unit, in one period, are alike in everything that is counted.

The figures are as of the last tally, not as of the period's end: a dossier received in March and closed late in May is
`closed_late` in March's cohort from May on. A frozen report keeps what was known when it was made.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from streams.core.counting import Cohort
from streams.core.labels import Cause, Label, Verdict
from streams.wire.records import Cell

CLOSED_IN_TIME: Final = frozenset({Label.CLOSED_EARLY, Label.CLOSED_ON_TIME})
OPEN_IN_TIME: Final = frozenset({Label.OPEN_IN_TIME, Label.OPEN_DUE_SOON, Label.PAUSED})
"""What an article calls `not yet due`: rows 8, 9 and 10 of the table of labels."""
LATE: Final = frozenset({Label.CLOSED_LATE, Label.OPEN_OVERDUE})
CLOSED: Final = CLOSED_IN_TIME | {Label.CLOSED_LATE, Label.REFUSED, Label.STOPPED}


class Kind(NamedTuple):
    """Everything by which dossiers of one cohort are told apart; as in a Cell, without its cohort and its count."""

    label: Label
    cause: Cause = Cause.NONE
    board: Verdict = Verdict.NONE
    field: str = ""
    channel: str = ""
    level: int = 0


def kind_of(cell: Cell) -> Kind:
    """Return what the cell's dossiers have in common."""
    return Kind(cell.label, cell.cause, cell.board, cell.field, cell.channel, cell.level)


Tallied = Mapping[Kind, int]


def total(tallied: Tallied, labels: Iterable[Label] = Label) -> int:
    """Return how many dossiers carry one of the labels."""
    wanted = frozenset(labels)
    return sum(count for kind, count in tallied.items() if kind.label in wanted)


def by_label(tallied: Tallied) -> dict[Label, int]:
    """Return the dossiers by label, every label present, 0 where there is none."""
    counted = dict.fromkeys(Label, 0)
    for kind, count in tallied.items():
        counted[kind.label] += count
    return counted


@dataclass(frozen=True, slots=True)
class Counts:
    """One unit's dossiers in one period, by the day that makes them belong to it.

    `received`, `accepted`, `due`, `closed`: the dossiers whose day of that name lies in the period. `carried`: received
    before the period and not closed before it; it may hold negative counts where sources claim a closing before the
    receipt, and is shown so. A dossier may stand in several of them, never twice in one.
    """

    received: Tallied = field(default_factory=dict)
    accepted: Tallied = field(default_factory=dict)
    due: Tallied = field(default_factory=dict)
    closed: Tallied = field(default_factory=dict)
    carried: Tallied = field(default_factory=dict)

    def without(self, cause: Cause) -> "Counts":
        """Return the counts as if the dossiers judged late for this cause had never been in any cohort."""

        def kept(tallied: Tallied) -> Tallied:
            return {kind: count for kind, count in tallied.items() if kind.cause is not cause}

        return Counts(*(kept(tallied) for tallied in self.parts()))

    def __add__(self, other: "Counts") -> "Counts":
        """Return both together, cohort by cohort; what was carried over is then that of both."""
        return Counts(*(summed((mine, theirs)) for mine, theirs in zip(self.parts(), other.parts(), strict=True)))

    def less(self, taken: "Counts") -> "Counts":
        """Return what remains when `taken` is taken out, cohort by cohort."""
        minus = Counts(*({kind: -count for kind, count in tallied.items()} for tallied in taken.parts()))
        return self + minus

    def parts(self) -> tuple[Tallied, Tallied, Tallied, Tallied, Tallied]:
        """Return received, accepted, due, closed, carried."""
        return (self.received, self.accepted, self.due, self.closed, self.carried)


COHORTS: Final = (Cohort.RECEIVED, Cohort.ACCEPTED, Cohort.DUE, Cohort.CLOSED)
"""The cohorts in the order of the fields of Counts."""


def summed(parts: Iterable[Tallied]) -> dict[Kind, int]:
    """Return the sum of the parts, kind by kind, without zeros."""
    together: Counter[Kind] = Counter()
    for part in parts:
        together.update(part)  # `+` of Counters would drop what is below zero
    return {kind: count for kind, count in together.items() if count}


def unreceived(counts: Counts) -> int:
    """Return how many dossiers, at the least, were accepted, due or closed in the period but not received in it.

    Asked of all days there are, it is those without any day of receipt: no label of what was received holds them.
    """
    others = (counts.accepted, counts.due, counts.closed)
    return sum(
        max(0, max(part.get(kind, 0) for part in others) - counts.received.get(kind, 0))
        for kind in {kind for part in others for kind in part}
    )


def verdict_of(label: Label) -> Verdict:
    """Return the board's verdict that a label by itself implies; a published table says no more."""
    if label in LATE:
        return Verdict.OVERDUE
    return Verdict.IN_TIME if label in CLOSED_IN_TIME | OPEN_IN_TIME else Verdict.NONE


def counts_of_labels(labels: Mapping[Label, int], *, carried: Mapping[Label, int] | None = None) -> Counts:
    """Return the counts of a table of labels alone: all are taken as due, and the closed as closed in the period."""
    received = {Kind(label, board=verdict_of(label)): count for label, count in labels.items() if count}
    over = {Kind(label, board=verdict_of(label)): count for label, count in (carried or {}).items() if count}
    both = summed((received, over))
    return Counts(
        received=received,
        accepted=received,
        due=both,
        closed={kind: count for kind, count in both.items() if kind.label in CLOSED},
        carried=over,
    )
