"""The one writer for one partition of one step, in transactions."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Self

from kafka import KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError

from alerts.log.client import LARGEST, SESSION_MS, LogError, Position, ours


class Writer:
    """The one writer for one partition of one step."""

    def __init__(self, bootstrap: str, *, name: str) -> None:
        """Fence the writer of the same name, and end what it left open."""
        with ours():
            self._producer: Any = KafkaProducer(
                bootstrap_servers=bootstrap.split(","),
                transactional_id=name,
                transaction_timeout_ms=SESSION_MS,
                max_request_size=LARGEST,
                batch_size=256 * 1024,
                linger_ms=5,
                metrics_enabled=False,
            )
            self._producer.init_transactions()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Self]:
        """Commit what is written within, all of it or, when anything fails, nothing."""
        with ours():
            self._producer.begin_transaction()
            try:
                yield self
            except BaseException:
                with contextlib.suppress(KafkaError):
                    self._producer.abort_transaction()
                raise
            self._producer.commit_transaction()

    def write(self, topic: str, key: str, value: bytes | None, *, partition: int | None = None) -> None:
        """Add a record; without `partition` its key decides."""
        self._producer.send(topic, key=key.encode(), value=value, partition=partition)

    def write_and_place(self, topic: str, records: Sequence[tuple[str, bytes]], *, partition: int) -> list[int]:
        """Add records and return the offset of each."""
        with ours():
            sent = [
                self._producer.send(topic, key=key.encode(), value=value, partition=partition) for key, value in records
            ]
            self._producer.flush()
            return [int(future.get(timeout=SESSION_MS / 1000).offset) for future in sent]

    def read_up_to(self, topic: str, position: Position, *, partition: int, membership: Any) -> None:
        """Commit with the transaction that this member of the group has read everything before `position`."""
        place = {TopicPartition(topic, partition): OffsetAndMetadata(position.offset, position.note, -1)}
        self._producer.send_offsets_to_transaction(place, membership)

    def close(self) -> None:
        """Let go."""
        with contextlib.suppress(LogError), ours():
            self._producer.close(timeout=1)
