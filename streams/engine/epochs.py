"""One epoch is one transaction: outputs, state and the position reached move together or not at all.

Invariant: nothing that a `read_committed` reader can see stands outside a committed transaction of the partition's one
producer; whoever starts a producer with the same transactional id afterwards fences this one for good.
"""

import asyncio
from collections.abc import Awaitable

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerFenced

from streams.border import Epoch, KeyValue
from streams.engine.batches import BATCH_BYTES, REQUEST_BYTES, batches
from streams.engine.connection import Connection
from streams.engine.endings import Ending, MustEnd


class EpochWriter:
    """Writes the epochs of one partition of one topic."""

    def __init__(self, connection: Connection, source: TopicPartition) -> None:
        self._connection = connection
        self._source = source
        self._producer = AIOKafkaProducer(
            **connection.client(),
            transactional_id=connection.transactional_id(source.topic, source.partition),
            transaction_timeout_ms=connection.transaction_ms,
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES,
            linger_ms=0,
        )

    async def fence(self) -> None:
        """Become the partition's only writer: ends what the last owner left open, and shuts it out."""
        await self._producer.start()

    async def write(self, epoch: Epoch, position: int) -> None:
        """Commit what the epoch says together with `position`, the next offset to take; raises MustEnd if it cannot."""
        try:
            await self._producer.begin_transaction()
            sent: list[Awaitable[object]] = []
            for (topic, partition), records in epoch.outputs.items():
                sent += await self._send(topic, partition, records)
            await self._producer.send_offsets_to_transaction({self._source: position}, self._connection.group)
            # The client commits whatever arrived and forgets what the broker refused: it must be asked before.
            await asyncio.gather(*sent)
            await self._producer.commit_transaction()
        except ProducerFenced as error:
            raise MustEnd(Ending.FENCED, f"{self._source}: another worker owns this partition") from error
        except Exception as error:  # whatever it is: what is not committed must be taken again, from the start
            raise MustEnd(Ending.EPOCH_FAILED, f"{self._source}: {error!r}") from error

    async def _send(self, topic: str, partition: int, records: list[KeyValue]) -> list[Awaitable[object]]:
        """Send the records, and return what will tell whether the broker took them."""
        name, fields = self._connection.topic(topic), ((None, key, value, ()) for key, value in records)
        return [
            await self._producer.send_batch(batch, name, partition=partition)
            for batch in batches(self._producer, fields)
        ]

    async def close(self) -> None:
        """Let go of the connection; an open transaction is left to whoever comes next."""
        await self._producer.stop()
