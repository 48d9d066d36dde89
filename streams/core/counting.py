"""What a dossier adds to the tallies: one line of counts on each of the days of its life.

A changed dossier moves the tallies by what it adds now minus what it added before; both are values, so nothing that is
counted can be counted twice or forgotten, whatever restarts in between.
"""

import enum
from collections.abc import Iterator

import msgspec

from streams.core.labels import Cause, Label, Verdict
from streams.core.moments import Day


class Cohort(enum.StrEnum):
    """Which day of a dossier's life it is counted on."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DUE = "due"
    CLOSED = "closed"


class Alike(msgspec.Struct, frozen=True, array_like=True):
    """Everything by which counted dossiers are told apart; an empty text or 0 where the sources did not say."""

    label: Label
    cause: Cause
    board: Verdict
    field: str
    channel: str
    level: int


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """A dossier as it is counted: under which unit, on which days, and as what."""

    unit: str
    received_on: Day | None
    accepted_on: Day | None
    due_on: Day | None
    closed_on: Day | None
    alike: Alike

    def places(self) -> Iterator[tuple[Cohort, Day]]:
        """Yield the days on which the dossier is counted."""
        if self.received_on is not None:
            yield Cohort.RECEIVED, self.received_on
        if self.accepted_on is not None:
            yield Cohort.ACCEPTED, self.accepted_on
        if self.due_on is not None:
            yield Cohort.DUE, self.due_on
        if self.closed_on is not None:
            yield Cohort.CLOSED, self.closed_on
