"""A real Apache Kafka cluster (KRaft, no ZooKeeper) on loopback, in seconds, from Python packages alone.

    with LocalKafka() as kafka:
        kafka.bootstrap  # "127.0.0.1:43211"

Each broker is a Java process on a leash: it ends with the `with` block, with Ctrl-C, with SIGTERM and with `kill -9` of
the process that started it. With several brokers each can be killed, stopped, frozen and started again on its own.
"""

import base64
import contextlib
import shutil
import signal
import tempfile
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.broker import Broker, Runtime
from deploy.local.jars import JarsMissing, class_path, java
from deploy.local.locks import Locks
from deploy.local.ports import free_ports, is_listening
from deploy.settings import cache_folder
from streams.cluster import Cluster
from streams.sockets import direct

ATTEMPTS: Final = 3
PAUSE: Final = 0.05


class LocalKafkaError(Exception):
    """The local cluster cannot start; the message carries the last lines of the broker's log."""


class LocalKafka:
    """A cluster of `brokers` brokers, replication 3 and two in sync where there are three or more.

    `folder` is kept, and a cluster in it comes up again with what it held; without one the cluster lives in a temporary
    folder and leaves nothing. `heap_mb` is for each broker. Entering raises LocalKafkaError with the reason.
    """

    def __init__(
        self,
        folder: Path | None = None,
        brokers: int = 1,
        heap_mb: int = 256,
        *,
        patience: float = 120.0,
        locks: Locks | None = None,
    ) -> None:
        """Prepare; nothing is started before `with` or `start()`. `patience` is how many seconds a start may take."""
        self._kept = folder
        self._count = brokers
        self._heap_mb = heap_mb
        self._patience = patience
        self._locks = locks
        self._folder = folder
        self._brokers: list[Broker] = []

    def __enter__(self) -> Self:
        """Start the cluster."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def bootstrap(self) -> str:
        """The addresses of all brokers, comma-separated, as clients take them."""
        return ",".join(broker.address for broker in self._brokers)

    @property
    def cluster(self) -> Cluster:
        """The cluster, and its owner's way in where its door is locked."""
        locks = self._locks
        return Cluster(self.bootstrap) if locks is None else locks.way_in(self.bootstrap, locks.owner)

    @property
    def brokers(self) -> tuple[Broker, ...]:
        """The brokers; number n is at place n - 1."""
        return tuple(self._brokers)

    def start(self) -> None:
        """Start every broker and return when all of them have joined; LocalKafkaError says why not."""
        runtime = self._runtime()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._start_on(runtime, free_ports(2 * self._count))
            except LocalKafkaError:
                # Between finding a port free and taking it, another process may have come first.
                stolen = any(broker.lost_its_port() for broker in self._brokers)
                self.stop()
                if not stolen or attempt == ATTEMPTS:
                    raise
            except BaseException:
                self.stop()
                raise
            else:
                return

    def stop(self) -> None:
        """End every broker; what is to be kept is closed cleanly, a temporary cluster is simply ended."""
        clean = self._kept is not None
        if clean:
            for broker in self._brokers:
                broker.signal(signal.SIGTERM)
        for broker in self._brokers:
            broker.stop(clean=clean)
        self._brokers = []
        if self._folder is not None and not clean:
            shutil.rmtree(self._folder, ignore_errors=True)

    def wait_until_whole(self, seconds: float | None = None) -> None:
        """Return when every broker is up and known; LocalKafkaError after so many seconds (default: `patience`)."""
        deadline = time.monotonic() + (self._patience if seconds is None else seconds)
        while not self._is_whole():
            for broker in self._brokers:
                if broker.returncode is not None:
                    raise LocalKafkaError(
                        f"broker {broker.number} ended with code {broker.returncode}; {broker.last_lines()}"
                    )
            if time.monotonic() > deadline:
                told = "\n".join(broker.last_lines() for broker in self._brokers)
                raise LocalKafkaError(f"the cluster did not come up in {self._patience:g} s; {told}")
            time.sleep(PAUSE)

    def _runtime(self) -> Runtime:
        try:
            return Runtime(java=java(), jars=tuple(class_path(cache_folder())), heap_mb=self._heap_mb)
        except JarsMissing as error:
            raise LocalKafkaError(str(error)) from error

    def _start_on(self, runtime: Runtime, ports: list[int]) -> None:
        self._folder = self._kept or Path(tempfile.mkdtemp(prefix="dunghan-kafka-"))
        doors, controllers = ports[: self._count], ports[self._count :]
        voters = ",".join(f"{n}@127.0.0.1:{port}" for n, port in enumerate(controllers, start=1))
        self._brokers = [
            Broker(
                number=n,
                folder=self._folder / f"broker-{n}",
                port=port,
                controller_port=controller,
                voters=voters,
                runtime=runtime,
                sweep=self._kept is None,
                locks=self._locks,
            )
            for n, (port, controller) in enumerate(zip(doors, controllers, strict=True), start=1)
        ]
        self._format()
        for broker in self._brokers:
            broker.start()
        self.wait_until_whole()

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid5(uuid.NAMESPACE_URL, str(self._folder)).bytes).decode().rstrip("=")
        # Kafka's own tools refuse an id that begins with a dash.
        cluster = "d" + cluster[1:]
        fresh = [broker for broker in self._brokers if not broker.is_formatted]
        for broker in fresh:
            broker.begin_format(cluster)
        for broker in fresh:
            if broker.end_format(self._patience) != 0:
                raise LocalKafkaError(
                    f"the storage of broker {broker.number} cannot be formatted; {broker.last_lines()}"
                )

    def _is_whole(self) -> bool:
        if not all(is_listening(broker.port) for broker in self._brokers):
            return False
        with contextlib.suppress(KafkaError, OSError):
            admin = KafkaAdminClient(
                **direct(self.cluster),
                bootstrap_timeout_ms=5_000,
                request_timeout_ms=5_000,
            )
            try:
                return len(admin.describe_cluster()["brokers"]) == self._count
            finally:
                admin.close()
        return False
