"""What a backup asks of the cluster beside its records: who is at work, how far groups have come, where logs begin."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import GroupIdNotFoundError, KafkaError, NoError, RetriableError, for_code

from deploy.admin import TIMEOUT_MS, AdminError
from deploy.admission import NotAdmitted, admitted
from deploy.backup.manifest import Reached
from deploy.layout import Layout
from streams.cluster import Address
from streams.sockets import direct
from streams.topics import Topic

GROUPS: Final = ("worker", "route", "send")
"""The groups of a worker and of the courier's two steps, after their prefix."""
T = TypeVar("T")


class Groups:
    """The groups of one prefix; a context manager, whose methods raise AdminError."""

    def __init__(self, bootstrap: Address, *, prefix: str) -> None:
        """Prepare; nothing connects before it is entered."""
        self._bootstrap, self._prefix = bootstrap, prefix
        self._names = {f"{prefix or 'dunghan'}-{group}": group for group in GROUPS}
        self._client: Any = None

    def __enter__(self) -> "Groups":
        """Connect."""
        try:
            there = admitted(self._bootstrap, TIMEOUT_MS / 1000)
        except NotAdmitted as error:
            raise AdminError(str(error)) from error
        if not there:
            raise AdminError(f"nobody answers at {self._bootstrap} (DUNGHAN_KAFKA__BOOTSTRAP)")
        with self._ours():
            self._client = KafkaAdminClient(
                **direct(self._bootstrap),
                client_id="dunghan-backup",
                bootstrap_timeout_ms=TIMEOUT_MS,
                request_timeout_ms=TIMEOUT_MS,
            )
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connection."""
        self._client.close()

    def at_work(self) -> tuple[str, ...]:
        """Return the groups that have members now."""
        with self._ours():
            return self._asked(lambda: with_members(self._client.describe_groups(list(self._names))))

    def reached(self) -> tuple[Reached, ...]:
        """Return how far each group has committed, by topic and partition."""
        with self._ours():
            told = self._asked(lambda: self._client.list_group_offsets(list(self._names)))
        return tuple(
            sorted(
                (
                    Reached(self._names[name], self._bare(place.topic), place.partition, at.offset, at.metadata or "")
                    for name, places in told.items()
                    for place, at in places.items()
                    if at.offset >= 0
                ),
                key=lambda one: (one.group, one.topic, one.partition),
            )
        )

    def put(self, reached: Sequence[Reached]) -> None:
        """Commit for each group that it has come so far."""
        for name, group in self._names.items():
            offsets = {
                TopicPartition(self._full(one.topic), one.partition): OffsetAndMetadata(one.offset, one.note, -1)
                for one in reached
                if one.group == group
            }
            if offsets:
                with self._ours():
                    self._asked(partial(self._commit, name, offsets))

    def _commit(self, name: str, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        for place, error in self._client.alter_group_offsets(name, offsets).items():
            if error is not NoError:
                raise error(f"{name} at {place.topic}/{place.partition}")

    def begin(self, starts: Mapping[tuple[str, int], int]) -> None:
        """Delete what lies before these offsets, by topic and partition."""
        if starts:
            with self._ours():
                self._client.delete_records(
                    {TopicPartition(self._full(topic), partition): at for (topic, partition), at in starts.items()}
                )

    def make(self, topic: Topic, layout: Layout, settings: Mapping[str, str]) -> None:
        """Have a topic with these settings for now, made anew where it is not there."""
        name = self._full(topic.name)
        with self._ours():
            if name in set(self._client.list_topics()):
                self._client.alter_configs([ConfigResource("TOPIC", name, dict(settings))])
                return
            # Of a change to what is there a broker learns a moment later; what is made is so from its first record on.
            made = {"num_partitions": layout.partitions_of(topic), "replication_factor": layout.replication}
            self._client.create_topics({name: made | {"configs": dict(settings)}}, wait_for_metadata=True)

    @staticmethod
    def _asked(ask: Callable[[], T]) -> T:
        # The first question of all to a new cluster makes its topic of groups, which takes a moment.
        until = time.monotonic() + TIMEOUT_MS / 1000
        while True:
            try:
                return ask()
            except RetriableError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def _full(self, topic: str) -> str:
        return f"{self._prefix}.{topic}" if self._prefix else topic

    def _bare(self, topic: str) -> str:
        return topic.removeprefix(f"{self._prefix}.") if self._prefix else topic

    @contextlib.contextmanager
    def _ours(self) -> Iterator[None]:
        try:
            yield
        except (KafkaError, OSError, ValueError) as error:
            raise AdminError(f"the cluster at {self._bootstrap} refused: {type(error).__name__}: {error}") from error


def with_members(told: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the groups that have members, of what the library tells of each; raises KafkaError.

    It keeps an error beside an empty list of members: nobody could be seen, which is not nobody.
    """
    for name, group in told.items():
        if error := group.get("error"):
            code = re.search(r"-?\d+", error)
            kind = for_code(int(code[0])) if code else KafkaError
            if kind is not GroupIdNotFoundError:
                raise kind(f"{name}: {error}")
    return tuple(sorted(name for name, group in told.items() if group.get("members")))
