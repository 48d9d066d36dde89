"""Every inner door of Faust and aiokafka that the engine goes through, in one place.

None of these is promised by its library; the versions are pinned, and `tests/unit/streams/engine/test_doors.py` fails
when an upgrade moves one. Nothing else in the engine names an attribute of theirs that begins with an underscore.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.types import TP

Answer = TypeVar("Answer")


def client_of(app: Any) -> AIOKafkaConsumer:
    """Return Faust's aiokafka consumer; its coroutines run only in the thread that `in_thread` reaches."""
    return cast(AIOKafkaConsumer, app.consumer._thread._ensure_consumer())


async def in_thread(app: Any, call: Callable[..., Awaitable[Answer]], *args: object) -> Answer:
    """Await `call` in the loop of the consumer's thread."""
    return cast(Answer, await app.consumer._thread.call_thread(call, *args))


def position(client: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    """Return the offset that the next fetch will begin at; None if the partition is not assigned or has none yet."""
    subscription = client._subscription.subscription
    if subscription is None or subscription.assignment is None:
        return None
    if partition not in subscription.assignment.tps:
        return None
    state = subscription.assignment.state_value(partition)
    return state.position if state.has_valid_position else None


async def fetched(
    client: AIOKafkaConsumer, partitions: Any, *, wait: float, most: int
) -> dict[TopicPartition, list[Any]]:
    """Return up to `most` records that have been fetched for the partitions, waiting up to `wait` seconds."""
    fetcher = client._fetcher
    with fetcher._subscriptions.fetch_context():
        return cast(
            dict[TopicPartition, list[Any]],
            await fetcher.fetched_records(partitions, timeout=wait, max_records=most),
        )


def closed(client: AIOKafkaConsumer) -> bool:
    """Return whether the consumer or its fetcher has been closed."""
    return bool(client._closed or client._fetcher._closed)


def assigned(client: AIOKafkaConsumer) -> set[TopicPartition]:
    """Return what the group has assigned to the consumer."""
    return set(client.assignment())


async def seek(app: Any, partition: TopicPartition, offset: int) -> None:
    """Make the next fetch of the partition begin at `offset`, and let Faust deliver what it has delivered before."""

    async def in_loop() -> None:
        client = client_of(app)
        if partition in client.assignment():
            client.seek(partition, offset)

    await in_thread(app, in_loop)
    app.consumer._read_offset[TP(partition.topic, partition.partition)] = None


async def end(app: Any, partition: TopicPartition) -> int:
    """Return the offset after the last record that is committed in the partition."""

    async def in_loop() -> int:
        # The consumer reads what is committed alone, and asks for the end of that.
        return int((await client_of(app).end_offsets([partition]))[partition])

    return await in_thread(app, in_loop)


async def committed(app: Any, partition: TopicPartition) -> int:
    """Return the group's committed offset, or the first offset there is where nothing was committed yet."""

    async def in_loop() -> int:
        client = client_of(app)
        offset = await client.committed(partition)
        if offset is None:
            offset = (await client.beginning_offsets([partition]))[partition]
        return int(offset)

    return await in_thread(app, in_loop)
