"""Takes one record: time passes to its arrival, its dossier comes back if it has left, the event is folded in."""

import contextlib
from collections.abc import Container, Iterable

from streams.border import Incoming
from streams.core.dossier import new
from streams.core.events import Event
from streams.core.moments import Moment
from streams.register.desk import Desk
from streams.register.entries import Entry
from streams.register.leaving import Leaving
from streams.register.passing import Passing
from streams.wire import cloudevents, ticks, trail
from streams.wire.malformed import Malformed
from streams.wire.records import Mark


class Taking:
    """How a partition takes records; those at the `skipped` offsets are passed over, and the trail says so."""

    def __init__(self, desk: Desk, time: Passing, leaving: Leaving, *, skipped: Container[int], replay: bool) -> None:
        """Take by these; a `replay` believes the ticks in the log."""
        self._clerk, self._shelf, self._page, self._metrics = desk
        self._time, self._leaving = time, leaving
        self._skipped, self._replay = skipped, replay

    def take(self, record: Incoming, clock: Moment) -> bool:
        """Take one record; False if it must wait for the next epoch.

        That is where what fell due before it fills this one, or its dossier has left and nobody has asked for it.
        """
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
        if self._leaving.awaits(key, event):
            return False
        self._fold(key, event, record.offset)
        return True

    def folded(self, records: Iterable[Incoming]) -> dict[bytes, Entry]:
        """Return the entries that the records give anew, by key, not judged yet; what could not be taken is not."""
        entries: dict[bytes, Entry] = {}
        for record in records:
            key = record.key or b""
            if record.offset in self._skipped:
                continue
            with contextlib.suppress(Malformed):  # the trail said so when it came
                event = cloudevents.decoded(record.value or b"")
                entry = entries.setdefault(key, Entry(dossier=new(key.decode().partition("/")[0])))
                entry.fold(event, record.offset)
        return entries

    def _tick_in_log(self, at: Moment, clock: Moment) -> bool:
        if not self._time.to(at, clock):
            return False
        self._page.notify(None, Mark(now=self._time.now))
        return True

    def _fold(self, key: bytes, event: Event, offset: int) -> None:
        subject, now, stub = key.decode(), self._time.now, self._shelf.stub(key)
        if stub is None:
            entry = self._shelf.get(key) or Entry(dossier=new(subject.partition("/")[0]))
        elif (back := self._leaving.back(key, stub, event, offset=offset, now=now)) is not None:
            entry = back
        else:
            return
        count = entry.dossier.lines.count
        changed = entry.fold(event, offset)
        # A repeat that arrived earlier changes when we learned of the event, and nothing else.
        fate = "repeat" if entry.dossier.lines.count == count else "new"
        self._page.say(trail.taken(subject, event, decided_at=now, fate=fate))
        if changed:
            if stub is not None:
                self._leaving.came_back(key, entry, event, fate=fate, now=now)
            appointed = entry.next_at
            self._clerk.judge(subject, entry, now)
            self._shelf.put(key, entry, appointed=appointed)
