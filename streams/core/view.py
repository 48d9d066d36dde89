"""A dossier as the rules of the audit look at it: its facts, its due moments, the policy, the calendar of its unit.

A rule answers with signs: what it sees, from which moment on, and where the evidence is. The evidence itself is read
only of what has come true, because the history of a dossier stays packed until somebody asks for it.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import msgspec

from streams.core.calendar import Calendar
from streams.core.dossier import Dossier
from streams.core.dues import NEVER, Dues
from streams.core.events import Accepted, AnyBody, Event, Observed, Reappointed
from streams.core.findings import Rule
from streams.core.history import standing
from streams.core.limits import Limit
from streams.core.moments import Moment
from streams.core.rulebook import Policy
from streams.core.voices import parted

Evidence: TypeAlias = Callable[[], tuple[str, ...]]
"""Gives the ids of the events that show something."""


class Sign(msgspec.Struct, frozen=True, gc=False):
    """What a rule sees, and from which moment on, be it past or to come; it stands for as long as nothing happens."""

    rule: Rule
    evidence: Evidence
    at: Moment
    note: str = ""


Signs: TypeAlias = tuple[Sign, ...]


class View:
    """What a rule may read; it lives for one look. `limit` is None where there is none that can be read.

    `late_from` is the first moment at which the dossier is, was or will be past due if nothing more happens; None where
    it was closed in time, or where its clock stands and nobody can say how long.
    """

    __slots__ = ("_events", "calendar", "dossier", "dues", "late_from", "limit", "policy")

    def __init__(
        self, dossier: Dossier, dues: Dues, *, policy: Policy, calendar: Calendar, limit: Limit | None = None
    ) -> None:
        """Look at a dossier with its ranking due moments."""
        self.dossier = dossier
        self.dues = dues
        self.policy = policy
        self.calendar = calendar
        self.limit = limit
        self.late_from = _late_from(dossier, dues)
        self._events: tuple[Event, ...] | None = None

    def counted(self) -> tuple[Event, ...]:
        """Return the events that count, in order."""
        if self._events is None:
            events = self.dossier.events
            self._events = events if self.dossier.plain else parted(standing(events)[0], self.dossier.home)[0]
        return self._events

    def shown(self, *kinds: type[AnyBody], by: Moment) -> Evidence:
        """Point at the events of these kinds, and the snapshots, up to a moment."""
        return partial(self._shown, kinds, by)

    def _shown(self, kinds: tuple[type[AnyBody], ...], by: Moment) -> tuple[str, ...]:
        return tuple(event.id for event in self.counted() if event.at <= by and type(event.body) in (*kinds, Observed))

    def at(self, *moments: Moment) -> Evidence:
        """Point at the events of these moments."""
        return partial(self._at, moments)

    def _at(self, moments: tuple[Moment, ...]) -> tuple[str, ...]:
        return tuple(event.id for event in self.counted() if event.at in moments)

    def naming(self) -> tuple[str, ...]:
        """Return the ids of the events that appointed the due moment; of the acceptance where none did."""
        appointed_at = self.dossier.appointed_at
        if appointed_at is None:
            return self._shown((Accepted,), self.dossier.accepted_at or 0)
        kinds = (Accepted, Observed, Reappointed)
        return tuple([one.id for one in self.dossier.events if one.at == appointed_at and type(one.body) in kinds])


def these(*ids: str) -> Evidence:
    """Point at events whose ids are known."""
    return lambda: ids


def _late_from(dossier: Dossier, dues: Dues) -> Moment | None:
    due_at = dues.ranking_due_at
    if due_at is None:
        return None
    if dossier.closed_at is not None:
        return due_at + 1 if dossier.closed_at > due_at else None
    for start, end in dues.stands:
        # While the clock stands the dossier is judged at the moment at which it stopped.
        if start <= due_at and due_at + 1 < end:
            return None if end == NEVER else end
    return due_at + 1
