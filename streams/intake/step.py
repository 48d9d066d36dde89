"""The intake step: `dossier.inbox` to `dossier.events`, or to `dossier.rejected` with the reason.

Invariant: every record taken comes out exactly once, in one of the two. It keeps no state: a repeat by the source
passes through and is recognised by the fold.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import msgspec

from streams import topics
from streams.border import Epoch, Incoming
from streams.core.moments import Moment, moment_of
from streams.heard import Batch, Minutes
from streams.keys import partition_of
from streams.metrics import IntakeMetrics
from streams.wire import cloudevents, ticks
from streams.wire.cloudevents import Sent
from streams.wire.contract import scrub
from streams.wire.malformed import Malformed, Reason
from streams.wire.records import Rejected, Speaker
from streams.wire.rejected import kept, source_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Intake:
    """One partition of the intake; `partitions` is how many `dossier.events` has.

    In replay mode the arrival that a record states of itself is believed (else its own time), and a tick is passed on
    to the partition of the same number; so a replay keys its records by dossier, as Kafka's default partitioner does.
    """

    next_at: Moment | None = None
    corrupt: Collection[bytes] = ()
    headless = False
    kept: Mapping[str, int] = MappingProxyType({})

    def __init__(
        self,
        partition: int,
        *,
        partitions: int,
        metrics: IntakeMetrics,
        replay: bool = False,
        known: Container[tuple[Speaker, str]] = (),
    ) -> None:
        self._partition = partition
        self._partitions = partitions
        self._metrics = metrics
        self._replay = replay
        self._minutes = Minutes(partition, known)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """There is nothing to restore."""

    def rebuild(self, records: Iterable[Incoming]) -> None:
        """Nor to rebuild."""

    def follow(self, lines: Iterable[bytes]) -> None:
        """Nor to follow."""

    def compare(self, written: Mapping[bytes, bytes]) -> Sequence[str]:
        """Nor to compare."""
        return ()

    def needs(self, batch: Sequence[Incoming]) -> Sequence[int]:
        """Every record stands for itself."""
        return ()

    def give_back(self, records: Iterable[Incoming]) -> None:
        """Nothing was asked for."""

    def tick(self, now: Moment) -> Epoch:
        """Nothing falls due here."""
        return Epoch(0, {})

    def take(self, batch: Sequence[Incoming], *, now: Moment, behind: bool) -> Epoch:
        """Take every record of the batch: each becomes an event or a rejected record."""
        epoch = Epoch(len(batch), {})
        rejected: Counter[str] = Counter()
        heard = Batch()
        for record in batch:
            try:
                self._accept(record, epoch, heard)
            except Malformed as error:
                rejected[error.reason] += 1
                heard.reject(self._reject(record, error, epoch))
        for key, value in self._minutes.records(heard):
            epoch.write((topics.HEARD.name, self._partition), key, value)
        self._metrics.count(len(batch), rejected)
        self._metrics.speakers.count(heard, self._minutes.left_out)
        return epoch

    def _accept(self, record: Incoming, epoch: Epoch, heard: Batch) -> None:
        if self._replay and record.value is not None and ticks.is_tick(record.value):
            epoch.write((topics.EVENTS.name, self._partition), b"@tick", ticks.tick_again(record.value))
            return
        sent = cloudevents.received(record.value, record.headers)
        arrived = self._arrival(sent, record)
        arrived_at = moment_of(arrived)
        age = cloudevents.check_time(sent, arrived_at)
        self._metrics.scrubbed.inc(scrub(sent.data))
        heard.take(sent, arrived_at, age=age)
        key = sent.key
        epoch.write((topics.EVENTS.name, partition_of(key, self._partitions)), key, cloudevents.encoded(sent, arrived))

    def _arrival(self, sent: Sent, record: Incoming) -> datetime:
        if self._replay:
            return sent.envelope.arrivedtime or sent.envelope.time
        return _EPOCH + timedelta(milliseconds=record.timestamp)

    def _reject(self, record: Incoming, error: Malformed, epoch: Epoch) -> str:
        """Put the record aside; return the source it names, empty where it names none that may be kept."""
        value = record.value or b""
        line = Rejected(
            topic=topics.INBOX.name,
            partition=self._partition,
            offset=record.offset,
            arrived_at=record.timestamp // 1000,
            reason=error.reason,
            detail=error.detail,
            size=len(value),
            sha256=hashlib.sha256(value).hexdigest(),
            value=kept(value, record.headers) if error.reason is not Reason.TOO_LARGE else b"",
        )
        epoch.write((topics.REJECTED.name, self._partition), None, msgspec.json.encode(line))
        return source_of(line)
