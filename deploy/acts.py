"""`office.acts` on the cluster: read whole and checked, and added to by one hand at a time."""

from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError

from deploy.reading import LARGEST, TIMEOUT_MS, Log, LogUnreadable
from streams.sockets import DIRECT
from streams.topics import ACTS, prefixed
from streams.wire.acts import Act, AnyAct, acts_in, line_of

PLACE: Final = 0


def read_acts(log: Log) -> tuple[tuple[AnyAct, ...], bytes]:
    """Return every act and the head of the chain; raises LogUnreadable, or BrokenChain."""
    return acts_in(record.value or b"" for record in log.whole(ACTS, PLACE))


def record_act(bootstrap: str, act: Act, *, prefix: str) -> None:
    """Add an act at the end of the chain, in one transaction; whoever wrote at the same time is refused.

    Raises LogUnreadable when it was not taken: nothing was written then. Raises BrokenChain.
    """
    try:
        producer: Any = KafkaProducer(
            proxy_url=DIRECT,
            bootstrap_servers=bootstrap.split(","),
            client_id="dunghan-acts",
            transactional_id=f"{prefix or 'dunghan'}-acts",
            max_request_size=LARGEST,
            metrics_enabled=False,
        )
        try:
            # First the others are fenced, then the end is read: so nobody adds between the reading and the writing.
            producer.init_transactions()
            with Log(bootstrap, prefix=prefix) as log:
                _, head = read_acts(log)
            producer.begin_transaction()
            producer.send(prefixed(prefix, ACTS), value=line_of(head, act), partition=PLACE).get(TIMEOUT_MS / 1000)
            producer.commit_transaction()
        finally:
            producer.close()
    except (KafkaError, OSError, AssertionError) as error:
        raise LogUnreadable(f"{prefixed(prefix, ACTS)}: {type(error).__name__}: {error}") from error
