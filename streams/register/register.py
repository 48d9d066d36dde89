"""The heart: takes events and time, returns what changed and what must be said; a plain object for one partition.

Time passes through every moment at which something is due, in order, before the next record is taken: what fell due
before a record arrived is decided without it, and what the record settles is never told. While there is a backlog, time
does not pass the arrival of the last record taken.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

from streams import topics
from streams.border import Epoch, Incoming, Poisoned
from streams.core.editions import Always, Known
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.clerk import Clerk
from streams.register.desk import Desk
from streams.register.entries import PARTITION_KEY, Entry, partition_of
from streams.register.leaving import Leaving
from streams.register.page import Page
from streams.register.passing import NOW, Passing
from streams.register.rebuilding import recalled
from streams.register.redating import SLICE as REDATED
from streams.register.redating import Redating
from streams.register.shelf import Shelf
from streams.register.taking import Taking
from streams.register.tallies import Tallies
from streams.wire import trail


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
        self._replay = replay
        self._tallies = Tallies(partition)
        self._shelf = Shelf(self._tallies)
        self._page = Page(partition)
        self._known = known = Always(rules) if isinstance(rules, Rulebook) else rules
        self._clerk = Clerk(known.known.editions[0].rules, self._page, tallies=self._tallies, metrics=metrics)
        desk = Desk(self._clerk, self._shelf, self._page, metrics)
        redating = Redating(known, self._clerk, shelf=self._shelf, page=self._page, metrics=metrics)
        redating.size = redated
        self._leaving = Leaving(desk, skipped=skipped)
        self._time = Passing(desk, redating, self._leaving, replay=replay)
        self._taking = Taking(desk, self._time, self._leaving, skipped=skipped, replay=replay)
        self._announced = False

    @property
    def next_at(self) -> Moment | None:
        """When a dossier, or the rules, change by time alone; at once while something is left to say."""
        return self._time.next_at if self._announced else NOW

    @property
    def now(self) -> Moment:
        """The time this partition has come to."""
        return self._time.now

    @property
    def corrupt(self) -> set[bytes]:
        """The keys whose state could not be read."""
        return self._shelf.corrupt

    def __len__(self) -> int:
        """Return how many dossiers the partition holds, with those that have left."""
        return len(self._shelf)

    @property
    def kept(self) -> dict[str, int]:
        """How many dossiers are here whole, and how many have left."""
        return {"whole": len(self._shelf) - self._shelf.left, "left": self._shelf.left}

    def entry(self, key: bytes) -> Entry | None:
        """Return what the register holds of a dossier."""
        return self._shelf.get(key)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up entries as `dossier.state` holds them, and what the partition keeps of itself."""
        records = list(records)
        self._shelf.restore([record for record in records if record[0] != PARTITION_KEY])
        for value in [value for key, value in records if key == PARTITION_KEY]:
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

        Whatever stage that time had passed was decided then, and counts as told: nobody is told twice. Who is closed
        keeps the verdict that he had, whatever rules have come since.
        """
        for key, entry in self._taking.folded(records).items():
            recalled(key.decode(), entry, clerk=self._clerk, known=self._known.known, now=self._time.now)
            self._shelf.adopt(key, entry, entry.packed())
        self._shelf.corrupt.clear()

    def compare(self, written: Mapping[bytes, bytes]) -> Sequence[str]:
        """Count every dossier anew against the tallies that were written last; what differs is written again."""
        return self._tallies.compare(written)

    def needs(self, batch: Sequence[Incoming]) -> Sequence[int]:
        """Return the offsets of earlier records, those of dossiers that have left and that the batch names."""
        return self._leaving.needs(batch)

    def give_back(self, records: Iterable[Incoming]) -> None:
        """Take what could be read of them; what is missing cannot be read."""
        self._leaving.give_back(records)

    def take(self, batch: Sequence[Incoming], *, now: Moment, behind: bool = False) -> Epoch:
        """Take records in order, each at its arrival; then let time pass to `now`, unless we are behind."""
        self._page.turn()
        taken = 0
        for record in batch:
            try:
                if not self._taking.take(record, now):
                    break
            except Exception as error:
                raise Poisoned(record.offset, repr(error)) from error
            taken += 1
        if taken == len(batch) and not behind and not self._replay:
            self._time.to(now, now)
        self._leaving.forget()
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
