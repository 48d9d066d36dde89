"""Plays the histories into `dossier.inbox`, in the order of their arrival, with the ticks by which time passes."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import msgspec
from kafka import KafkaProducer

from deploy.demo.history import Message
from streams.cluster import Address
from streams.core.moments import Moment, datetime_of
from streams.sockets import direct
from streams.topics import INBOX, prefixed
from streams.wire.contract import TICK


def play(
    bootstrap: Address,
    prefix: str,
    *,
    messages: Iterable[Message],
    ticks: Iterable[Moment],
    partitions: int,
    told: Callable[[int], None],
) -> int:
    """Send everything and return how many messages were sent, ticks not counted; `told` hears the count as it grows.

    Messages are keyed by dossier, so that inbox and events have the same partitions and time means the same in both.
    """
    topic = prefixed(prefix, INBOX)
    producer = KafkaProducer(**direct(bootstrap), acks="all", linger_ms=20, batch_size=1 << 18)
    sent = 0
    try:
        for each in _in_time(messages, ticks):
            if isinstance(each, Message):
                producer.send(topic, key=each.key, value=each.value)
                sent += 1
                if sent % 1000 == 0:
                    told(sent)
            else:
                tick = msgspec.json.encode({"type": TICK, "time": datetime_of(each)})
                for partition in range(partitions):
                    producer.send(topic, value=tick, partition=partition)
        producer.flush()
    finally:
        producer.close()
    told(sent)
    return sent


def _in_time(messages: Iterable[Message], ticks: Iterable[Moment]) -> Iterator[Message | Moment]:
    """Yield messages and ticks in the order of time; a message of a tick's own second comes before it."""
    waiting = iter(ticks)
    tick = next(waiting, None)
    for message in messages:
        while tick is not None and tick < message.arrives_at:
            yield tick
            tick = next(waiting, None)
        yield message
    yield from chain(() if tick is None else (tick,), waiting)
