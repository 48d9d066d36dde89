"""Follows a topic of one partition: read whole before the first lane begins, then record by record as it grows.

Invariant: whoever hears hears every committed record once, in order, in the loop in which the epochs are decided; so an
epoch sees one position of it from its beginning to its end.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import ConsumerStoppedError

from streams.engine.connection import Connection

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Followed:
    """A topic, by its unprefixed name, and who hears the offset and value of its records."""

    topic: str
    hear: Callable[[int, bytes | None], None]


class Following:
    """One reader outside any group; `begin` returns when all that was there has been heard."""

    def __init__(self, followed: Followed, connection: Connection) -> None:
        """Prepare; nothing connects before `begin`."""
        self._hear = followed.hear
        self._place = TopicPartition(connection.topic(followed.topic), 0)
        self._connection = connection
        self._reader: AIOKafkaConsumer | None = None

    async def begin(self) -> None:
        """Hear everything that is committed now."""
        self._reader = reader = AIOKafkaConsumer(
            **self._connection.client(), group_id=None, isolation_level="read_committed", enable_auto_commit=False
        )
        await reader.start()
        reader.assign([self._place])
        await reader.seek_to_beginning(self._place)
        end = (await reader.end_offsets([self._place]))[self._place]
        while await reader.position(self._place) < end:
            await self._next(reader, 500)
        log.info("followed", topic=self._place.topic, position=end)

    async def go_on(self) -> None:
        """Hear what comes, until cancelled."""
        while (reader := self._reader) is not None:
            try:
                await self._next(reader, 1_000)
            except ConsumerStoppedError:
                return
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Let go of the connection; `go_on` ends."""
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.stop()

    async def _next(self, reader: AIOKafkaConsumer, wait_ms: int) -> None:
        for record in (await reader.getmany(self._place, timeout_ms=wait_ms)).get(self._place, []):
            self._hear(record.offset, record.value)
