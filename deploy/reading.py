"""Reads the log plainly, outside any group, and sends a record once more; of these commands the one that knows Kafka.

Everything is read `read_committed` unless said otherwise. What cannot be done is LogUnreadable, whose message says why.
"""

import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple, Self

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from deploy.admission import NotAdmitted, admitted
from streams.cluster import Address
from streams.sockets import direct
from streams.topics import Topic, prefixed

TIMEOUT_MS: Final = 15_000
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a record, as the topics allow (`max.message.bytes`)."""
NEAR: Final = 5_000
"""Records between two that are wanted, up to which reading on is cheaper than going there."""


class LogUnreadable(Exception):
    """The log cannot be read or written."""


class Stored(NamedTuple):
    """A record as it stands in a partition; `timestamp` is milliseconds since 1970."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@contextlib.contextmanager
def _ours(place: str) -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError, AssertionError) as error:
        raise LogUnreadable(f"{place}: {type(error).__name__}: {error}") from error


class Log:
    """The topics of one prefix on one cluster, to read; a context manager."""

    def __init__(
        self,
        bootstrap: Address,
        *,
        prefix: str,
        patience: float = 10.0,
        at_once: int = LARGEST,
        also_aborted: bool = False,
    ) -> None:
        """Connect; raises LogUnreadable when nobody answers within `patience` seconds.

        `at_once` bytes of a partition are asked for at a time: less is quicker where single records are wanted.
        `also_aborted`: what was never committed is read too, and ends are those of all that was written.
        """
        self._bootstrap, self._prefix = bootstrap, prefix
        try:
            there = admitted(bootstrap, patience)
        except NotAdmitted as error:
            raise LogUnreadable(str(error)) from error
        if not there:
            raise LogUnreadable(f"nobody answers at {bootstrap} (DUNGHAN_KAFKA__BOOTSTRAP)")
        with _ours(str(bootstrap)):
            self._consumer: Any = KafkaConsumer(
                **direct(bootstrap),
                client_id="dunghan-reading",
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_uncommitted" if also_aborted else "read_committed",
                max_poll_records=2_000,
                max_partition_fetch_bytes=at_once,
                allow_auto_create_topics=False,
                metrics_enabled=False,
                bootstrap_timeout_ms=TIMEOUT_MS,
            )

    def __enter__(self) -> Self:
        """Return the log."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connection."""
        with contextlib.suppress(LogUnreadable), _ours(str(self._bootstrap)):
            self._consumer.close(autocommit=False)

    def partitions(self, topic: Topic) -> int:
        """Return how many partitions the topic has; LogUnreadable when it is not there."""
        name = prefixed(self._prefix, topic)
        with _ours(name):
            found = self._consumer.partitions_for_topic(name)
        if not found:
            raise LogUnreadable(f"there is no topic {name}; `dunghan topics apply` makes it")
        return len(found)

    def whole(self, topic: Topic, partition: int) -> Iterator[Stored]:
        """Yield everything committed in a partition up to its present end, in order."""
        place = TopicPartition(prefixed(self._prefix, topic), partition)
        start, end = self._kept(place)
        return self._span(place, start, end)

    def since(self, topic: Topic, partition: int, offset: int) -> Iterator[Stored]:
        """Yield what is committed and kept from an offset up to the present end, in order."""
        place = TopicPartition(prefixed(self._prefix, topic), partition)
        start, end = self._kept(place)
        return self._span(place, max(start, offset), end)

    def between(self, topic: Topic, partition: int, span: tuple[int, int]) -> Iterator[Stored]:
        """Yield what is there from one offset to before another, both within `bounds`, in order."""
        return self._span(TopicPartition(prefixed(self._prefix, topic), partition), *span)

    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]:
        """Return the first offset that is kept, and the one after the last that is committed."""
        return self._kept(TopicPartition(prefixed(self._prefix, topic), partition))

    def some(self, topic: Topic, partition: int, offsets: Collection[int], *, near: int = NEAR) -> Iterator[Stored]:
        """Yield the records at these offsets that are still kept, in order; gaps up to `near` records are read over."""
        place = TopicPartition(prefixed(self._prefix, topic), partition)
        start, end = self._kept(place)
        wanted = sorted(offset for offset in set(offsets) if start <= offset < end)
        while wanted:
            until = next((n for n in range(1, len(wanted)) if wanted[n] - wanted[n - 1] > near), len(wanted))
            run, wanted = frozenset(wanted[:until]), wanted[until:]
            yield from (one for one in self._span(place, min(run), max(run) + 1) if one.offset in run)

    def _kept(self, place: Any) -> tuple[int, int]:
        with _ours(place.topic):
            self._consumer.assign([place])
            until = time.monotonic() + TIMEOUT_MS / 1000
            while time.monotonic() < until:
                # While the leader of a new topic is not known yet, the client stumbles over it.
                with contextlib.suppress(KeyError):
                    starts, ends = self._consumer.beginning_offsets([place]), self._consumer.end_offsets([place])
                    return int(starts[place]), int(ends[place])
                time.sleep(0.05)
        raise LogUnreadable(f"{place.topic}/{place.partition}: nobody says where it ends")

    def _span(self, place: Any, start: int, end: int) -> Iterator[Stored]:
        """Yield the records from offset `start` to before `end`, which is no more than what is committed."""
        with _ours(place.topic):
            self._consumer.assign([place])
            self._consumer.seek(place, start)
        position, moved_at = start, time.monotonic()
        while position < end:
            with _ours(place.topic):
                came = self._consumer.poll(timeout_ms=500).get(place, ())
                position, before = int(self._consumer.position(place, timeout_ms=TIMEOUT_MS)), position
            if position != before:
                moved_at = time.monotonic()
            elif time.monotonic() - moved_at > TIMEOUT_MS / 1000:
                raise LogUnreadable(f"{place.topic}/{place.partition} gives nothing at offset {position}, before {end}")
            for one in came:
                if one.offset < end:
                    yield Stored(
                        place.partition, one.offset, one.timestamp, one.key, one.value, tuple(one.headers or ())
                    )


def send_again(bootstrap: Address, records: Sequence[Stored], *, prefix: str, topic: Topic) -> None:
    """Append the records to their partitions, key, value and headers as they were; returns when all are kept.

    Raises LogUnreadable when one was not taken; those before it then stand, and sending all again does no harm.
    """
    if not records:
        return
    with _ours(prefixed(prefix, topic)):
        producer = KafkaProducer(
            **direct(bootstrap),
            client_id="dunghan-again",
            acks="all",
            enable_idempotence=True,
            max_request_size=LARGEST,
            metrics_enabled=False,
        )
        try:
            sent = [
                producer.send(
                    prefixed(prefix, topic),
                    key=one.key,
                    value=one.value,
                    headers=list(one.headers),
                    partition=one.partition,
                )
                for one in records
            ]
            for future in sent:
                future.get(timeout=TIMEOUT_MS / 1000)
        finally:
            producer.close()
