"""The four rates in official use, each under its own name, with the raw counts that made it (docs/rates.md).

A rate is a pair of whole numbers; it is divided last, exactly, and not at all by nothing. The dossiers that cannot be
judged are given beside it, never absorbed: `resolved` and `due` leave them out of both numbers, `handled` has them in
both, `board766` in its denominator.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from dashboards.core.counts import CLOSED_IN_TIME, LATE, OPEN_IN_TIME, Counts, total
from streams.core.labels import Cause, Label, Verdict


class RateName(enum.StrEnum):
    """Which rate: who uses it is in docs/rates.md."""

    RESOLVED = "resolved"
    DUE = "due"
    HANDLED = "handled"
    BOARD766 = "board766"


class CauseView(enum.StrEnum):
    """With every dossier, or without those judged late only because their closing arrived or was keyed late."""

    ALL = "all"
    WITHOUT_SYNC = "without_sync"


@dataclass(frozen=True, slots=True)
class Rate:
    """`numerator` of `denominator` dossiers; `left_out` more are unclassified in the same cohort."""

    name: RateName
    view: CauseView
    numerator: int
    denominator: int
    left_out: int = 0

    @property
    def value(self) -> Fraction | None:
        """Return the exact ratio; None when there is nothing to divide by."""
        return Fraction(self.numerator, self.denominator) if self.denominator > 0 else None


Parts = tuple[int, int, int]
"""Numerator, denominator, left out."""


def _resolved(counts: Counts) -> Parts:
    on_time = total(counts.closed, CLOSED_IN_TIME)
    return on_time, on_time + total(counts.closed, {Label.CLOSED_LATE}), total(counts.closed, {Label.UNCLASSIFIED})


def _due(counts: Counts) -> Parts:
    on_time = total(counts.due, CLOSED_IN_TIME)
    return on_time, on_time + total(counts.due, LATE), total(counts.due, {Label.UNCLASSIFIED})


def _in_hand(counts: Counts) -> int:
    return total(counts.received) + total(counts.carried)


def _unclassified(counts: Counts) -> int:
    return total(counts.received, {Label.UNCLASSIFIED}) + total(counts.carried, {Label.UNCLASSIFIED})


def _handled(counts: Counts) -> Parts:
    late = total(counts.received, LATE) + total(counts.carried, LATE)
    # Gia Lai's formula takes whatever is not late as handled, holes too: they are in both numbers, and still shown.
    return _in_hand(counts) - late, _in_hand(counts), _unclassified(counts)


def _board766(counts: Counts) -> Parts:
    judged = (
        count
        for tallied in (counts.received, counts.carried)
        for kind, count in tallied.items()
        if kind.board is Verdict.IN_TIME and kind.label in CLOSED_IN_TIME | OPEN_IN_TIME
    )
    return sum(judged), _in_hand(counts), _unclassified(counts)


FORMULAS: Final[dict[RateName, Callable[[Counts], Parts]]] = {
    RateName.RESOLVED: _resolved,
    RateName.DUE: _due,
    RateName.HANDLED: _handled,
    RateName.BOARD766: _board766,
}


def seen(counts: Counts, view: CauseView) -> Counts:
    """Return the counts that the view looks at."""
    return counts.without(Cause.SYNC) if view is CauseView.WITHOUT_SYNC else counts


def rate_of(counts: Counts, name: RateName, view: CauseView = CauseView.ALL) -> Rate:
    """Return one rate of the counts (DOMAIN formulas in docs/rates.md)."""
    return Rate(name, view, *FORMULAS[name](seen(counts, view)))


def rates_of(counts: Counts) -> tuple[Rate, ...]:
    """Return all four rates, with and without `sync`, in a fixed order."""
    views = [(view, seen(counts, view)) for view in CauseView]
    return tuple(Rate(name, view, *FORMULAS[name](looked_at)) for name in RateName for view, looked_at in views)


def accounted_for(counts: Counts) -> Rate:
    """Return board766 of the dossiers accounted for: what an article divides by when it forgets the hole."""
    whole = rate_of(counts, RateName.BOARD766)
    return Rate(whole.name, whole.view, whole.numerator, whole.denominator - whole.left_out, whole.left_out)


def synchronised(counts: Counts) -> tuple[int, int]:
    """Return (received less those judged late for `sync`, received): the only fault of synchronisation tallies know."""
    return total(seen(counts, CauseView.WITHOUT_SYNC).received), total(counts.received)


def online(counts: Counts, level: int | None = None) -> tuple[int, int]:
    """Return (received online, received) of one level of service, or of all; an unstated channel is not online."""
    of_level = {kind: count for kind, count in counts.received.items() if level in (None, kind.level)}
    return sum(count for kind, count in of_level.items() if kind.channel == "online"), sum(of_level.values())
