"""A dossier's records from the log: by the index where there is one, else by reading what may hold them."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from alerts import ledger
from alerts.core.ledger import Intent, Lapsed, NotSent, Outcome, Returned
from deploy.reading import Log, Stored
from deploy.verify.places import Place, Places, Read
from streams.keys import partition_of
from streams.topics import EVENTS, LEDGER, NOTICES, Topic, prefixed

NEAR: Final = 100
"""Records between two that are wanted, up to which reading on is cheaper than going there."""

SINGLE: Final = 256 << 10
"""Bytes to ask a broker for at a time where single records are wanted."""


class Finder:
    """Finds records by name; `places` is the index, None to read everything that may hold them."""

    def __init__(self, log: Log, places: Places | None, *, prefix: str) -> None:
        """Prepare; raises nothing."""
        self._log, self._places, self._prefix = log, places, prefix

    def of_dossier(self, topic: Topic, dossier: str) -> Iterable[Stored]:
        """Return the dossier's records of `dossier.events` or `dossier.notices`, in order."""
        key = dossier.encode()
        partition = partition_of(key, self._log.partitions(topic))
        if self._places is None:
            return (one for one in self._log.whole(topic, partition) if one.key == key)
        self.follow(topic, partition)
        found = self._at(topic, self._places.find(prefixed(self._prefix, topic), key))
        return [one for one in found if one.key == key]

    def of_ledger(self, dossier: str) -> Iterable[Stored]:
        """Return the lines of the ledger that may be about the dossier, and those about the mails that tell of it."""
        partitions = range(self._log.partitions(LEDGER))
        if self._places is None:
            return (one for partition in partitions for one in self._log.whole(LEDGER, partition))
        for partition in partitions:
            self.follow(LEDGER, partition)
        topic = prefixed(self._prefix, LEDGER)
        about = self._at(LEDGER, self._places.find(topic, dossier.encode()))
        digests = {name for one in about for name in _digest(one)}
        places = [place for name in sorted(digests) for place in self._places.find(topic, name)]
        return sorted({*about, *self._at(LEDGER, places)}, key=lambda one: (one.partition, one.offset))

    def follow(self, topic: Topic, partition: int) -> None:
        """Bring the index up to the present end of a partition; raises LogUnreadable, IndexUnusable."""
        if self._places is None:
            return
        self._places.follow(prefixed(self._prefix, topic), partition, partial(self._since, topic, partition))

    def _since(self, topic: Topic, partition: int, offset: int) -> Iterator[Read]:
        for record in self._log.since(topic, partition, offset):
            names = _names(record) if topic is LEDGER else (record.key or b"",)
            yield Read(record.offset, record.value or b"", names)

    def _at(self, topic: Topic, places: Iterable[Place]) -> list[Stored]:
        wanted: dict[int, list[int]] = {}
        for place in places:
            wanted.setdefault(place.partition, []).append(place.offset)
        return [
            one for partition, offsets in wanted.items() for one in self._log.some(topic, partition, offsets, near=NEAR)
        ]


def _names(record: Stored) -> tuple[bytes, ...]:
    """Return the dossiers a line of the ledger is about; of an answer, the mail."""
    try:
        line = ledger.ledger_line(record.value)
    except ledger.Unreadable:
        return ()
    match line:
        case Intent(notices=notices):
            return tuple({told.dossier.encode() for told in notices})
        case Outcome(digest=digest) | Returned(digest=digest):
            return (_mail(digest),)
        case NotSent(dossier=dossier) | Lapsed(dossier=dossier):
            return (dossier.encode(),)
        case _:
            return ()


def _digest(record: Stored) -> tuple[bytes, ...]:
    try:
        line = ledger.ledger_line(record.value)
    except ledger.Unreadable:
        return ()
    return (_mail(line.digest),) if isinstance(line, Intent) else ()


def _mail(digest: str) -> bytes:
    return b"/mail/" + digest.encode()


def follow_all(finder: Finder, log: Log) -> None:
    """Bring the index up to date in every topic that is looked up; raises LogUnreadable, IndexUnusable."""
    for topic in (EVENTS, NOTICES, LEDGER):
        for partition in range(log.partitions(topic)):
            finder.follow(topic, partition)
