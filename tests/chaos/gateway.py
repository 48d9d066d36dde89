"""The storm over the gateway: it and the broker are killed while clients post; what was answered 202 is in the inbox.

The clients are as a client should be: what was not answered 202 they send again, the same bytes, until it is. Judged is
the inbox as its reader sees it, `read_committed`: nothing answered 202 is missing (lost), no batch is there in part
(wrong), and nothing is there twice whose client was not left in doubt (wrong too); repeated is what is there twice.
"""

import http.client
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.admin import TopicAdmin
from deploy.gateway.tokens import Pass, entry, new_token
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.local.ports import free_ports
from deploy.reading import Log
from deploy.settings import without_settings
from streams.topics import INBOX

PREFIX, PARTITIONS, CLIENTS, BATCH = "storm", 4, 4, 20
SOURCE, HOME = "dienbien.muongnhe/motcua", "dienbien.muongnhe"


@dataclass(frozen=True, slots=True)
class Came:
    """How the storm came out, in events."""

    answered: int
    lost: int
    repeated: int
    wrong: int
    refused: int
    """Requests that were not answered 202: refused, or cut off."""

    @property
    def clean(self) -> bool:
        return not self.lost and not self.wrong and self.answered > 0


@dataclass
class Clients:
    """Post batch after batch, each until it is answered 202."""

    port: int
    token: str
    ended: threading.Event = field(default_factory=threading.Event)
    answered: list[str] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    refused: int = 0
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self.threads = [threading.Thread(target=self._post_all, args=(number,)) for number in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, more: int, seconds: float = 60) -> None:
        """Return when so many more batches have been answered 202."""
        wanted, deadline = len(self.answered) + more, time.monotonic() + seconds
        while len(self.answered) < wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{wanted - len(self.answered)} of {more} batches were not answered in {seconds} s")
            time.sleep(0.05)

    def _post_all(self, client: int) -> None:
        number = 0
        while not self.ended.is_set():
            batch = f"{client}-{number}"
            while not self._post(batch):
                self.refused += 1
                self.doubtful.add(batch)
                if self.ended.wait(0.2):
                    return
            self.answered.append(batch)
            number += 1

    def _post(self, batch: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/cloudevents-batch+json", "Authorization": f"Bearer {self.token}"}
        try:
            connection.request("POST", "/events", json.dumps([event(batch, n) for n in range(BATCH)]), headers)
            return connection.getresponse().status == http.HTTPStatus.ACCEPTED
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def event(batch: str, number: int) -> dict[str, object]:
    """Return one event of a batch; its id names both."""
    return {
        "specversion": "1.0",
        "id": f"{batch}/{number}",
        "source": SOURCE,
        "type": "vn.dunghan.dossier.done.v1",
        "subject": f"{HOME}/{batch}-{number}",
        "time": "2026-03-02T09:12:00+07:00",
        "data": {"result": True},
    }


@contextmanager
def posting(kafka: LocalKafka, folder: Path) -> Iterator[tuple["Gateway", Clients]]:
    """Give a gateway on the cluster that can be killed, and clients at work."""
    TopicAdmin(kafka.bootstrap, Layout(PREFIX, PARTITIONS, 1)).apply()
    token, hashed = new_token()
    (folder / "tokens.toml").write_text(entry(Pass("storm", SOURCE, (HOME,), hashed, events_per_second=1e6)))
    (port,) = free_ports(1)
    gateway, clients = Gateway(kafka.bootstrap, folder, port), Clients(port, token)
    gateway.start()
    clients.start()
    try:
        yield gateway, clients
    finally:
        clients.stop()
        gateway.end(signal.SIGTERM)


class Gateway:
    """The process, as a supervisor would run it."""

    def __init__(self, bootstrap: str, folder: Path, port: int, *, instance: str = "") -> None:
        self._environment = without_settings() | {
            "DUNGHAN_KAFKA__BOOTSTRAP": bootstrap,
            "DUNGHAN_KAFKA__PREFIX": PREFIX,
            "DUNGHAN_GATEWAY__TOKENS_FILE": str(folder / "tokens.toml"),
            "DUNGHAN_GATEWAY__PORT": str(port),
            "DUNGHAN_GATEWAY__INSTANCE": instance,
        }
        self.log = folder / f"gateway-{port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "deploy", "gateway"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stderr=log)

    def spent(self) -> float:
        """Return the seconds of processor time it has used."""
        assert self._process is not None
        times = psutil.Process(self._process.pid).cpu_times()
        return times.user + times.system

    def end(self, number: signal.Signals) -> int:
        """End it, and return its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end, and return its exit code."""
        assert self._process is not None
        return self._process.wait(60)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)


def judged(bootstrap: str, clients: Clients) -> Came:
    """Hold what was answered against the inbox."""
    with Log(bootstrap, prefix=PREFIX) as log:
        values = [record.value or b"" for place in range(PARTITIONS) for record in log.whole(INBOX, place)]
    times = Counter(json.loads(value)["id"] for value in values)
    batches = Counter(found.rpartition("/")[0] for found in times)
    lost = sum(BATCH - batches[batch] for batch in clients.answered)
    torn = sum(there != BATCH for there in batches.values())
    repeated = {found for found, count in times.items() if count > 1}
    baseless = sum(found.rpartition("/")[0] not in clients.doubtful for found in repeated)
    return Came(len(clients.answered) * BATCH, lost, len(repeated), torn + baseless, clients.refused)


def storm(*, kills: int, brokers: int, seed: int = 9, on: LocalKafka | None = None) -> Came:
    """Kill the gateway so many times, every third time gently, and the broker in between, while clients post.

    `on` is a cluster that runs already; it is left as it then is.
    """
    dice = random.Random(seed)
    blows = ["gateway"] * kills + ["broker"] * brokers
    dice.shuffle(blows)
    with tempfile.TemporaryDirectory() as folder, nullcontext(on) if on else LocalKafka() as kafka:
        with posting(kafka, Path(folder)) as (gateway, clients):
            for number, blow in enumerate(blows):
                clients.wait_for(3)
                time.sleep(dice.uniform(0, 0.5))
                if blow == "gateway":
                    gateway.end(signal.SIGTERM if number % 3 == 2 else signal.SIGKILL)
                    gateway.start()
                else:
                    kafka.brokers[0].signal(signal.SIGKILL)
                    time.sleep(dice.uniform(0.5, 3))
                    kafka.brokers[0].start()
                    kafka.wait_until_whole(60)
            clients.wait_for(3)
        return judged(kafka.bootstrap, clients)


STORM = "gateway: it and the broker killed under load"


def weather(*, full: bool) -> tuple[dict[str, object], bool]:
    """Run the storm; return its row, and whether it came out clean."""
    began = time.monotonic()
    came = storm(kills=60 if full else 12, brokers=12 if full else 3)
    row: dict[str, object] = {"name": STORM, "events": came.answered, "lost": came.lost, "repeated": came.repeated}
    row |= {"wrong": came.wrong, "seconds": round(time.monotonic() - began, 1), "refused": came.refused}
    return row, came.clean
