"""A member of a consumer group."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from kafka import ConsumerRebalanceListener, TopicPartition

from alerts.log.client import SESSION_MS, LogError, consumer_of, ours
from streams.cluster import Address


class _Moves(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Notes that the assignment moved; what follows is done by the reader's owner, outside the client's inside.

    Only what has to be done while the partitions are still ours is done within: a few seconds, less than a session.
    """

    def __init__(self, leaving: Callable[[], None]) -> None:
        self.moved = self.moving = False
        self._leaving = leaving

    def on_partitions_revoked(self, revoked: Any) -> None:
        self.moving = True
        if revoked:
            self._leaving()

    def on_partitions_lost(self, lost: Any) -> None:
        self.moving = True

    def on_partitions_assigned(self, assigned: Any) -> None:
        self.moved, self.moving = True, False


class Reader:
    """A member of a consumer group on one topic."""

    def __init__(
        self, bootstrap: Address, *, group: str, topic: str, leaving: Callable[[], None] = lambda: None
    ) -> None:
        """Join the group; `leaving` is called while the partitions are still ours and others wait to have them."""
        self._topic = topic
        self._moves = _Moves(leaving)
        with ours():
            self._consumer = consumer_of(
                bootstrap, group_id=group, session_timeout_ms=SESSION_MS, heartbeat_interval_ms=SESSION_MS // 4
            )
            self._consumer.subscribe([topic], listener=self._moves)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the group."""
        with contextlib.suppress(LogError), ours():
            self._consumer.close()

    def poll(self, seconds: float) -> Mapping[int, Sequence[bytes]] | None:
        """Return the values that came, by partition, in order; None when the assignment moved and `rewind` is due."""
        with ours():
            came = self._consumer.poll(timeout_ms=int(seconds * 1000))
        if self._moves.moving:
            return {}
        if self._moves.moved:
            # What came with it may have been read before the last owner was fenced.
            return None
        return {place.partition: [record.value for record in records] for place, records in came.items()}

    def is_moving(self) -> bool:
        """Return whether our partitions have been taken from us, and it is not said yet which ones are ours now."""
        return self._moves.moving

    def assignment(self) -> list[int]:
        """Return the partitions that are ours."""
        return sorted(place.partition for place in self._consumer.assignment())

    def rewind(self) -> dict[int, int]:
        """Go back, in each of our partitions, to what is committed now, and return it; 0 where nothing is."""
        self._moves.moved = False
        begun: dict[int, int] = {}
        with ours():
            for place in self._consumer.assignment():
                committed = self._consumer.committed(place)
                begun[place.partition] = committed or 0
                if committed is None:
                    self._consumer.seek_to_beginning(place)
                else:
                    self._consumer.seek(place, committed)
        return begun

    def position(self, partition: int) -> int:
        """Return the offset after what `poll` returned last."""
        with ours():
            return int(self._consumer.position(TopicPartition(self._topic, partition)))

    def membership(self) -> Any:
        """Return what the broker knows this member by; LogError when it is one no more.

        A writer's commit with an old one is refused (KIP-447).
        """
        membership = self._consumer.group_metadata()
        if membership.generation_id < 0 or not membership.member_id:
            # The broker would take it: clients of old commit in nobody's name.
            raise LogError("we are not a member of the group any more")
        return membership

    def partitions(self, topic: str) -> list[int]:
        """Return all partitions of a topic."""
        with ours():
            found = self._consumer.partitions_for_topic(topic)
        if not found:
            raise LogError(f"there is no topic {topic}; `dunghan topics apply` makes it")
        return sorted(found)
