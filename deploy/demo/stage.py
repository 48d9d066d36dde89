"""Sets the stage: a Kafka, a mail server, the topics, and the product's own processes, all of them ended at the end."""

import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.admin import TopicAdmin
from deploy.demo import article, offices
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.local.leash import Leashed
from deploy.local.mailbox import LocalMailbox
from deploy.local.ports import free_ports
from deploy.settings import given_bootstrap, without_settings

PARTITIONS = 4
STARTS = 4
"""How often a process may be started: whoever must end says so and is started again, but not for ever."""
PERIOD = f"{article.FIRST}/{article.LAST}"


class ProcessEnded(Exception):
    """One of the processes ended in the middle of the play; the message carries the end of its log."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs: where Kafka is, under which prefix, where mails and logs lie, and the processes."""

    bootstrap: str
    prefix: str
    mailbox: LocalMailbox
    metrics: str
    crew: "Crew"
    logs: Path


class Crew:
    """The product's own processes, started again when they end, as a supervisor does."""

    def __init__(self, names: Sequence[str], *, logs: Path, environment: Mapping[str, str]) -> None:
        """Start one process for each name, `worker-1` running `dunghan worker`."""
        self._logs = logs
        self._environment = environment
        self._starts = Counter[str]()
        self._running: dict[str, Leashed] = {}
        for name in names:
            self._start(name)

    def supervise(self) -> None:
        """Start again whoever has ended; one that ends again and again raises ProcessEnded with the end of its log."""
        for name, process in list(self._running.items()):
            if process.returncode is None:
                continue
            if self._starts[name] >= STARTS:
                last = (self._logs / f"{name}.log").read_text(errors="replace").splitlines()[-15:]
                raise ProcessEnded(f"{name} ended with code {process.returncode}:\n" + "\n".join(last))
            process.stop()
            self._start(name)

    def stop(self) -> None:
        """End all, asking first."""
        for process in self._running.values():
            process.signal(signal.SIGTERM)
        for process in self._running.values():
            process.stop()

    def _start(self, name: str) -> None:
        command = [sys.executable, "-m", "deploy", name.partition("-")[0]]
        self._running[name] = Leashed(command, log=self._logs / f"{name}.log", environment=self._environment)
        self._starts[name] += 1


@contextmanager
def stage(folder: Path, *, workers: int, prefix: str) -> Iterator[Stage]:
    """Set the stage in `folder`, and clear it when the block ends; mails, logs and the reference stay in the folder."""
    logs, reference = folder / "logs", folder / "reference"
    for each in (logs, reference):
        each.mkdir(parents=True)
    (reference / "units.csv").write_text(offices.units_csv(), encoding="utf-8")
    (reference / "officers.csv").write_text(offices.officers_csv(), encoding="utf-8")
    with ExitStack() as stack:
        bootstrap = given_bootstrap() or stack.enter_context(LocalKafka(heap_mb=384)).bootstrap
        TopicAdmin(bootstrap, Layout(prefix, PARTITIONS, 1)).apply()
        mailbox = stack.enter_context(LocalMailbox(folder / "mails"))
        port = free_ports(1)[0]
        environment = _environment(bootstrap, prefix, smtp_port=mailbox.port, reference=reference, metrics_port=port)
        names = [*(f"worker-{number}" for number in range(1, workers + 1)), "courier", "scoreboard"]
        crew = Crew(names, logs=logs, environment=environment)
        stack.callback(crew.stop)
        yield Stage(bootstrap, prefix, mailbox, f"http://127.0.0.1:{port}/metrics", crew, logs)


def _environment(bootstrap: str, prefix: str, *, smtp_port: int, reference: Path, metrics_port: int) -> dict[str, str]:
    settings = {
        "KAFKA__BOOTSTRAP": bootstrap,
        "KAFKA__PREFIX": prefix,
        "KAFKA__PARTITIONS": PARTITIONS,
        "KAFKA__REPLICATION": 1,
        "WORKER__REPLAY": "true",
        "WORKER__EPOCH_MS": 250,
        "SMTP__PORT": smtp_port,
        "SMTP__TLS": "none",
        "SMTP__CONNECTIONS": 4,
        "COURIER__SENDER": "dunghan@dienbien.example",
        "REFERENCE__FOLDER": reference.absolute(),
        "SCOREBOARD__PORT": metrics_port,
        "SCOREBOARD__PERIODS": f"{PERIOD},{article.FIRST}/{article.PROVINCE_LAST}",
    }
    return without_settings() | {f"DUNGHAN_{key}": str(value) for key, value in settings.items()}
