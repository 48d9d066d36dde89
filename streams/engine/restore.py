"""Reads a partition's state back from its compacted topic.

Invariant: reading begins only when the last owner has been fenced, and ends at the end that was there then; so what is
restored is all that was ever committed, and nothing is added behind the reader's back.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.border import Step
from streams.engine.connection import Connection
from streams.engine.plan import StepPlan
from streams.engine.surroundings import Surroundings

log = structlog.get_logger(__name__)

Progress = Callable[[int, int], None]
"""Hears the position and the end."""


async def taken_up(around: Surroundings, plan: StepPlan, step: Step, *, source: TopicPartition, position: int) -> None:
    """Give the step of a partition of `source` all that was committed before `position`, and have it compared."""
    if plan.state is None:
        return

    def beside(topic: str) -> TopicPartition:
        return TopicPartition(around.connection.topic(topic), source.partition)

    def progress(at: int, end: int) -> None:
        around.metrics.restoring(source.topic, source.partition, at=at, end=end)

    restored = await restore(around.connection, step, beside(plan.state), progress=progress)
    if plan.trail is not None and step.headless:
        lines = await follow(around.connection, step, beside(plan.trail), progress=progress)
        around.metrics.rebuilt.labels(source.topic).inc()
        log.error("head_taken_from_trail", topic=plan.trail, partition=source.partition, lines=lines)
    keys = await rebuild(around.connection, step, source, position=position, progress=progress)
    if keys:
        around.metrics.rebuilt.labels(source.topic).inc(keys)
        log.error("state_rebuilt", topic=source.topic, partition=source.partition, keys=keys)
    if plan.compared is not None:
        found = await compare(around.connection, step, beside(plan.compared), progress=progress)
        around.metrics.differences.labels(source.topic, str(source.partition)).set(len(found))
        if found:  # shown and written right, never mended in silence
            log.error(
                "state_differs", topic=plan.compared, partition=source.partition, keys=len(found), first=found[:9]
            )
    around.metrics.restored(source.topic, source.partition, restored)


async def restore(connection: Connection, step: Step, state: TopicPartition, *, progress: Progress) -> int:
    """Hand all committed records of `state` to the step; returns how many."""
    restored = 0
    async with aclosing(_committed(connection, state, progress)) as batches:
        async for records in batches:
            step.restore([(record.key, record.value) for record in records if record.key is not None])
            restored += len(records)
    return restored


async def rebuild(
    connection: Connection, step: Step, source: TopicPartition, *, position: int, progress: Progress
) -> int:
    """Give the step the records, before `position`, of the keys whose state it could not read; returns how many keys.

    This reads the whole partition: the log is the truth, and a state that cannot be read is rare.
    """
    keys, found = frozenset(step.corrupt), []
    if keys:
        async with aclosing(_committed(connection, source, progress)) as batches:
            async for records in batches:
                found += [record for record in records if record.key in keys and record.offset < position]
        step.rebuild(found)
    return len(keys)


async def follow(connection: Connection, step: Step, trail: TopicPartition, *, progress: Progress) -> int:
    """Have the step take up what the partition keeps of itself from its trail; returns how many lines there are."""
    lines = 0
    async with aclosing(_committed(connection, trail, progress)) as batches:
        async for records in batches:
            step.follow([record.value or b"" for record in records])
            lines += len(records)
    return lines


async def compare(connection: Connection, step: Step, written: TopicPartition, *, progress: Progress) -> Sequence[str]:
    """Have the step compare its state with the last values of a topic that follows from it; returns what differs."""
    values: dict[bytes, bytes | None] = {}
    async with aclosing(_committed(connection, written, progress)) as batches:
        async for records in batches:
            values.update((record.key, record.value) for record in records if record.key is not None)
    return step.compare({key: value for key, value in values.items() if value is not None})


async def _committed(
    connection: Connection, place: TopicPartition, progress: Progress
) -> AsyncGenerator[list[Any], None]:
    """Yield all that is committed in a partition, from its beginning to the end there is now."""
    reader = AIOKafkaConsumer(
        **connection.client(),
        group_id=None,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=4 << 20,
    )
    try:
        await reader.start()
        reader.assign([place])
        await reader.seek_to_beginning(place)
        end = (await reader.end_offsets([place]))[place]
        while (at := await reader.position(place)) < end:
            progress(at, end)
            yield (await reader.getmany(place, timeout_ms=500)).get(place, [])
    finally:
        await reader.stop()
