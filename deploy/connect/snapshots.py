"""The last export of each source in `import.snapshots`: read back onto the desk, and written together with the events.

The key is `reports_as|home/code`: two systems may tell of one dossier, and each is compared with itself alone.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final
from zlib import crc32

import msgspec

from deploy.connect.importing import Piece
from deploy.connect.snapshot import Snapshot, subject_of
from deploy.connect.sources import Source
from deploy.reading import Log
from streams.border import Destination, KeyValue
from streams.engine.publisher import Publisher
from streams.topics import INBOX, SNAPSHOTS

_EVENTS: Final = msgspec.json.Encoder()
_STORED: Final = msgspec.msgpack.Encoder()
_READ: Final = msgspec.msgpack.Decoder(Snapshot)


def transactional_id(source: Source, prefix: str) -> str:
    """Return the id under which this source's exports go in: one import of a source at a time."""
    return f"{prefix or 'dunghan'}-import-{source.reports_as}"


def stored(log: Log, source: Source) -> Iterator[tuple[str, bytes]]:
    """Yield code and snapshot of every dossier of the source; a later one of a code replaces an earlier."""
    begins = f"{source.reports_as}|{source.home}/".encode()
    for partition in range(log.partitions(SNAPSHOTS)):
        for record in log.whole(SNAPSHOTS, partition):
            if record.key is not None and record.value is not None and record.key.startswith(begins):
                yield record.key[len(begins) :].decode(), record.value


def read_snapshot(value: bytes) -> Snapshot:
    """Return a stored snapshot; raises msgspec.DecodeError."""
    return _READ.decode(value)


class Written:
    """Publishes pieces: events to the inbox and snapshots to their topic, in one transaction each."""

    def __init__(self, publisher: Publisher, log: Log, source: Source) -> None:
        self._publisher, self._source = publisher, source
        self._inbox, self._snapshots = log.partitions(INBOX), log.partitions(SNAPSHOTS)

    def __call__(self, piece: Piece) -> None:
        """Write the piece and return when it is committed; raises NotPublished."""
        outputs: dict[Destination, list[KeyValue]] = defaultdict(list)
        for event in piece.events:
            # Any key and any partition do for the inbox; one dossier's events stay in their order.
            key = event.subject.encode()
            outputs[INBOX.name, crc32(key) % self._inbox].append((key, _EVENTS.encode(event)))
        for snapshot in piece.snapshots:
            key = f"{self._source.reports_as}|{subject_of(self._source, snapshot.row.code)}".encode()
            outputs[SNAPSHOTS.name, crc32(key) % self._snapshots].append((key, _STORED.encode(snapshot)))
        self._publisher.commit(outputs)
