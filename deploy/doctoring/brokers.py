"""What the cluster itself shows: its clock, its disks, how far each group is, what a restore would read.

Nothing is written. The clock is that of the controller, which says with DescribeQuorum (KIP-836) what time it is.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from streams.cluster import Cluster
from streams.sockets import direct

PATIENCE_MS: Final = 10_000
NOT_SAID: Final = (0, 0)


class Unanswered(Exception):
    """The cluster does not answer a question, or we may not ask it; says why."""


class Disk(NamedTuple):
    """One log folder of a broker; bytes, -1 where the broker does not say; `failed`: Kafka has given it up."""

    broker: int
    folder: str
    total: int
    free: int
    failed: bool = False


class Versions(NamedTuple):
    """Of each broker the release that it answers like; the level of metadata in force, and the newest it knows.

    A level is a number that grows with Kafka's releases (`kafka-features.sh version-mapping`), 0 where it is not said.
    """

    brokers: Mapping[int, tuple[int, ...]]
    level: int
    newest: int


class Progress(NamedTuple):
    """Of one group in one topic: records it has yet to take, and partitions it has."""

    behind: int
    begun: int


class Brokers:
    """The cluster, to look at; a context manager. Every method raises Unanswered."""

    def __init__(self, cluster: Cluster) -> None:
        """Prepare; nothing connects before the block is entered."""
        self._cluster = cluster
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "Brokers":
        """Connect."""
        with _asked("the cluster"):
            self._admin: Any = KafkaAdminClient(
                **direct(self._cluster), request_timeout_ms=PATIENCE_MS, bootstrap_timeout_ms=PATIENCE_MS
            )
        self._stack.callback(self._admin.close)
        return self

    def __exit__(self, *_: object) -> None:
        """Let go."""
        self._stack.close()

    def clock_ms(self) -> int:
        """Return the controller's time, in milliseconds since 1970."""
        with _asked("its clock"):
            (place,) = self._admin.describe_metadata_quorum()["topics"][0]["partitions"]
            return max(int(voter["last_caught_up_timestamp"]) for voter in place["current_voters"])

    def disks(self) -> list[Disk]:
        """Return every log folder of every broker."""
        with _asked("its disks"):
            return disks_in(self._admin.describe_log_dirs())

    def versions(self) -> Versions:
        """Return what release each broker answers like, and the level of metadata that the cluster was set to."""
        with _asked("its release"):
            numbers = [int(each["broker_id"]) for each in self._admin.describe_cluster()["brokers"]]
            told = {each: self._admin.get_broker_version_data(each).broker_version for each in numbers}
            level = self._admin.describe_features().get("metadata.version", {})
            return Versions(told, level.get("finalized", NOT_SAID)[1], level.get("supported", NOT_SAID)[1])

    def out_of_step(self, topics: Sequence[str]) -> Mapping[int, int]:
        """Return of how many partitions of these topics each broker should have a copy in step and has none."""
        with _asked("its replicas"):
            return Counter(
                broker
                for told in self._admin.describe_topics(list(topics))
                for place in told["partitions"]
                for broker in set(place["replica_nodes"]) - set(place["isr_nodes"])
            )

    def held(self, topic: str) -> int:
        """Return how many records a topic holds at the most: what a restore of all partitions reads."""
        with self._reading(None) as reader:
            begins, ends = self._bounds(reader, topic)
            return sum(ends[place] - begins[place] for place in ends)

    def progress(self, group: str, topic: str) -> Progress:
        """Return how far a group is behind in a topic."""
        with self._reading(group) as reader:
            begins, ends = self._bounds(reader, topic)
            done = {place: reader.committed(place) for place in ends}
            behind = sum(max(0, ends[each] - (begins[each] if done[each] is None else done[each])) for each in ends)
            return Progress(behind, sum(each is not None for each in done.values()))

    def has_open(self, topic: str, *, before_ms: int) -> bool:
        """Tell whether a transaction is open that wrote to a topic before a moment, in milliseconds since 1970.

        No record is read: who may look at a cluster need not be able to read dossiers.
        """
        with self._reading(None, isolation_level="read_committed") as reader:
            _, stable = self._bounds(reader, topic)
        with self._reading(None, isolation_level="read_uncommitted") as reader:
            _, ends = self._bounds(reader, topic)
            held = {place: before_ms for place in ends if ends[place] > stable[place]}
            # The first record that was written later: where there is none, what is held back was written before.
            later = reader.offsets_for_times(held) if held else {}
        return any(later[place] is None or later[place].offset > stable[place] for place in held)

    @contextlib.contextmanager
    def _reading(self, group: str | None, **more: object) -> Iterator[Any]:
        with _asked("how far it is"):
            reader = KafkaConsumer(
                **direct(self._cluster), group_id=group, enable_auto_commit=False, metrics_enabled=False, **more
            )
            try:
                yield reader
            finally:
                reader.close(autocommit=False)

    @staticmethod
    def _bounds(reader: Any, topic: str) -> tuple[Mapping[Any, int], Mapping[Any, int]]:
        places = [TopicPartition(topic, each) for each in reader.partitions_for_topic(topic) or ()]
        return (reader.beginning_offsets(places), reader.end_offsets(places)) if places else ({}, {})


@contextlib.contextmanager
def _asked(what: str) -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError, AssertionError, KeyError, IndexError, ValueError) as error:
        raise Unanswered(f"{what}: {type(error).__name__}: {error}") from error


def disks_in(told: Sequence[Mapping[str, Any]]) -> list[Disk]:
    """Return the log folders of what the library tells of each broker; one that names none does not say."""
    silent: Sequence[Mapping[str, Any]] = ({},)
    return [
        Disk(
            broker["broker"],
            one.get("log_dir", "?"),
            one.get("total_bytes", -1),
            one.get("usable_bytes", -1),
            failed=bool(one.get("error_code")),
        )
        for broker in told
        # Whoever may not ask is answered with an empty list.
        for one in broker["log_dirs"] or silent
    ]
