"""Lays the steps of all partitions on the cluster, side by side; the one room here that writes to Kafka.

A round takes one step of every partition: what is plain, then one transaction that is committed, then one that is given
up. So the end of a transaction is paid for once for a hundred partitions.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final, Self

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from deploy.backup.laying import Step, Way
from deploy.reading import LARGEST, LogUnreadable
from streams.cluster import Address
from streams.sockets import direct

PATIENCE: Final = 60.0
"""Seconds for one step."""


class Lane:
    """One partition (`topic` with its prefix) and the steps that are left for it."""

    def __init__(self, topic: str, partition: int, steps: Iterator[Step]) -> None:
        """Take the steps, in order; they may be made while they are asked for."""
        self.topic, self.partition = topic, partition
        self._steps = steps
        self.next = next(steps, None)
        self.at = 0
        self.unsure = False

    @property
    def place(self) -> TopicPartition:
        """The partition, in the library's words."""
        return TopicPartition(self.topic, self.partition)

    def done(self) -> None:
        """Say that the step has been written."""
        if self.next is not None:
            self.at, self.unsure = self.next.end, self.next.way is not Way.PLAIN
        self.next = next(self._steps, None)


class Layer:
    """Two producers and a look at the ends; a context manager, whose methods raise LogUnreadable."""

    def __init__(self, bootstrap: Address, *, name: str) -> None:
        """Connect; `name` is the transactional id."""
        with _ours():
            common = direct(bootstrap)
        writing = common | {
            "acks": "all",
            "max_request_size": LARGEST,
            "batch_size": 256 * 1024,
            "linger_ms": 1,
            "retry_backoff_ms": 5,
            "metrics_enabled": False,
        }
        with _ours():
            self._plain: Any = KafkaProducer(**writing, client_id="dunghan-restore", enable_idempotence=True)
            self._transactional: Any = KafkaProducer(
                **writing, client_id="dunghan-restore-tx", transactional_id=name, transaction_timeout_ms=60_000
            )
            self._transactional.init_transactions()
            self._ends: Any = KafkaConsumer(**common, group_id=None, metrics_enabled=False)

    def __enter__(self) -> Self:
        """Return the layer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connections."""
        for close in (self._plain.close, self._transactional.close, self._ends.close):
            with contextlib.suppress(LogUnreadable), _ours():
                close()

    def lay(self, lanes: Sequence[Lane]) -> None:
        """Write all steps of all lanes, every record at its offset.

        What does not come to stand at its offset ends it: somebody else writes there.
        """
        left = [lane for lane in lanes if lane.next is not None]
        while left:
            for way in Way:
                self._round(left, way)
            left = [lane for lane in left if lane.next is not None]
        self._wait_for_ends(lanes)

    def _round(self, lanes: Sequence[Lane], way: Way) -> None:
        now = [lane for lane in lanes if lane.next is not None and lane.next.way is way]
        if not now:
            return
        with _ours():
            if way is Way.PLAIN:
                # The end of a transaction is written a moment after it was decided, and would come in between.
                self._wait_for_ends([lane for lane in now if lane.unsure])
                self._send(self._plain, now)
            else:
                self._transactional.begin_transaction()
                self._send(self._transactional, now)
                if way is Way.COMMITTED:
                    self._transactional.commit_transaction()
                else:
                    self._transactional.abort_transaction()
        for lane in now:
            lane.done()

    def _send(self, producer: Any, lanes: Sequence[Lane]) -> None:
        sent = [
            (
                lane,
                one,
                producer.send(
                    lane.topic,
                    key=one.key,
                    value=one.value,
                    headers=list(one.headers),
                    partition=lane.partition,
                    timestamp_ms=one.timestamp,
                ),
            )
            for lane in lanes
            if lane.next is not None
            for one in lane.next.records
        ]
        producer.flush(timeout=PATIENCE)
        for lane, one, future in sent:
            stands = future.get(timeout=PATIENCE)
            if stands.offset != one.offset:
                told = f"{one.offset} came to stand at {stands.offset}: who writes?"
                raise LogUnreadable(f"{lane.topic}/{lane.partition}: {told}")
            if stands.timestamp != one.timestamp:
                raise LogUnreadable(f"{lane.topic}: the broker stamps it anew; delete the topic, and begin again")

    def _wait_for_ends(self, lanes: Sequence[Lane]) -> None:
        deadline = time.monotonic() + PATIENCE
        while lanes:
            ends: dict[TopicPartition, int] = {}
            with _ours(), contextlib.suppress(KeyError):
                ends = self._ends.end_offsets([lane.place for lane in lanes])
            # While the leaders of a new topic are not known yet, the client stumbles over it (KeyError).
            short = [lane for lane in lanes if ends.get(lane.place, -1) < lane.at]
            if short and time.monotonic() > deadline:
                one = short[0]
                raise LogUnreadable(f"{one.topic}/{one.partition} ends at {ends.get(one.place)}, not at {one.at}")
            lanes = short
            time.sleep(0.005 if short else 0)


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError, AssertionError) as error:
        raise LogUnreadable(f"{type(error).__name__}: {error}") from error
