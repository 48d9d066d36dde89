"""Lets time pass over a partition: every deadline in order, and the rules that count at each moment.

Invariant: an epoch is decided by one edition of the rules. Where another begins to count, time stops the second before;
the next epoch, before it does anything else, turns to it, once all dossiers have been judged by the edition before.
"""

from typing import Final

from streams.core.moments import Moment
from streams.register.desk import Desk
from streams.register.leaving import Leaving
from streams.register.redating import Redating

SLICE = 5_000
"""Deadlines decided in one epoch at the most, so that a million due at one second do not hold up what arrives."""

NOW: Final[Moment] = 0
"""Stands for at once: the time of a partition itself may be ahead of the clock, where that was ahead once."""


class Passing:
    """The time `now` that a partition has come to; in a `replay` decisions fall at it, else by the clock."""

    def __init__(self, desk: Desk, redating: Redating, leaving: Leaving, *, replay: bool) -> None:
        """Begin at the beginning of time."""
        self.now: Moment = 0
        self.redating = redating
        self._clerk, self._shelf, self._page, _ = desk
        self._leaving, self._replay = leaving, replay

    @property
    def next_at(self) -> Moment | None:
        """When a dossier, or the rules, change by time alone; at once while dossiers are to be judged again."""
        if self.redating.pending:
            return NOW
        ends_at, next_at = self.redating.ends_at(self.now), self._shelf.next_at
        return next_at if ends_at is None else ends_at if next_at is None else min(ends_at, next_at)

    @property
    def moved(self) -> bool:
        """Whether anything has been decided or judged again in this epoch, or the rules have changed."""
        return bool(self._page.decisions) or not self._page.blank or self.redating.wrote

    def to(self, until: Moment, clock: Moment) -> bool:
        """Let time pass to `until`; False if before that a slice is full, or other rules count in the next epoch."""
        return self._by_rules_of(until, clock) and self._run(until, clock)

    def to_arrival(self, key: bytes, at: Moment, clock: Moment) -> bool:
        """Let time pass to the arrival of a record for a dossier: what falls due before it is decided without it."""
        if not self._by_rules_of(at, clock) or not self._run(at - 1, clock):
            return False
        if self.redating.pending:
            self.redating.touch(key, now=self.now, decided_at=self._decided_at(clock))
        self.now = max(self.now, at)
        return True

    def redate(self, clock: Moment) -> None:
        """Judge the next slice of dossiers again, if other rules count than those they were judged by."""
        self.redating.slice(now=self.now, decided_at=self._decided_at(clock))

    def _by_rules_of(self, until: Moment, clock: Moment) -> bool:
        ends_at = self.redating.ends_at(self.now)
        if ends_at is None or ends_at > until:
            return True
        if not self._run(ends_at - 1, clock) or self.redating.pending or self._page.decisions or not self._page.blank:
            return False
        self.now = self.redating.turn(self.now)
        return self._by_rules_of(until, clock)

    def _run(self, until: Moment, clock: Moment) -> bool:
        """Decide what is due until then, in order; False if a slice of decisions is full before that."""
        while self._page.decisions < SLICE:
            found = self._shelf.due(until)
            if found is None:
                self.now = max(self.now, until)
                return True
            at, key, entry = found
            self.now = max(self.now, at)
            self._page.decisions += 1
            decided_at = self._decided_at(clock)
            if self.redating.bring_up(key, entry, now=self.now, decided_at=decided_at):
                self._shelf.put(key, entry, appointed=None)
            elif entry.leaving:
                self._leaving.leave(key, entry, self.now)
            else:
                self._clerk.decide(key.decode(), entry, self.now, decided_at=decided_at)
                self._shelf.put(key, entry, appointed=None)
        return False

    def _decided_at(self, clock: Moment) -> Moment:
        return self.now if self._replay else max(self.now, clock)
