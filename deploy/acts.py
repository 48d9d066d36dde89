"""`office.acts` on the cluster: read whole and checked, and added to by one hand at a time."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from kafka import KafkaProducer
from kafka.errors import KafkaError

from deploy.reading import LARGEST, TIMEOUT_MS, Log, LogUnreadable
from streams.cluster import Address
from streams.sockets import direct
from streams.topics import ACTS, Topic, prefixed
from streams.wire.acts import Act, AnyAct, acts_in, line_of

PLACE: Final = 0


def read_acts(log: Log) -> tuple[tuple[AnyAct, ...], bytes]:
    """Return every act and the head of the chain; raises LogUnreadable, or BrokenChain."""
    return acts_in(record.value or b"" for record in log.whole(ACTS, PLACE))


class Beside(NamedTuple):
    """Records that are written in the transaction of their act: to partition 0 of a topic, which must end at `end`."""

    topic: Topic
    end: int
    records: Sequence[tuple[bytes, bytes]]


Provided = Callable[[Sequence[AnyAct]], None]
"""Raises an error of its own where an act may not follow those that stand."""


def record_act(
    bootstrap: Address, act: Act, *, prefix: str, beside: Beside | None = None, provided: Provided | None = None
) -> None:
    """Add an act at the end of the chain, in one transaction; whoever wrote at the same time is refused.

    Raises LogUnreadable when it was not taken, or the topic beside it has grown: nothing was written then, unless the
    answer to the commit itself was lost. Raises BrokenChain, and what `provided` raises, which sees every act before
    this one.
    """
    try:
        producer: Any = KafkaProducer(
            **direct(bootstrap),
            client_id="dunghan-acts",
            transactional_id=f"{prefix or 'dunghan'}-acts",
            max_request_size=LARGEST,
            metrics_enabled=False,
        )
        try:
            # First the others are fenced, then the end is read: so nobody adds between the reading and the writing.
            producer.init_transactions()
            with Log(bootstrap, prefix=prefix) as log:
                acts, head = read_acts(log)
                if provided is not None:
                    provided(acts)
                if beside is not None and log.bounds(beside.topic, PLACE)[1] != beside.end:
                    raise LogUnreadable(f"{prefixed(prefix, beside.topic)} has grown meanwhile; look again")
            producer.begin_transaction()
            if beside is not None:
                _send(producer, beside, prefix)
            producer.send(prefixed(prefix, ACTS), value=line_of(head, act), partition=PLACE).get(TIMEOUT_MS / 1000)
            producer.commit_transaction()
        finally:
            producer.close()
    except (KafkaError, OSError, AssertionError) as error:
        raise LogUnreadable(f"{prefixed(prefix, ACTS)}: {type(error).__name__}: {error}") from error


def _send(producer: Any, beside: Beside, prefix: str) -> None:
    topic = prefixed(prefix, beside.topic)
    sent = [producer.send(topic, key=key, value=value, partition=PLACE) for key, value in beside.records]
    for each in sent:
        each.get(TIMEOUT_MS / 1000)
