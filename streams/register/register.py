"""The heart: takes events and time, returns what changed and what must be said; a plain object for one partition.

Time passes through every moment at which something is due, in order, before the next record is taken: what fell due
before a record arrived is decided without it, and what the record settles is never told. While there is a backlog, time
does not pass the arrival of the last record taken.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

from streams import topics
from streams.border import Epoch, Incoming, Poisoned
from streams.core.dossier import after, new
from streams.core.editions import Always, Known
from streams.core.events import Event
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.clerk import Clerk
from streams.register.entries import PARTITION_KEY, Entry, partition_of
from streams.register.page import Page
from streams.register.passing import Passing
from streams.register.redating import SLICE as REDATED
from streams.register.shelf import Shelf
from streams.register.tallies import Tallies
from streams.wire import cloudevents, ticks, trail
from streams.wire.malformed import Malformed
from streams.wire.records import Mark


class Register:
    """One partition of the register; `rules` is what counts, `replay` believes the ticks in the log."""

    def __init__(
        self,
        partition: int,
        *,
        rules: Rulebook | Known,
        metrics: RegisterMetrics,
        replay: bool = False,
        skipped: Container[int] = (),
        redated: int = REDATED,
    ) -> None:
        """Begin with no dossier; records at the `skipped` offsets are passed over, and the trail says so.

        So many dossiers, `redated`, are judged again in one epoch at the most when other rules count.
        """
        self._skipped = skipped
        self._partition = partition
        self._metrics = metrics
        self._replay = replay
        self._tallies = Tallies(partition)
        self._shelf = Shelf(self._tallies)
        self._page = Page(partition)
        known = Always(rules) if isinstance(rules, Rulebook) else rules
        self._clerk = Clerk(known.known.editions[0].rules, self._page, tallies=self._tallies, metrics=metrics)
        self._time = Passing(known, self._clerk, shelf=self._shelf, page=self._page, metrics=metrics, replay=replay)
        self._time.redating.size = redated
        self._announced = False

    @property
    def next_at(self) -> Moment | None:
        """When a dossier, or the rules, change by time alone; at once while something is left to say."""
        return self._time.next_at if self._announced else self._time.now

    @property
    def now(self) -> Moment:
        """The time this partition has come to."""
        return self._time.now

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
            kept = partition_of(value)
            self._time.now = self._page.take_up(kept)
            self._time.redating.restore(kept)

    @property
    def headless(self) -> bool:
        """Whether there are dossiers, and no record of the partition itself that can be read."""
        return not self._page.begun and (len(self) > 0 or bool(self.corrupt))

    def follow(self, lines: Iterable[bytes]) -> None:
        """Take the head of the chain and the time from the lines of the trail."""
        self._time.now = trail.follow(self._page.chain, self._time.redating.follow(lines)) or self._time.now

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
            self._clerk.recall(key.decode(), entry, self._time.now)
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
            self._time.to(now, now)
        self._time.redate(now)
        next_offset = batch[taken - 1].offset + 1 if taken else batch[0].offset
        return self._close(taken, next_offset, clock=now, behind=behind, full=taken < len(batch))

    def tick(self, now: Moment, *, always: bool = False) -> Epoch:
        """Let time pass to `now`; in a replay time passes by the ticks in the log alone.

        `always`: also where nothing is decided, as it passes for a worker that has just begun.
        """
        self._page.turn()
        before = self._time.now
        if not self._replay:
            self._time.to(now, now)
        self._time.redate(now)
        if self._announced and not always and not self._time.moved:
            # No line of the trail will say that time passed here, so it did not: a run again must come to the same.
            self._time.now = before
            return Epoch(0, {})
        return self._close(0, -1, clock=now)

    def _take(self, record: Incoming, clock: Moment) -> bool:
        """Take one record; False if what fell due before it fills this epoch, so that it must wait for the next."""
        value = record.value or b""
        if record.offset in self._skipped:
            self._page.say(trail.Skipped(record.offset, (record.key or b"").decode(errors="replace"), self._time.now))
            return True
        try:
            if self._replay and ticks.is_tick(value):
                return self._tick_in_log(ticks.tick_time(value), clock)
            event = cloudevents.decoded(value)
        except Malformed as error:
            self._metrics.unreadable.inc()
            self._page.say(trail.Unreadable(record.offset, str(error), self._time.now))
            return True
        key = record.key or b""
        if not self._time.to_arrival(key, event.arrived_at, clock):
            return False
        self._fold(key, event)
        return True

    def _tick_in_log(self, at: Moment, clock: Moment) -> bool:
        if not self._time.to(at, clock):
            return False
        self._page.notify(None, Mark(now=self._time.now))
        return True

    def _fold(self, key: bytes, event: Event) -> None:
        subject = key.decode()
        entry = self.entry(key) or Entry(dossier=new(subject.partition("/")[0]))
        before, dossier = entry.dossier, after(entry.dossier, event)
        # A repeat that arrived earlier changes when we learned of the event, and nothing else.
        fate = "repeat" if dossier.lines.count == before.lines.count else "new"
        self._page.say(trail.taken(subject, event, decided_at=self._time.now, fate=fate))
        if dossier is not before:
            entry.dossier, appointed = dossier, entry.next_at
            self._clerk.judge(subject, entry, self._time.now)
            self._shelf.put(key, entry, appointed=appointed)

    def _close(self, taken: int, next_offset: int, *, clock: Moment, behind: bool = False, full: bool = False) -> Epoch:
        """Pack what was touched and close the epoch with its own line and the partition's."""
        page, now, redating = self._page, self._time.now, self._time.redating
        page.fill(topics.STATE, self._shelf.pack())
        page.fill(topics.TALLIES, self._tallies.flush())
        rules = self._clerk.rules.version
        page.say(trail.EpochLine(next_offset, taken, now, clock, rules, behind, full, redating.position))
        page.write(topics.TALLIES, *self._tallies.counted(now))
        self._announced = True
        return page.close(taken, now, redating.kept())
