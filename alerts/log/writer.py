"""The one writer for one partition of one step, in transactions."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, Self

from kafka import KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from alerts.log.client import LARGEST, SESSION_MS, LogError, Position, ours
from streams.cluster import Address
from streams.sockets import direct

PATIENCE_MS: Final = 3 * SESSION_MS
"""Milliseconds for the end of a transaction; the broker gives one up after a third of it."""


class _Impatient(KafkaProducer):  # type: ignore[misc]  # kafka-python has no types
    """The library waits for ever for a broker that has gone or refuses; whoever supervises us could not tell."""

    def send_offsets_to_transaction(self, offsets: Any, group_metadata: Any) -> None:
        self._wait(self._transaction_manager.send_offsets_to_transaction(offsets, group_metadata))

    def commit_transaction(self) -> None:
        self._wait(self._transaction_manager.begin_commit())

    def abort_transaction(self) -> None:
        self._wait(self._transaction_manager.begin_abort(), patience_ms=SESSION_MS // 2)

    def _wait(self, result: Any, *, patience_ms: int = PATIENCE_MS) -> None:
        self._sender.wakeup()
        if not result.wait(patience_ms):
            raise KafkaTimeoutError(f"no answer to the end of a transaction within {patience_ms / 1000:g} s")


class _Note(NamedTuple):
    topic: str
    record: tuple[str, bytes]
    partition: int
    noted: Callable[[], None]


class Writer:
    """The one writer for one partition of one step; one thread at a time, but `note` may be called from any other."""

    def __init__(self, bootstrap: Address, *, name: str) -> None:
        """Fence the writer of the same name, and end what it left open."""
        with ours():
            self._producer: Any = _Impatient(
                **direct(bootstrap),
                transactional_id=name,
                transaction_timeout_ms=SESSION_MS,
                max_request_size=LARGEST,
                batch_size=256 * 1024,
                linger_ms=1,
                # The next transaction waits so long for the end of the last one; the default, 100, is most of a second.
                retry_backoff_ms=5,
                metrics_enabled=False,
            )
            try:
                self._producer.init_transactions()
            except BaseException:
                self._producer.close(timeout=0)
                raise
        self._lock = threading.Lock()
        self._is_open = self._is_ending = self._is_spent = False
        self._held_up: list[_Note] = []

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Self]:
        """Commit what is written within and noted before, all of it or, when anything fails, nothing.

        After a failure the writer is spent: it takes neither a transaction nor a note, and its owner begins anew.
        """
        with ours():
            with self._lock:
                self._begin()
            try:
                yield self
                with self._lock:
                    self._is_ending = True
            except BaseException:
                self._spend()
                with contextlib.suppress(KafkaError):
                    self._producer.abort_transaction()
                raise
            try:
                self._producer.commit_transaction()
            except BaseException:
                self._spend()
                raise
            self._go_on()

    def note(self, topic: str, record: tuple[str, bytes], *, partition: int, noted: Callable[[], None]) -> None:
        """Add a record to the next transaction at once; `noted` is called, in another thread, when the broker has it.

        From then on it stays in the log: were we killed before the commit, whoever reads also what was aborted would
        find it. Whoever writes for our partition in the meantime has fenced us, and the note is refused. While a
        transaction is being ended it waits for the next one, and whoever calls does not.
        """
        note = _Note(topic, record, partition, noted)
        with ours(), self._lock:
            if self._is_ending:
                self._held_up.append(note)
            else:
                self._add(note)

    def _add(self, note: _Note) -> None:
        key, value = note.record
        self._begin()
        sent = self._producer.send(note.topic, key=key.encode(), value=value, partition=note.partition)
        sent.add_callback(lambda _: note.noted())

    def _go_on(self) -> None:
        with self._lock:
            self._is_open = self._is_ending = False
            held_up, self._held_up = self._held_up, []
            for note in held_up:
                self._add(note)

    def _spend(self) -> None:
        # The library keeps offsets that were refused, and would commit them with the next transaction. And nobody ends
        # this one any more: a note that waited for its end would wait for ever.
        with self._lock:
            self._is_spent, self._is_ending, self._held_up = True, False, []

    def _begin(self) -> None:
        if self._is_spent:
            raise LogError("a transaction of this writer has failed before")
        if not self._is_open:
            self._producer.begin_transaction()
            self._is_open = True

    def write(self, topic: str, key: str, value: bytes | None, *, partition: int | None = None) -> None:
        """Add a record; without `partition` its key decides."""
        self._producer.send(topic, key=key.encode(), value=value, partition=partition)

    def write_and_place(self, records: Sequence[tuple[str, str, bytes]], *, partition: int) -> list[int]:
        """Add records (topic, key, value) and return the offset of each."""
        with ours():
            sent = [
                self._producer.send(topic, key=key.encode(), value=value, partition=partition)
                for topic, key, value in records
            ]
            self._producer.flush(PATIENCE_MS / 1000)
            return [int(future.get(timeout=SESSION_MS / 1000).offset) for future in sent]

    def read_up_to(self, topic: str, position: Position, *, partition: int, membership: Any) -> None:
        """Commit with the transaction that this member of the group has read everything before `position`."""
        place = {TopicPartition(topic, partition): OffsetAndMetadata(position.offset, position.note, -1)}
        self._producer.send_offsets_to_transaction(place, membership)

    def close(self) -> None:
        """Let go."""
        with contextlib.suppress(LogError), ours():
            self._producer.close(timeout=1)
