"""Sets the stage: a Kafka, a mail server, the topics, and the product's own processes, all of them ended at the end."""

import signal
import sys
from collections.abc import Iterator, Mapping
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
    processes: Mapping[str, Leashed]
    logs: Path

    def check(self) -> None:
        """Raise ProcessEnded if a process has ended that should still run."""
        for name, process in self.processes.items():
            if process.returncode is not None:
                last = (self.logs / f"{name}.log").read_text(errors="replace").splitlines()[-15:]
                raise ProcessEnded(f"{name} ended with code {process.returncode}:\n" + "\n".join(last))


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
        processes: dict[str, Leashed] = {}
        stack.callback(_end, processes)
        for name in names:
            command = [sys.executable, "-m", "deploy", name.partition("-")[0]]
            processes[name] = Leashed(command, log=logs / f"{name}.log", environment=environment)
        yield Stage(bootstrap, prefix, mailbox, f"http://127.0.0.1:{port}/metrics", processes, logs)


def _end(processes: Mapping[str, Leashed]) -> None:
    for process in processes.values():
        process.signal(signal.SIGTERM)
    for process in processes.values():
        process.stop()


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
