"""The reader of `unit.tallies` and `dossier.heard`: the one module of the scoreboard that knows kafka-python.

It hands on whole transactions only. The end offset that a `read_committed` consumer is told is the last stable one, and
each partition has one writer at a time, so it never lies inside a transaction; a pass reads to the ends known at its
start and keeps what came after for the next. Otherwise a dossier that moves between two units would be counted twice
for a moment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.cluster import Address
from streams.sockets import direct
from streams.topics import HEARD, TALLIES, Topic, prefixed
from streams.wire.records import Counted, Heard, Tally

COUNTED_KEY: Final = "counted/"
POLL_MS: Final = 200
POLL_RECORDS: Final = 5000
CONNECT_MS: Final = 5_000
TIMEOUT_MS: Final = 15_000
KNOWN_VERSION: Final = 1

_TALLY: Final = msgspec.json.Decoder(Tally)
_COUNTED: Final = msgspec.json.Decoder(Counted)
_HEARD: Final = msgspec.json.Decoder(Heard)

Record = Tally | Counted | None
R = TypeVar("R")


class TalliesUnreachable(Exception):
    """Kafka does not answer, or the topic is not there (`dunghan topics apply`); trying again may help."""


@dataclass(frozen=True, slots=True)
class Pass(Generic[R]):
    """The newest record of each key that came since the last pass, and why others could not be read."""

    records: dict[str, R]
    unreadable: dict[str, str]


def record_of(key: str, value: bytes | None) -> Record:
    """Return the record; raises ValueError with the reason when it is none, or of a version not known here."""
    if value is None:
        return None
    record = _COUNTED.decode(value) if key.startswith(COUNTED_KEY) else _TALLY.decode(value)
    if record.version != KNOWN_VERSION:
        raise ValueError(f"version {record.version} of a tally is not known here")
    if isinstance(record, Counted) and key != f"{COUNTED_KEY}{record.partition}":
        raise ValueError(f"partition {record.partition} is counted under the key {key}")
    return record


def heard_of(key: str, value: bytes | None) -> Heard | None:
    """Return the record of `dossier.heard`; raises ValueError with the reason when it is none."""
    heard = None if value is None else _HEARD.decode(value)
    if heard is not None and heard.version != KNOWN_VERSION:
        raise ValueError(f"version {heard.version} of {key} is not known here")
    return heard


@contextmanager
def _errors(place: str) -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError, ValueError) as error:
        raise TalliesUnreachable(f"{place}: {error}") from error


def _connected(bootstrap: Address, *, connect_ms: int) -> Any:  # kafka-python has no types
    with _errors(str(bootstrap)):
        return KafkaConsumer(
            **direct(bootstrap),
            client_id="dunghan-scoreboard",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            bootstrap_timeout_ms=connect_ms,
        )


class _Reader(Generic[R]):
    """All partitions of a topic from their beginning, without a group; not to be shared between threads."""

    topic: ClassVar[Topic]
    read_as: Callable[[str, bytes | None], R]

    def __init__(self, *, bootstrap: Address, prefix: str, connect_ms: int = CONNECT_MS) -> None:
        """Connect and find the partitions; TalliesUnreachable when there is no broker or no topic."""
        self._topic = prefixed(prefix, self.topic)
        self._consumer = _connected(bootstrap, connect_ms=connect_ms)
        self._ahead: list[Any] = []
        try:
            self._partitions = self._assigned()
        except TalliesUnreachable:
            self.close()
            raise

    def _assigned(self) -> list[Any]:
        with _errors(self._topic):
            found = self._consumer.partitions_for_topic(self._topic)
            partitions = [TopicPartition(self._topic, number) for number in sorted(found or ())]
            if partitions:
                self._consumer.assign(partitions)
                self._consumer.seek_to_beginning(*partitions)
                return partitions
        raise TalliesUnreachable(f"there is no topic {self._topic}")

    @property
    def partitions(self) -> frozenset[int]:
        """Return the numbers of the partitions that must be counted."""
        return frozenset(partition.partition for partition in self._partitions)

    def read(self, *, going: Callable[[], bool] = lambda: True) -> Pass[R] | None:
        """Return everything committed up to now; None when `going` turned False before that, and then nothing is lost.

        TalliesUnreachable when the broker does not answer; the next call goes on where this one stood.
        """
        with _errors(self._topic):
            ends = self._consumer.end_offsets(self._partitions, timeout_ms=TIMEOUT_MS)
            while any(self._consumer.position(place, timeout_ms=TIMEOUT_MS) < end for place, end in ends.items()):
                for records in self._consumer.poll(timeout_ms=POLL_MS, max_records=POLL_RECORDS).values():
                    self._ahead.extend(records)
                if not going():
                    return None
        end_of = {place.partition: end for place, end in ends.items()}
        whole = [record for record in self._ahead if record.offset < end_of[record.partition]]
        self._ahead = [record for record in self._ahead if record.offset >= end_of[record.partition]]
        return _pass_of(whole, type(self).read_as)

    def close(self) -> None:
        """Let go of the connection."""
        with _errors(self._topic):
            self._consumer.close(autocommit=False)


class TallyReader(_Reader[Record]):
    """The reader of `unit.tallies`."""

    topic = TALLIES
    read_as = staticmethod(record_of)


class HeardReader(_Reader[Heard | None]):
    """The reader of `dossier.heard`."""

    topic = HEARD
    read_as = staticmethod(heard_of)


def _pass_of(whole: list[Any], read_as: Callable[[str, bytes | None], R]) -> Pass[R]:
    records: dict[str, R] = {}
    unreadable: dict[str, str] = {}
    for raw in whole:
        key = (raw.key or b"").decode(errors="replace")
        records.pop(key, None)
        unreadable.pop(key, None)
        try:
            records[key] = read_as(key, raw.value)
        except ValueError as why:
            unreadable[key] = str(why)
    return Pass(records, unreadable)
