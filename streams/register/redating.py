"""Turns a partition from one edition of the rules to the next, and judges its dossiers again by it, slice after slice.

Time never passes the moment from which an edition counts before the partition has turned to it. Dossiers are then
judged again as they stood at that very moment, whenever their turn comes: one that is touched before its turn (by an
event, by a deadline) is first brought up to date. So every decision is what it would be if all had been judged at
once; only how late it is made differs. A dossier that the new rules leave as it is, is not written.

Which dossiers are done: those up to `cursor` in the order of their keys, and those marked with the present count of
editions, because they were written since. Both are in the state, so a worker that starts again goes on from there.
"""

import heapq
from collections.abc import Iterable, Iterator

import msgspec

from streams.core.counting import Counted
from streams.core.editions import Edition, Known, Timetable
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.clerk import Clerk
from streams.register.entries import Entry, Partition, Rules
from streams.register.page import Page
from streams.register.shelf import Shelf
from streams.wire import trail

TURNED = b'{"line":"reference"'
decode_turned = msgspec.json.Decoder(trail.Turned).decode
SLICE = 2_000
"""Dossiers looked at again in one epoch at the most, so that what arrives does not wait for the others."""


class Redating:
    """Which edition a partition works by, and which dossiers are still to be judged by it."""

    def __init__(self, reference: Known, clerk: Clerk, *, shelf: Shelf, page: Page, metrics: RegisterMetrics) -> None:
        """Begin with the first edition."""
        self.size = SLICE
        self._reference = reference
        self._clerk, self._shelf, self._page, self._metrics = clerk, shelf, page, metrics
        self._table: Timetable | None = None
        self._edition = self._reference.known.editions[0]
        self._count = 0
        self._as_of: Moment = 0
        self._cursor: bytes | None = None
        self._queue: list[bytes] | None = None
        self._ends_at: Moment | None = None
        self.wrote = False
        self._rule()

    @property
    def position(self) -> int:
        """The position of the reference that is known."""
        return self._reference.known.position

    @property
    def pending(self) -> bool:
        """Whether dossiers are still to be judged by the edition that counts."""
        return self._cursor is not None

    def ends_at(self, now: Moment) -> Moment | None:
        """Return the moment at which other rules count, one that has passed if they do already; None for never."""
        if self._reference.known is not self._table:
            self._look_up(now)
        return self._ends_at

    def restore(self, kept: Partition | None) -> None:
        """Go on where the partition stood; under rules that nobody knows (any more) everything is judged again.

        None: what it kept is lost, and its whole trail will say how often the rules changed.
        """
        if kept is None:
            self._count = 0
        else:
            self._stand(kept.reference, kept.edition, as_of=kept.as_of, cursor=kept.cursor)

    def follow(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines of the trail, and take from them what the partition has lost: how often the rules changed."""
        turned, count = None, self._count
        for line in lines:
            if line.startswith(TURNED):
                turned, count = decode_turned(line), count + 1
            yield line
        if turned is not None:
            self._stand(turned.reference, count, as_of=turned.decided_at, cursor=b"")

    def _stand(self, version: str, count: int, *, as_of: Moment, cursor: bytes | None) -> None:
        known = self._reference.known.named(version, as_of)
        self._table, self._queue = None, None
        self._count, self._as_of, self._cursor = count, as_of, cursor
        if known is None:
            rules = self._edition.rules
            known, self._cursor = Edition(0, Rulebook(version, rules.policy, rules.calendar_for(None))), None
        self._edition = known
        self._rule()

    def kept(self) -> Rules:
        """Return what `restore` needs of it."""
        return self._edition.rules.version, self._count, self._as_of, self._cursor

    def turn(self, now: Moment) -> Moment:
        """Turn to the edition that counts once `ends_at` has come; returns from when, `now` or later."""
        at = max(now, self.ends_at(now) or 0)
        before, self._edition = self._edition.rules.version, self._reference.known.at(at)
        self._count += 1
        self._as_of, self._cursor, self._queue = at, b"", None
        self._rule()
        self._look_up(at)
        self._page.say(trail.Turned(before, self._edition.rules.version, self.position, at))
        return at

    def touch(self, key: bytes, *, now: Moment, decided_at: Moment) -> None:
        """Bring a dossier up to date by the rules that count, before anything else happens to it."""
        if self._cursor is None or key <= self._cursor or (entry := self._shelf.get(key)) is None:
            return
        before, appointed = entry.standing, entry.next_at
        if self.bring_up(key, entry, now=now, decided_at=decided_at):
            changed = entry.standing != before
            self._metrics.redated.labels("changed" if changed else "unchanged").inc()
            if changed:
                self._shelf.put(key, entry, appointed=appointed)

    def bring_up(self, key: bytes, entry: Entry, *, now: Moment, decided_at: Moment) -> bool:
        """Judge a dossier again as it stood when the edition began, and tell of what fell due since; False if done."""
        if self._cursor is None or key <= self._cursor or entry.edition == self._count:
            return False
        if not self._concerns(entry.counted):
            return False
        subject = key.decode()
        self._clerk.decide(subject, entry, self._as_of, decided_at=decided_at)
        while entry.next_at is not None and entry.next_at <= now and not entry.leaving:
            self._clerk.decide(subject, entry, entry.next_at, decided_at=decided_at)
        return True

    def slice(self, *, now: Moment, decided_at: Moment) -> None:
        """Judge the next slice of dossiers again."""
        self.wrote = self.pending
        if self._cursor is None:
            return
        if self._queue is None:
            self._queue = [key for key in self._shelf if key > self._cursor]
            heapq.heapify(self._queue)
        for _ in range(self.size):
            if (found := self._next()) is None:
                break
            key, counted = found
            heapq.heappop(self._queue)
            if self._concerns(counted):
                self.touch(key, now=now, decided_at=decided_at)
            else:
                self._appoint_leaving(key)
            self._cursor = key
        if self._next() is None:
            self._cursor = self._queue = None

    def _appoint_leaving(self, key: bytes) -> None:
        """Appoint a closed dossier of which nothing else is awaited for its leaving; the verdict stays as it is."""
        appointed = self._shelf.appointed(key)
        if not self._clerk.lets_leave or (appointed is not None and not self._leave_sooner):
            return
        if (entry := self._shelf.get(key)) is None or (appointed is not None and not entry.leaving):
            return
        entry.next_at = None
        self._clerk.appoint_leaving(entry, self._as_of)
        if entry.next_at != appointed:
            self._shelf.put(key, entry, appointed=appointed)

    @property
    def _leave_sooner(self) -> bool:
        """Whether dossiers leave sooner than by the rules before; where later, each finds out at its moment."""
        before = self._reference.known.at(self._as_of - 1).rules.policy
        return self._edition.rules.policy.leave_after_days < before.leave_after_days

    def _next(self) -> tuple[bytes, Counted | None] | None:
        """Return the next key that has not been written since the edition began; it stays in the queue."""
        queue = self._queue or []
        while queue:
            seen = self._shelf.glance(queue[0])
            if seen is not None and seen[0] != self._count:
                return queue[0], seen[1]
            heapq.heappop(queue)
        return None

    def _concerns(self, counted: Counted | None) -> bool:
        """Return whether a dossier that is counted so is judged by new rules: open, or closed under rules put right."""
        return counted is None or counted.closed_on is None or self._edition.judges(counted.closed_on)

    def _rule(self) -> None:
        self._clerk.rules, self._clerk.edition = self._edition.rules, self._count

    def _look_up(self, now: Moment) -> None:
        self._table = table = self._reference.known
        following = table.next_after(now)
        if table.at(now).rules.version != self._edition.rules.version:
            self._ends_at = 0
        else:
            self._ends_at = None if following is None else following.counts_from
