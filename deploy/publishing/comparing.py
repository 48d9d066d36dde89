"""What other rules do to one dossier at one moment, and the sum of it over many; touches nothing."""

from typing import NamedTuple

import msgspec
from prometheus_client import CollectorRegistry

from streams.core.editions import is_judged_again
from streams.core.judgement import judge
from streams.core.labels import Label
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.core.stages import Told
from streams.metrics import RegisterMetrics
from streams.register.clerk import Clerk
from streams.register.entries import Entry
from streams.register.page import Page
from streams.register.stubs import Stub
from streams.register.tallies import Tallies


class Effect(NamedTuple):
    """How many open dossiers change, and how; `closed` are closed ones judged otherwise.

    `withdrawn` and `told` count notices: those that no longer hold, and those that are new. `left` are closed ones that
    would be judged again, had they not left the state.
    """

    judged: int = 0
    later: int = 0
    earlier: int = 0
    left_overdue: int = 0
    entered_overdue: int = 0
    withdrawn: int = 0
    told: int = 0
    closed: int = 0
    left: int = 0

    def plus(self, other: "Effect") -> "Effect":
        """Return both together."""
        return Effect(*map(sum, zip(self, other, strict=True)))


class Seen(NamedTuple):
    """How a dossier stands: its due moment (of the intake, while it waits for that), its label, what has been told."""

    due_at: Moment | None
    label: Label
    told: tuple[Told, ...]


def effect_of(before: Seen, after: Seen, *, had: tuple[Told, ...]) -> Effect:
    """Return what changes from one to the other; `had` is what had been told when the rules changed."""
    moved = 0 if before.due_at is None or after.due_at is None else after.due_at - before.due_at
    was, now = before.label is Label.OPEN_OVERDUE, after.label is Label.OPEN_OVERDUE
    stood, stands = ({told.id for told in seen.told} for seen in (before, after))
    return Effect(
        judged=1,
        later=int(moved > 0),
        earlier=int(moved < 0),
        left_overdue=int(was and not now),
        entered_overdue=int(now and not was),
        withdrawn=len({told.id for told in had} & stood - stands),
        told=len(stands - stood),
    )


class Judging:
    """One dossier after the other under the rules of now and of then, at a moment; what it writes is thrown away."""

    def __init__(self, now: Rulebook, then: Rulebook, *, at: Moment, closed_since: Moment | None = None) -> None:
        """Judge at this moment; of the closed dossiers those closed at or after `closed_since`, none without it."""
        self._at, self._closed_since = at, closed_since
        self._rules = (now, then)
        self._page = Page(0)
        metrics = RegisterMetrics(CollectorRegistry())
        self._now, self._then = (Clerk(rules, self._page, tallies=Tallies(0), metrics=metrics) for rules in self._rules)

    def of(self, key: str, entry: Entry, *, current: bool) -> Effect | None:
        """Return what changes for a dossier, None if it is not judged again.

        `current`: its entry is as the rules of now left it, so nothing changes before its next moment.
        """
        closed_on = None if entry.counted is None else entry.counted.closed_on
        if closed_on is not None and not is_judged_again(closed_on, self._closed_since):
            return None
        if entry.leaving and _falls(entry, self._at - 1):
            return Effect(left=1)  # it will have, by then
        self._page.turn()
        if not current or _falls(entry, self._at - 1):
            self._now.decide(key, entry, self._at - 1, decided_at=self._at - 1)
        had, other = entry.told, msgspec.structs.replace(entry)
        if _falls(entry, self._at):
            self._now.decide(key, entry, self._at, decided_at=self._at)
        self._then.decide(key, other, self._at, decided_at=self._at)
        before, after = (self._seen(one, rules) for one, rules in zip((entry, other), self._rules, strict=True))
        found = effect_of(before, after, had=had)
        return found if closed_on is None else Effect(closed=int(before.label is not after.label))

    def left(self, stub: Stub) -> Effect | None:
        """Return the same for a dossier that has left: what it was judged then stays."""
        closed_on = stub.counted.closed_on
        return Effect(left=1) if closed_on is not None and is_judged_again(closed_on, self._closed_since) else None

    def _seen(self, entry: Entry, rules: Rulebook) -> Seen:
        standing = judge(entry.dossier, now=self._at, rules=rules)
        due_at = standing.intake_due_at if standing.label is Label.AWAITING_INTAKE else standing.ranking_due_at
        return Seen(due_at, standing.label, entry.told)


def _falls(entry: Entry, until: Moment) -> bool:
    return entry.next_at is not None and entry.next_at <= until
