"""Places records at offsets that are known before they are written, as a backup is laid: batch by batch.

The records of a batch stand without a hole between them, so the broker's answer for a batch tells where each of them
stands. The same client and manner as an epoch's (`epochs`); it writes what no other client of ours does: a record
without key and value, a header without a value.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Coroutine, Iterable, Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.engine.batches import BATCH_BYTES, REQUEST_BYTES, batches
from streams.engine.connection import Connection

PATIENCE: Final = 60.0
"""Seconds for what is asked at one time."""
AS_WRITTEN: Final = 0
"""The broker keeps the time that a record was written with."""


class NotPlaced(Exception):
    """Records could not be written, or do not stand where they should; the message says which and why."""


class Record(NamedTuple):
    """One record to be written; `timestamp` in milliseconds since 1970."""

    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()


class Run(NamedTuple):
    """Records that follow each other in a partition of a topic (with its prefix), at least one, from `offset` on."""

    topic: str
    partition: int
    offset: int
    records: Iterable[Record]


class Placer:
    """One hand that writes plainly, and one that writes in transactions; a context manager. It raises NotPlaced."""

    def __init__(self, connection: Connection, transactional_id: str) -> None:
        """Prepare; nothing is connected yet."""
        self._connection = connection
        self._id = transactional_id
        self._runner = asyncio.Runner()
        self._started: list[AIOKafkaProducer] = []

    def __enter__(self) -> Self:
        """Connect."""
        # After a failure, which is told, the client leaves futures of its own that nobody asks.
        self._runner.get_loop().set_exception_handler(lambda _loop, _context: None)
        try:
            self._run(self._start())
        except NotPlaced:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go; a transaction that is open is given up by the broker."""
        self._close()

    def place(self, runs: Iterable[Run]) -> None:
        """Write runs of different partitions, outside of any transaction."""
        self._run(_placed(self._started[0], runs))

    def begin(self) -> None:
        """Begin the transaction."""
        self._run(self._started[1].begin_transaction())

    def place_within(self, runs: Iterable[Run]) -> None:
        """Write runs of different partitions in the transaction that was begun."""
        self._run(_placed(self._started[1], runs))

    def end(self, *, committed: bool) -> None:
        """End the transaction; its end takes an offset in each partition that it wrote to."""
        one = self._started[1]
        self._run(one.commit_transaction() if committed else one.abort_transaction())

    async def _start(self) -> None:
        common = {
            **self._connection.client(),
            "enable_idempotence": True,
            "acks": "all",
            "max_batch_size": BATCH_BYTES,
            "max_request_size": REQUEST_BYTES,
        }
        own = {"transactional_id": self._id, "transaction_timeout_ms": self._connection.transaction_ms}
        for more in ({}, own):
            producer = AIOKafkaProducer(**common, **more)
            self._started.append(producer)
            await producer.start()

    def _run(self, asked: Coroutine[Any, Any, None]) -> None:
        try:
            self._runner.run(asyncio.wait_for(asked, PATIENCE))
        except (KafkaError, OSError, TimeoutError, AssertionError, ValueError) as error:
            raise NotPlaced(f"{self._connection.bootstrap}: {type(error).__name__}: {error}") from error

    def _close(self) -> None:
        try:
            for producer in self._started:
                # What was written is written; a broker that has gone must not hide what was told before.
                with contextlib.suppress(NotPlaced):
                    self._run(producer.stop())
        finally:
            self._runner.close()


async def _placed(producer: AIOKafkaProducer, runs: Iterable[Run]) -> None:
    for found in await asyncio.gather(*(_place(producer, run) for run in runs), return_exceptions=True):
        if isinstance(found, BaseException):
            raise found


async def _place(producer: AIOKafkaProducer, run: Run) -> None:
    place = f"{run.topic}/{run.partition}"
    at = run.offset
    answers: list[tuple[int, Awaitable[Any]]] = []
    for batch in batches(producer, run.records):
        answers.append((at, await producer.send_batch(batch, run.topic, partition=run.partition)))
        at += batch.record_count()
    for offset, answer in answers:
        stands = await answer
        if stands.offset != offset:
            raise NotPlaced(f"{place}: {offset} came to stand at {stands.offset}: who writes?")
        if stands.timestamp_type != AS_WRITTEN:
            raise NotPlaced(f"{place}: the broker stamps it anew; delete the topic, and begin again")
