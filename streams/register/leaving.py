"""Lets dossiers leave the state, and brings back those that a late event names.

Invariant: what leaves is counted as before, and comes back as it was. Whether a record can be taken never depends on
more than what was asked for it before its epoch: a dossier that left in between waits for the next.
"""

from collections.abc import Container, Iterable, Sequence
from typing import Final

from streams.border import Incoming
from streams.core.events import Event
from streams.core.moments import Moment
from streams.register.desk import Desk
from streams.register.entries import Entry
from streams.register.stubs import Lost, Stub
from streams.wire import cloudevents, trail
from streams.wire.leaving import CameBack, CannotComeBack, Left
from streams.wire.malformed import Malformed

AT_ONCE: Final = 100
"""Dossiers that come back in one epoch at the most, so that the partition does not wait for the reading of more."""


class Leaving:
    """Who leaves a partition, and who comes back; `skipped` are offsets of records that are passed over."""

    def __init__(self, desk: Desk, *, skipped: Container[int]) -> None:
        """Begin with nobody asked for."""
        self._clerk, self._shelf, self._page, self._metrics = desk
        self._skipped = skipped
        self._asked: set[bytes] = set()
        self._given: dict[int, Incoming] = {}

    def leave(self, key: bytes, entry: Entry, now: Moment) -> None:
        """Let a dossier go whose moment has come; where by the present policy it has not, it stays until then."""
        leaves_at = self._clerk.leaves_at(entry)
        if leaves_at is None or leaves_at > now:
            entry.next_at, entry.leaving = leaves_at, leaves_at is not None
            self._shelf.put(key, entry, appointed=None)
            return
        stub = Stub.of(entry)
        self._shelf.leave(key, stub)
        self._metrics.left.inc()
        self._page.say(Left(key.decode(), stub.counted.alike.label, stub.events, decided_at=now))

    def needs(self, batch: Sequence[Incoming]) -> list[int]:
        """Return the offsets of the records that dossiers which these name need to come back, in order.

        What was given since the last epoch is not asked for again.
        """
        self._asked = set()
        offsets: list[int] = []
        for record in batch if self._shelf.left else ():
            key = record.key or b""
            if key in self._asked or record.offset in self._skipped or (stub := self._shelf.stub(key)) is None:
                continue
            if _unknown(stub, record):
                if len(self._asked) == AT_ONCE:
                    break
                self._asked.add(key)
                offsets += [offset for offset in stub.offsets if offset not in self._given]
        return sorted(offsets)

    def give_back(self, records: Iterable[Incoming]) -> None:
        """Take what could be read of them, beside what was given already."""
        self._given |= {record.offset: record for record in records}

    def forget(self) -> None:
        """Let go of what was asked and given: it holds for one epoch."""
        self._asked, self._given = set(), {}

    def awaits(self, key: bytes, event: Event) -> bool:
        """Return whether an event names a dossier that has left, and nobody has asked for it yet."""
        stub = self._shelf.stub(key)
        return stub is not None and key not in self._asked and not stub.knows(event)

    def back(self, key: bytes, stub: Stub, event: Event, *, offset: int, now: Moment) -> Entry | None:
        """Return the entry that the dossier left with; None, and the trail says why, where the event changes nothing.

        That is a repeat; or its records cannot be read any more: then what stands stays as it is.
        """
        subject = key.decode()
        if stub.knows(event):
            self._page.say(trail.taken(subject, event, decided_at=now, fate="repeat"))
            return None
        self._asked.discard(key)
        try:
            return stub.entry(key, self._given)
        except Lost as lost:
            self._metrics.returned.labels("unreadable").inc()
            self._page.say(CannotComeBack(subject, event.source, event.id, offset, str(lost), decided_at=now))
            return None

    def came_back(self, key: bytes, entry: Entry, event: Event, *, fate: str, now: Moment) -> None:
        """Say that a dossier is back, and by which event."""
        self._shelf.comes_back(key, entry)
        self._metrics.returned.labels("whole").inc()
        self._page.say(CameBack(key.decode(), event.source, event.id, fate, decided_at=now))


def _unknown(stub: Stub, record: Incoming) -> bool:
    try:
        return not stub.knows(cloudevents.decoded(record.value or b""))
    except Malformed:
        return False
