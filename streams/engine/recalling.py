"""Reads single records of a partition once more, by their offsets: what a step needs to take those that come next.

Invariant: what is given is what is committed there. A record that is not given is not there any more, or its bytes are
spoilt; a cluster that does not answer is no such record, and is asked again for what it has not given.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError

from streams.border import Incoming, Step
from streams.engine.connection import Connection

log = structlog.get_logger(__name__)

PATIENCE: Final = 20.0
"""Seconds for all of what is asked at once."""
NEAR: Final = 200
"""Offsets up to the next one that is wanted, over which reading on is cheaper than going there."""
BYTES: Final = 256 << 10
"""Asked for at a time: single records are wanted."""


class NotNow(Exception):
    """The cluster did not give all records in time; nothing is known of those that are not among `found`."""

    def __init__(self, why: str, found: Sequence[Incoming]) -> None:
        """Say what went wrong, and what was read before."""
        super().__init__(why)
        self.found = found


async def reminded(connection: Connection, step: Step, batch: Sequence[Incoming], *, place: TopicPartition) -> bool:
    """Give the step what it needs to take the batch; False if the cluster does not give it for now."""
    if offsets := step.needs(batch):
        try:
            step.give_back(await recalled(connection, place, offsets))
        except NotNow as why:
            step.give_back(why.found)
            log.error("records_not_given", topic=place.topic, partition=place.partition, why=str(why))
            return False
    return True


async def recalled(connection: Connection, place: TopicPartition, offsets: Sequence[int]) -> list[Incoming]:
    """Return the records at these offsets, which were committed once, as far as they can be read; raises NotNow."""
    reader = AIOKafkaConsumer(
        **connection.client(),
        group_id=None,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=BYTES,
    )
    found: list[Incoming] = []
    try:
        async with asyncio.timeout(PATIENCE):
            await reader.start()
            reader.assign([place])
            start = (await reader.beginning_offsets([place]))[place]
            await read(reader, place, [offset for offset in sorted(set(offsets)) if offset >= start], found=found)
    except (KafkaError, OSError, TimeoutError) as error:
        raise NotNow(f"{place}: {error!r}", found) from error
    finally:
        await reader.stop()
    return found


async def read(reader: Any, place: TopicPartition, wanted: Sequence[int], *, found: list[Incoming]) -> None:
    """Add the records at the offsets, ascending, to those found, as far as the consumer gives them."""
    left, sought, position, most = list(reversed(wanted)), frozenset(wanted), -1, None
    while left:
        if not 0 <= left[-1] - position <= NEAR or position < 0:
            reader.seek(place, left[-1])
        try:
            came = (await reader.getmany(place, timeout_ms=500, max_records=most)).get(place, [])
        except CorruptRecordException:
            if most == 1:
                left.pop()  # it was asked for alone: these bytes will never be a record again
            position, most = -1, None if most == 1 else 1
            continue
        found += [record for record in came if record.offset in sought]
        position, most = await reader.position(place), None
        while left and left[-1] < position:
            left.pop()
