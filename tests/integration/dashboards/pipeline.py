"""The product's own processes over a real Kafka and mail server, each with its figures: what a Prometheus scrapes."""

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.admin import TopicAdmin
from deploy.demo import article, offices
from deploy.layout import Layout
from deploy.local.leash import Leashed
from deploy.local.mailbox import LocalMailbox
from deploy.local.ports import free_ports
from deploy.settings import without_settings

PARTITIONS = 4
PERIOD = f"{article.FIRST}/{article.LAST}"
WHOLE = f"{article.FIRST}/{article.PROVINCE_LAST}"
SOURCE = """version = "{name}-1"
valid_from = 2020-01-01
source = "the demo's own"
form = "cloudevents"
reports_as = "dienbien.{name}/motcua"
home = "dienbien.{name}"
"""


@dataclass(slots=True)
class Pipeline:
    """What runs: processes and the ports of their figures, by name (`worker-1`, `courier`, `scoreboard`)."""

    bootstrap: str
    prefix: str
    folder: Path
    environment: dict[str, str]
    mailbox: LocalMailbox
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, Leashed] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a process; one of the same name that was killed comes back on its port."""
        kind = name.partition("-")[0]
        port = self.ports.setdefault(name, free_ports(1)[0])
        key = "PORT" if kind == "scoreboard" else "METRICS_PORT"
        environment = self.environment | {f"DUNGHAN_{kind.upper()}__{key}": str(port)}
        command = [sys.executable, "-m", "deploy", kind]
        self.processes[name] = Leashed(command, log=self.folder / f"{name}.log", environment=environment)

    def kill(self, name: str) -> None:
        """End a process as a power cut does."""
        self.processes.pop(name).stop(grace=0)

    def check(self) -> None:
        """Fail with the end of its log if a process has ended by itself."""
        for name, process in self.processes.items():
            if process.returncode is not None:
                last = (self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-15:]
                raise AssertionError(f"{name} ended with code {process.returncode}:\n" + "\n".join(last))

    def address(self, name: str) -> str:
        """Return where a process shows its figures, `host:port`."""
        return f"127.0.0.1:{self.ports[name]}"

    def end(self) -> None:
        """Ask all to stop, then wait for each."""
        for process in self.processes.values():
            process.signal(signal.SIGTERM)
        for process in self.processes.values():
            process.stop()


@contextmanager
def pipeline(folder: Path, bootstrap: str, prefix: str, *names: str) -> Iterator[Pipeline]:
    """Run these processes in replay mode under the prefix, on topics of their own, which are deleted at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "units.csv").write_text(offices.units_csv(), encoding="utf-8")
    (folder / "officers.csv").write_text(offices.officers_csv(), encoding="utf-8")
    (folder / "sources").mkdir()
    for name in ("muongnhe", "tuachua"):
        (folder / "sources" / f"{name}.toml").write_text(SOURCE.format(name=name), encoding="utf-8")
    with ExitStack() as stack:
        admin = TopicAdmin(bootstrap, Layout(prefix, PARTITIONS, 1))
        admin.apply()
        stack.callback(admin.delete)
        mailbox = stack.enter_context(LocalMailbox(folder / "mails"))
        environment = without_settings() | _environment(bootstrap, prefix, folder, smtp_port=mailbox.port)
        running = Pipeline(bootstrap, prefix, folder, environment, mailbox)
        stack.callback(running.end)
        for name in names:
            running.start(name)
        yield running


def _environment(bootstrap: str, prefix: str, folder: Path, *, smtp_port: int) -> dict[str, str]:
    settings = {
        "KAFKA__BOOTSTRAP": bootstrap,
        "KAFKA__PREFIX": prefix,
        "KAFKA__PARTITIONS": PARTITIONS,
        "KAFKA__REPLICATION": 1,
        "WORKER__REPLAY": "true",
        "WORKER__EPOCH_MS": 100,
        "WORKER__SESSION_TIMEOUT_MS": 6_000,
        "SMTP__PORT": smtp_port,
        "SMTP__TLS": "none",
        "SMTP__CONNECTIONS": 4,
        "COURIER__SENDER": "dunghan@dienbien.example",
        "REFERENCE__FOLDER": folder.absolute(),
        "SCOREBOARD__PERIODS": f"{PERIOD},{WHOLE}",
    }
    return {f"DUNGHAN_{key}": str(value) for key, value in settings.items()}
