"""The heart: takes events and time, returns what changed and what must be said; a plain object for one partition.

Time passes through every moment at which something is due, in order, before the next record is taken: what fell due
before a record arrived is decided without it, and what the record settles is never told. While there is a backlog, time
does not pass the arrival of the last record taken.
"""

import heapq
from collections.abc import Iterable, Sequence

import msgspec

from streams import topics
from streams.border import Epoch, Incoming
from streams.core.counting import Alike, Counted
from streams.core.dossier import after, new
from streams.core.events import Event
from streams.core.judgement import judge
from streams.core.moments import Moment, day_of
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.entries import (
    PARTITION_KEY,
    VERSION,
    Entry,
    Partition,
    decode_header,
    decode_partition,
    encode_partition,
    unpacked,
)
from streams.register.tallies import Tallies
from streams.register.telling import Case, case
from streams.wire import cloudevents, trail
from streams.wire.cloudevents import Malformed
from streams.wire.records import Counted as CountedUpTo
from streams.wire.records import Mark

SLICE = 5_000
"""Deadlines decided in one epoch at the most, so that a million due at one second do not hold up what arrives."""


class Register:
    """One partition of the register; `rules` is what counts, `replay` believes the ticks in the log."""

    def __init__(self, partition: int, *, rules: Rulebook, metrics: RegisterMetrics, replay: bool = False) -> None:
        self._partition = partition
        self._rules = rules
        self._metrics = metrics
        self._replay = replay
        self._packed: dict[bytes, bytes] = {}
        self._open: dict[bytes, Entry] = {}
        self._heap: list[tuple[Moment, bytes]] = []
        self._tallies = Tallies(partition)
        self._chain = trail.Chain()
        self._now: Moment = 0
        self._announced = False
        self._epoch = Epoch(0, {})
        self._decisions = 0

    @property
    def next_at(self) -> Moment | None:
        """When the next dossier changes by time alone; at once until the partition has said that it counts."""
        if not self._announced:
            return self._now
        return self._heap[0][0] if self._heap else None

    @property
    def now(self) -> Moment:
        """The time this partition has come to."""
        return self._now

    def __len__(self) -> int:
        """Return how many dossiers the partition holds."""
        return len(self._packed)

    def entry(self, key: bytes) -> Entry | None:
        """Return what the register holds of a dossier."""
        return self._open.get(key) or self._unpack(key)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up entries as `dossier.state` holds them; a later one replaces an earlier one of the same key."""
        for key, value in records:
            if key == PARTITION_KEY and value is not None:
                kept = decode_partition(value)
                self._chain, self._now = trail.Chain(kept.head, kept.length), kept.now
                continue
            self._forget(key)
            if value is not None:
                header = decode_header(value)
                self._packed[key] = value
                if header.counted is not None:
                    self._tallies.count(header.counted)
                self._due(key, header.next_at)

    def take(self, batch: Sequence[Incoming], *, now: Moment, behind: bool = False) -> Epoch:
        """Take records in order, each at its arrival; then let time pass to `now`, unless we are behind."""
        self._begin()
        taken = 0
        for record in batch:
            if not self._take(record, now):
                break
            taken += 1
        if taken == len(batch) and not behind and not self._replay:
            self._pass(now, now)
        return self._end(taken, batch[taken - 1].offset + 1 if taken else batch[0].offset, now)

    def tick(self, now: Moment) -> Epoch:
        """Let time pass to `now`; in a replay time passes by the ticks in the log alone."""
        self._begin()
        if not self._replay:
            self._pass(now, now)
        if self._announced and not self._epoch.outputs:
            return self._epoch
        return self._end(0, -1, now)

    def _begin(self) -> None:
        self._epoch = Epoch(0, {})
        self._decisions = 0

    def _take(self, record: Incoming, clock: Moment) -> bool:
        """Take one record; False if what fell due before it fills this epoch, so that it must wait for the next."""
        value = record.value or b""
        try:
            if self._replay and cloudevents.is_tick(value):
                return self._tick_in_log(cloudevents.tick_time(value), clock)
            event = cloudevents.decoded(value)
        except Malformed as error:
            self._metrics.unreadable.inc()
            self._say(trail.Unreadable(record.offset, str(error), self._now))
            return True
        if not self._pass(event.arrived_at - 1, clock):
            return False
        self._now = max(self._now, event.arrived_at)
        self._fold(record.key or b"", event)
        return True

    def _tick_in_log(self, at: Moment, clock: Moment) -> bool:
        if not self._pass(at, clock):
            return False
        self._epoch.write((topics.NOTICES.name, self._partition), None, msgspec.json.encode(Mark(now=self._now)))
        return True

    def _fold(self, key: bytes, event: Event) -> None:
        subject = key.decode()
        entry = self._open.get(key) or self._unpack(key) or Entry(new(subject.partition("/")[0]))
        dossier = after(entry.dossier, event)
        # A repeat that arrived earlier changes when we learned of the event, and nothing else.
        repeat = len(dossier.events) == len(entry.dossier.events)
        self._say(
            trail.Taken(
                subject,
                event.source,
                event.id,
                event.at,
                event.arrived_at,
                self._now,
                event.content.hex(),
                "repeat" if repeat else "new",
                event.keyed_at,
            )
        )
        if dossier is not entry.dossier:
            entry.dossier = dossier
            self._judge(key, entry, self._now, clock=None)

    def _pass(self, until: Moment, clock: Moment) -> bool:
        """Let time pass to `until`; False if a slice of decisions is full before that."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            if self._decisions >= SLICE:
                return False
            at, key = heapq.heappop(heap)
            entry = self._open.get(key) or self._unpack(key)
            if entry is None or entry.next_at != at:
                continue  # an older appointment of a dossier that has changed since
            self._now = max(self._now, at)
            self._decisions += 1
            self._judge(key, entry, self._now, clock=clock)
        self._now = max(self._now, until)
        return True

    def _judge(self, key: bytes, entry: Entry, at: Moment, *, clock: Moment | None) -> None:
        """Judge a dossier at a moment and write down all that follows; nobody is told without a clock."""
        standing = judge(entry.dossier, now=at, rules=self._rules)
        this = case(key.decode(), entry.dossier, standing, rules=self._rules)
        self._label(this, entry, at)
        self._withdraw(this, entry, at)
        if clock is not None:
            self._tell(this, entry, at, clock=clock)
        counted = _counted(this)
        self._tallies.move(entry.counted, counted)
        entry.label, entry.counted = standing.label, counted
        entry.next_at = _next_at(this, entry, at)
        self._open[key] = entry
        self._due(key, entry.next_at)

    def _label(self, this: Case, entry: Entry, at: Moment) -> None:
        standing = this.standing
        if standing.label is not entry.label:
            self._say(
                trail.Labelled(
                    this.key, entry.label or "", standing.label, standing.reason, at, standing.ranking_due_at
                )
            )

    def _withdraw(self, this: Case, entry: Entry, at: Moment) -> None:
        if not entry.told or all(map(this.holds, entry.told)):
            return
        for told in entry.told:
            if not this.holds(told):
                withdrawal = this.withdraw(told, decided_at=at)
                self._say(trail.Withdrawn(this.key, told.stage, told.id, withdrawal.reason, at))
                self._epoch.write(
                    (topics.NOTICES.name, self._partition), this.key.encode(), msgspec.json.encode(withdrawal)
                )
        entry.told = tuple(told for told in entry.told if this.holds(told))

    def _tell(self, this: Case, entry: Entry, at: Moment, *, clock: Moment) -> None:
        for point in list(this.untold(entry.told)):
            if point.at > at:
                continue
            decided_at = at if self._replay else max(at, clock)
            told, notice = this.tell(point, decided_at=decided_at, clock=decided_at, rules=self._rules)
            entry.told = (*entry.told, told)
            self._metrics.stage_lag.observe(decided_at - point.at)
            self._say(trail.Decided(this.key, point.stage, told.id, point.at, decided_at))
            self._epoch.write((topics.NOTICES.name, self._partition), this.key.encode(), msgspec.json.encode(notice))

    def _end(self, taken: int, next_offset: int, clock: Moment) -> Epoch:
        """Pack what was touched and close the epoch with its own line and the partition's."""
        epoch, partition = self._epoch, self._partition
        for key, entry in self._open.items():
            packed = self._packed[key] = entry.packed()
            epoch.write((topics.STATE.name, partition), key, packed)
        self._open.clear()
        for tally_key, tally in self._tallies.flush():
            epoch.write((topics.TALLIES.name, partition), tally_key, tally)
        self._say(trail.EpochLine(next_offset, taken, self._now, clock, self._rules.version))
        counted = msgspec.json.encode(CountedUpTo(partition=partition, now=self._now))
        epoch.write((topics.TALLIES.name, partition), f"counted/{partition}".encode(), counted)
        kept = Partition(VERSION, self._chain.head, self._chain.length, self._now)
        epoch.write((topics.STATE.name, partition), PARTITION_KEY, encode_partition(kept))
        self._announced = True
        epoch.taken = taken
        return epoch

    def _say(self, line: trail.Line) -> None:
        self._epoch.write((topics.TRAIL.name, self._partition), None, self._chain.add(line))

    def _unpack(self, key: bytes) -> Entry | None:
        packed = self._packed.get(key)
        return None if packed is None else unpacked(packed)

    def _forget(self, key: bytes) -> None:
        packed = self._packed.pop(key, None)
        if packed is not None and (counted := decode_header(packed).counted) is not None:
            self._tallies.uncount(counted)

    def _due(self, key: bytes, at: Moment | None) -> None:
        if at is not None:
            heapq.heappush(self._heap, (at, key))


def _next_at(this: Case, entry: Entry, at: Moment) -> Moment | None:
    """Return when this dossier next changes or must next be told of; never before `at`."""
    moments = [max(point.at, at) for point in this.untold(entry.told)]
    if this.standing.next_at is not None:
        moments.append(this.standing.next_at)
    return min(moments, default=None)


def _counted(this: Case) -> Counted:
    dossier, standing = this.dossier, this.standing
    alike = Alike(
        standing.label, standing.cause, standing.board, dossier.field or "", dossier.channel or "", dossier.level or 0
    )
    days = (dossier.received_at, dossier.accepted_at, standing.ranking_due_at, dossier.closed_at)
    received, accepted, due, closed = (None if moment is None else day_of(moment) for moment in days)
    return Counted(this.unit, received, accepted, due, closed, alike)
