"""Reads the log outside any group: a partition whole, one record, how far others have come."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence

from kafka import TopicPartition

from alerts.log.client import LogError, Position, consumer_of, ours
from streams.cluster import Address


class Archive:
    """Reads partitions of a topic outside any group: from the beginning to the end, or one record."""

    def __init__(self, bootstrap: Address, *, also_aborted: bool = False) -> None:
        """Connect; `also_aborted` reads what was written and never committed, too."""
        isolation = "read_uncommitted" if also_aborted else "read_committed"
        with ours():
            self._consumer = consumer_of(bootstrap, group_id=None, isolation_level=isolation)

    def close(self) -> None:
        """Let go."""
        with contextlib.suppress(LogError), ours():
            self._consumer.close()

    def whole(self, topic: str, partitions: Sequence[int] | None = None) -> Iterator[tuple[int, str, bytes | None]]:
        """Yield (partition, key, value) of what is in these partitions, or in all, to their present ends."""
        if partitions is None:
            with ours():
                partitions = sorted(self._consumer.partitions_for_topic(topic) or ())
        yield from self.since(topic, dict.fromkeys(partitions, 0))

    def since(self, topic: str, begin: Mapping[int, int]) -> Iterator[tuple[int, str, bytes | None]]:
        """Yield (partition, key, value) of what stands at or after these offsets, to the present ends."""
        places = {TopicPartition(topic, partition): offset for partition, offset in begin.items()}
        if not places:
            return
        with ours():
            self._consumer.assign(list(places))
            ends = self._consumer.end_offsets(list(places))
            for place, first in self._consumer.beginning_offsets(list(places)).items():
                self._consumer.seek(place, max(first, places[place]))
        while True:
            with ours():
                if all(self._consumer.position(place) >= ends[place] for place in places):
                    return
                came = self._consumer.poll(timeout_ms=500)
            for place, records in came.items():
                for record in records:
                    yield place.partition, (record.key or b"").decode(), record.value

    def ends(self, topic: str) -> dict[int, int]:
        """Return the offset after the last record of each partition at this moment; LogError where there is none."""
        with ours():
            places = [TopicPartition(topic, each) for each in self._consumer.partitions_for_topic(topic) or ()]
            found = {place.partition: int(end) for place, end in self._consumer.end_offsets(places).items()}
        if not found:
            raise LogError(f"{topic} has no partition that can be seen")
        return found

    def news(self, topic: str, begin: int) -> tuple[list[tuple[int, bytes | None]], int]:
        """Return (offset, value) of what stands at or after an offset of a topic's one partition, and its end now."""
        place, found = TopicPartition(topic, 0), list[tuple[int, bytes | None]]()
        with ours():
            self._consumer.assign([place])
            end = int(self._consumer.end_offsets([place])[place])
            self._consumer.seek(place, begin)
            while self._consumer.position(place) < end:
                for record in self._consumer.poll(timeout_ms=500).get(place, ()):
                    found.append((record.offset, record.value))
        return found, end

    def one(self, topic: str, partition: int, offset: int, *, patience: float = 10.0) -> bytes | None:
        """Return the value at an offset, None where it is no longer kept; LogError where no answer comes in time."""
        place = TopicPartition(topic, partition)
        with ours():
            self._consumer.assign([place])
            if self._consumer.beginning_offsets([place])[place] > offset:
                return None
            self._consumer.seek(place, offset)
            came = self._consumer.poll(timeout_ms=int(patience * 1000), max_records=1)
            record = next(iter(came.get(place, ())), None)
            if record is None and self._consumer.position(place) <= offset:
                # Silence does not say that it is gone; who took it for that would tell the same in another mail.
                raise LogError(f"{topic}, partition {partition}, offset {offset}: not read within {patience:g} s")
        return record.value if record is not None and record.offset == offset else None


class Follower:
    """Sees, without being a member, how far a group has come in a topic."""

    def __init__(self, bootstrap: Address, *, group: str, topic: str) -> None:
        """Connect."""
        with ours():
            self._consumer = consumer_of(bootstrap, group_id=group)
        try:
            with ours():
                partitions = self._consumer.partitions_for_topic(topic) or ()
                self._places = [TopicPartition(topic, each) for each in partitions]
        except LogError:
            self.close()
            raise

    def close(self) -> None:
        """Let go."""
        with contextlib.suppress(LogError), ours():
            self._consumer.close()

    def positions(self) -> dict[int, Position]:
        """Return how far the group has committed in each partition; where it has not begun, offset 0."""
        with ours():
            found = {place.partition: self._consumer.committed(place, metadata=True) for place in self._places}
        return {
            partition: Position(committed.offset, committed.metadata or "") if committed else Position(0)
            for partition, committed in found.items()
        }

    def ends(self) -> dict[int, int]:
        """Return the offset after the last committed record of each partition at this moment.

        A reader could be asked the same; but there the question waits, up to half a second, behind what it fetches.
        """
        with ours():
            return {place.partition: end for place, end in self._consumer.end_offsets(self._places).items()}
