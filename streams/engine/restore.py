"""Reads a partition's state back from its compacted topic.

Invariant: reading begins only when the last owner has been fenced, and ends at the end that was there then; so what is
restored is all that was ever committed, and nothing is added behind the reader's back.
"""

from collections.abc import Callable

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.border import Step
from streams.engine.connection import Connection


async def restore(
    connection: Connection, step: Step, state: TopicPartition, *, progress: Callable[[int, int], None]
) -> int:
    """Hand all committed records of `state` to the step; returns how many. `progress` hears (position, end)."""
    reader = AIOKafkaConsumer(
        **connection.client(),
        group_id=None,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=4 << 20,
    )
    try:
        await reader.start()
        reader.assign([state])
        await reader.seek_to_beginning(state)
        end = (await reader.end_offsets([state]))[state]
        restored = 0
        while (at := await reader.position(state)) < end:
            progress(at, end)
            records = (await reader.getmany(state, timeout_ms=500)).get(state, [])
            step.restore([(record.key, record.value) for record in records if record.key is not None])
            restored += len(records)
        return restored
    finally:
        await reader.stop()
