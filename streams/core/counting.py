"""What a dossier adds to the tallies: one line of counts on each of the days of its life.

A changed dossier moves the tallies by what it adds now minus what it added before; both are values, so nothing that is
counted can be counted twice or forgotten, whatever restarts in between.
"""

from typing import Final

import msgspec

from streams.core.dossier import Dossier
from streams.core.findings import Finding, Rule
from streams.core.judgement import Standing
from streams.core.labels import Cause, Label, Verdict
from streams.core.moments import Day, Moment, day_of
from streams.core.words import Word


class Cohort(Word):
    """Which day of a dossier's life it is counted on."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DUE = "due"
    CLOSED = "closed"


COHORTS: Final = tuple(Cohort)
"""The cohorts in the order of a dossier's life."""


class Alike(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Everything by which counted dossiers are told apart; an empty text or 0 where the sources did not say."""

    label: Label
    cause: Cause
    board: Verdict
    field: str
    channel: str
    level: int


class Counted(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A dossier as it is counted: under which unit, on which days, as what, and with findings of which rules."""

    unit: str
    received_on: Day | None
    accepted_on: Day | None
    due_on: Day | None
    closed_on: Day | None
    alike: Alike
    rules: tuple[Rule, ...] = ()
    """The rules of the findings that hold, each once, in order."""

    @property
    def days(self) -> tuple[Day | None, Day | None, Day | None, Day | None]:
        """The days on which the dossier is counted, in the order of `COHORTS`; None where it has none."""
        return self.received_on, self.accepted_on, self.due_on, self.closed_on

    @property
    def found_on(self) -> Day:
        """Return the day on which its findings are counted: that of receipt, 1970-01-01 where nobody said."""
        return self.received_on or 0


def count_of(dossier: Dossier, standing: Standing, found: tuple[Finding, ...]) -> Counted:
    """Return how a dossier that stands so, with these findings, is counted."""
    return Counted(
        dossier.unit or "",
        _day(dossier.received_at),
        _day(dossier.accepted_at),
        _day(standing.ranking_due_at),
        _day(dossier.closed_at),
        Alike(
            standing.label,
            standing.cause,
            standing.board,
            dossier.field or "",
            dossier.channel or "",
            dossier.level or 0,
        ),
        tuple(sorted({finding.rule for finding in found})) if found else (),
    )


def _day(at: Moment | None) -> Day | None:
    return None if at is None else day_of(at)
