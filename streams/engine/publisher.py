"""Whole transactions of a program that is no step: many records into many partitions, all of them or none.

The same client and the same manner as an epoch (`epochs`), for programs that write in pieces and wait for each.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerFenced

from streams.border import Destination, KeyValue
from streams.engine.batches import BATCH_BYTES, REQUEST_BYTES, batches
from streams.engine.connection import Connection

PATIENCE: Final = 60.0
"""Seconds for one transaction, and for the cluster to answer at the beginning."""


class NotPublished(Exception):
    """A transaction was not committed: nothing of it will be seen. The message says why."""


class Publisher:
    """The only writer under its transactional id; a context manager whose beginning shuts out every earlier one."""

    def __init__(self, connection: Connection, transactional_id: str) -> None:
        """Prepare; nothing is connected yet."""
        self._connection = connection
        self._id = transactional_id
        self._runner = asyncio.Runner()
        self._producer: AIOKafkaProducer | None = None

    def __enter__(self) -> Self:
        """Connect and shut others out; raises NotPublished."""
        # After a failure, which `commit` has told, the client leaves futures of its own that nobody asks.
        self._runner.get_loop().set_exception_handler(lambda _loop, _context: None)
        try:
            self._runner.run(self._start())
        except (KafkaError, OSError, TimeoutError) as error:
            self._close()
            raise NotPublished(f"{self._connection.bootstrap}: {type(error).__name__}: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go; an open transaction ends by itself, unseen."""
        self._close()

    def commit(self, outputs: Mapping[Destination, Sequence[KeyValue]]) -> None:
        """Write the records, topic without prefix, and return when they are committed; raises NotPublished."""
        try:
            self._runner.run(asyncio.wait_for(self._commit(outputs), PATIENCE))
        except ProducerFenced as error:
            raise NotPublished("another import of the same source has begun") from error
        except (KafkaError, OSError, TimeoutError, AssertionError) as error:
            raise NotPublished(f"{type(error).__name__}: {error}") from error

    async def _start(self) -> None:
        self._producer = AIOKafkaProducer(
            **self._connection.client(),
            transactional_id=self._id,
            transaction_timeout_ms=self._connection.transaction_ms,
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES,
        )
        await asyncio.wait_for(self._producer.start(), PATIENCE)

    async def _commit(self, outputs: Mapping[Destination, Sequence[KeyValue]]) -> None:
        producer = self._producer
        assert producer is not None, "used outside of its block"  # noqa: S101 - a fault of ours
        await producer.begin_transaction()
        sent: list[Awaitable[object]] = []
        try:
            for (topic, partition), records in outputs.items():
                await self._send(producer, (self._connection.topic(topic), partition), records, sent=sent)
        finally:
            # The client commits whatever arrived and forgets what the broker refused: each must be asked before.
            answers = await asyncio.gather(*sent, return_exceptions=True)
        for refused in answers:
            if isinstance(refused, BaseException):
                raise refused
        await producer.commit_transaction()

    async def _send(
        self, producer: Any, to: Destination, records: Sequence[KeyValue], *, sent: list[Awaitable[object]]
    ) -> None:
        """Send the records in batches, and add to `sent` what will tell whether the broker took each."""
        name, partition = to
        fields = ((None, key, value, ()) for key, value in records)
        for batch in batches(producer, fields):
            answer = await producer.send_batch(batch, name, partition=partition)
            sent.append(answer)  # at once: whatever comes after it, it must be asked

    def _close(self) -> None:
        try:
            if self._producer is not None:
                self._runner.run(self._producer.stop())
        finally:
            self._runner.close()
