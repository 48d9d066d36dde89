"""The heart: takes events and time, returns what changed and what must be said; a plain object for one partition.

Time passes through every moment at which something is due, in order, before the next record is taken: what fell due
before a record arrived is decided without it, and what the record settles is never told. While there is a backlog, time
does not pass the arrival of the last record taken.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

from streams import topics
from streams.border import Epoch, Incoming, Poisoned
from streams.core.dossier import after, new
from streams.core.events import Event
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.clerk import Clerk
from streams.register.entries import PARTITION_KEY, Entry, partition_of
from streams.register.page import Page
from streams.register.shelf import Shelf
from streams.register.tallies import Tallies
from streams.wire import cloudevents, ticks, trail
from streams.wire.malformed import Malformed
from streams.wire.records import Mark

SLICE = 5_000
"""Deadlines decided in one epoch at the most, so that a million due at one second do not hold up what arrives."""


class Register:
    """One partition of the register; `rules` is what counts, `replay` believes the ticks in the log."""

    def __init__(
        self,
        partition: int,
        *,
        rules: Rulebook,
        metrics: RegisterMetrics,
        replay: bool = False,
        skipped: Container[int] = (),
    ) -> None:
        """Begin with no dossier; records at the `skipped` offsets are passed over, and the trail says so."""
        self._skipped = skipped
        self._partition = partition
        self._metrics = metrics
        self._replay = replay
        self._tallies = Tallies(partition)
        self._shelf = Shelf(self._tallies)
        self._page = Page(partition)
        self._clerk = Clerk(rules, self._page, self._tallies, metrics)
        self._now: Moment = 0
        self._announced = False

    @property
    def next_at(self) -> Moment | None:
        """When the next dossier changes by time alone; at once until the partition has said that it counts."""
        return self._shelf.next_at if self._announced else self._now

    @property
    def now(self) -> Moment:
        """The time this partition has come to."""
        return self._now

    @property
    def corrupt(self) -> set[bytes]:
        """The keys whose state could not be read."""
        return self._shelf.corrupt

    def __len__(self) -> int:
        """Return how many dossiers the partition holds."""
        return len(self._shelf)

    def entry(self, key: bytes) -> Entry | None:
        """Return what the register holds of a dossier."""
        return self._shelf.get(key)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up entries as `dossier.state` holds them, and what the partition keeps of itself."""
        records = list(records)
        self._shelf.restore(record for record in records if record[0] != PARTITION_KEY)
        for _, value in (record for record in records if record[0] == PARTITION_KEY):
            self._now = self._page.take_up(partition_of(value))

    @property
    def headless(self) -> bool:
        """Whether there are dossiers, and no record of the partition itself that can be read."""
        return not self._page.begun and (len(self) > 0 or bool(self.corrupt))

    def follow(self, lines: Iterable[bytes]) -> None:
        """Take the head of the chain and the time from the lines of the trail."""
        self._now = trail.follow(self._page.chain, lines) or self._now

    def rebuild(self, records: Iterable[Incoming]) -> None:
        """Build the entries of the corrupt keys again from their events, as they stand at the time of the partition.

        Whatever stage that time had passed was decided then, and counts as told: nobody is told twice.
        """
        entries: dict[bytes, Entry] = {}
        for record in records:
            key = record.key or b""
            entry = entries.setdefault(key, Entry(dossier=new(key.decode().partition("/")[0])))
            entry.dossier = after(entry.dossier, cloudevents.decoded(record.value or b""))
        for key, entry in entries.items():
            self._clerk.recall(key.decode(), entry, self._now)
            self._shelf.adopt(key, entry, entry.packed())
        self._shelf.corrupt.clear()

    def compare(self, written: Mapping[bytes, bytes]) -> Sequence[str]:
        """Count every dossier anew against the tallies that were written last; what differs is written again."""
        return self._tallies.compare(written)

    def take(self, batch: Sequence[Incoming], *, now: Moment, behind: bool = False) -> Epoch:
        """Take records in order, each at its arrival; then let time pass to `now`, unless we are behind."""
        self._page.turn()
        taken = 0
        for record in batch:
            try:
                if not self._take(record, now):
                    break
            except Exception as error:
                raise Poisoned(record.offset, repr(error)) from error
            taken += 1
        if taken == len(batch) and not behind and not self._replay:
            self._pass(now, now)
        next_offset = batch[taken - 1].offset + 1 if taken else batch[0].offset
        return self._close(taken, next_offset, clock=now, behind=behind, full=taken < len(batch))

    def tick(self, now: Moment) -> Epoch:
        """Let time pass to `now`; in a replay time passes by the ticks in the log alone."""
        self._page.turn()
        before = self._now
        if not self._replay:
            self._pass(now, now)
        if self._announced and self._page.blank:
            # No line of the trail will say that time passed here, so it did not: a run again must come to the same.
            self._now = before
            return Epoch(0, {})
        return self._close(0, -1, clock=now)

    def _take(self, record: Incoming, clock: Moment) -> bool:
        """Take one record; False if what fell due before it fills this epoch, so that it must wait for the next."""
        value = record.value or b""
        if record.offset in self._skipped:
            self._page.say(trail.Skipped(record.offset, (record.key or b"").decode(errors="replace"), self._now))
            return True
        try:
            if self._replay and ticks.is_tick(value):
                return self._tick_in_log(ticks.tick_time(value), clock)
            event = cloudevents.decoded(value)
        except Malformed as error:
            self._metrics.unreadable.inc()
            self._page.say(trail.Unreadable(record.offset, str(error), self._now))
            return True
        if not self._pass(event.arrived_at - 1, clock):
            return False
        self._now = max(self._now, event.arrived_at)
        self._fold(record.key or b"", event)
        return True

    def _tick_in_log(self, at: Moment, clock: Moment) -> bool:
        if not self._pass(at, clock):
            return False
        self._page.notify(None, Mark(now=self._now))
        return True

    def _fold(self, key: bytes, event: Event) -> None:
        subject = key.decode()
        entry = self.entry(key) or Entry(dossier=new(subject.partition("/")[0]))
        before, dossier = entry.dossier, after(entry.dossier, event)
        # A repeat that arrived earlier changes when we learned of the event, and nothing else.
        fate = "repeat" if dossier.lines.count == before.lines.count else "new"
        self._page.say(trail.taken(subject, event, decided_at=self._now, fate=fate))
        if dossier is not before:
            entry.dossier, appointed = dossier, entry.next_at
            self._clerk.judge(subject, entry, self._now)
            self._shelf.put(key, entry, appointed=appointed)

    def _pass(self, until: Moment, clock: Moment) -> bool:
        """Let time pass to `until`; False if a slice of decisions is full before that."""
        while self._page.decisions < SLICE:
            if (found := self._shelf.due(until)) is None:
                self._now = max(self._now, until)
                return True
            at, key, entry = found
            self._now = max(self._now, at)
            self._page.decisions += 1
            decided_at = self._now if self._replay else max(self._now, clock)
            self._clerk.decide(key.decode(), entry, self._now, decided_at=decided_at)
            self._shelf.put(key, entry, appointed=None)
        return False

    def _close(self, taken: int, next_offset: int, *, clock: Moment, behind: bool = False, full: bool = False) -> Epoch:
        """Pack what was touched and close the epoch with its own line and the partition's."""
        page = self._page
        page.fill(topics.STATE, self._shelf.pack())
        page.fill(topics.TALLIES, self._tallies.flush())
        page.say(trail.EpochLine(next_offset, taken, self._now, clock, self._clerk.rules.version, behind, full))
        page.write(topics.TALLIES, *self._tallies.counted(self._now))
        self._announced = True
        return page.close(taken, now=self._now)
