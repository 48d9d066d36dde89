"""The one writer to `dossier.inbox`, in a thread of its own; the only room of the gateway that knows kafka-python.

What waits is written in transactions: each posting is in one of them whole, and its future is answered once the broker
has committed it (all replicas in sync, idempotent producer). Readers of the inbox are `read_committed`, so they see all
of a posting or nothing. Whatever goes wrong, the producer is given up and another fences it, which ends what it left
open; until that stands, nothing more is taken.
"""

import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Final

import structlog
from kafka import KafkaProducer
from kafka.errors import InvalidProducerEpochError, KafkaError, KafkaTimeoutError, ProducerFencedError

from deploy.gateway.incoming import Posted
from deploy.gateway.waiting import GROUP_BYTES, Posting, Waiting
from deploy.gateway.writing import Unsure
from streams.cluster import Address
from streams.sockets import direct

PAUSE: Final = 1.0
"""Seconds between two attempts to reach a broker that is away."""
TRANSACTION_MS: Final = 10_000
"""After this long the broker gives up what a gateway that died left open; its readers wait for so long."""
FENCED: Final = (ProducerFencedError, InvalidProducerEpochError)


class _Impatient(KafkaProducer):  # type: ignore[misc]  # kafka-python has no types
    """The library waits for ever for the end of a transaction; whoever posted would too."""

    def commit(self, patience: float) -> None:
        """End the transaction; raises KafkaError when the broker refuses, or does not answer in so many seconds."""
        result = self._transaction_manager.begin_commit()
        self._sender.wakeup()
        if not result.wait(int(patience * 1000)):
            raise KafkaTimeoutError(f"no answer to a commit within {patience:g} s")


class Inbox:
    """The writer; `name` is its transactional id: of two gateways that go by one name, only the newer can write."""

    def __init__(self, bootstrap: Address, topic: str, *, name: str, patience: float, most_bytes: int) -> None:
        """Prepare; `patience` is how many seconds the broker has to answer, `most_bytes` what may wait at once."""
        self._bootstrap, self._topic, self._name = bootstrap, topic, name
        self._patience = patience
        self._waiting = Waiting(most_bytes=most_bytes)
        self._producer: Any = None
        self._thread = threading.Thread(target=self._write_all, name="inbox", daemon=True)

    @property
    def up(self) -> bool:
        """Whether the broker took what it was last given."""
        return self._waiting.is_open

    @property
    def alive(self) -> bool:
        """Whether the writer is at work."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many events wait for the broker, those being written included."""
        return self._waiting.events

    def start(self) -> None:
        """Begin to look for the broker."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Write what waits, then end; what the broker does not take in so many seconds is answered as Away."""
        self._waiting.stop()
        self._thread.join(seconds)
        self._waiting.close()

    def post(self, records: Sequence[Posted]) -> "Future[None]":
        """Have the records written, as `Writer` promises."""
        return self._waiting.put(records)

    def _write_all(self) -> None:
        while not (self._waiting.stopping and not self._waiting.events):
            try:
                if self._producer is None:
                    self._producer = self._producing()
                    self._producer.init_transactions()
                    self._waiting.open()
                if group := self._waiting.group():
                    self._write(group)
            except (KafkaError, OSError, AssertionError) as error:
                self._tell(error)
                self._waiting.close()
                self._let_go(0)
                self._waiting.pause(PAUSE)
        self._let_go(2)

    def _tell(self, error: Exception) -> None:
        log = structlog.get_logger()
        if isinstance(error, FENCED):
            told = "fenced: another gateway goes by this name, or the broker gave up what took too long"
            log.error("gateway_fenced", instance=self._name, why=told)
        else:
            log.warning("broker_takes_nothing", why=f"{type(error).__name__}: {error}")

    def _producing(self) -> Any:
        return _Impatient(
            **direct(self._bootstrap),
            client_id=self._name,
            transactional_id=self._name,
            transaction_timeout_ms=TRANSACTION_MS,
            bootstrap_timeout_ms=5_000,
            request_timeout_ms=5_000,
            max_block_ms=5_000,
            delivery_timeout_ms=10_000,
            reconnect_backoff_max_ms=1_000,
            # The next transaction waits so long for the end of the last one; the default, 100, is most of a second.
            retry_backoff_ms=5,
            batch_size=256 * 1024,
            max_request_size=GROUP_BYTES,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )

    def _write(self, group: Sequence[Posting]) -> None:
        try:
            self._producer.begin_transaction()
            sent = [
                self._producer.send(
                    self._topic, key=record.key, value=record.value, headers=list(record.headers) or None
                )
                for posting in group
                for record in posting.records
            ]
            self._producer.flush(self._patience)
            # The library should fail the commit of a transaction in which one record failed; this does not rest on it.
            for each in sent:
                each.get(timeout=0)
            self._producer.commit(self._patience)
        except BaseException:
            self._waiting.end(group, Unsure())
            raise
        self._waiting.end(group, None)

    def _let_go(self, seconds: float) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError, OSError, AssertionError, RuntimeError):
                producer.close(timeout=seconds)
