"""One broker of the local cluster: its settings file, its storage, its Java process and its log."""

import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.local.leash import Leashed
from deploy.local.locks import OPEN, Locks
from deploy.local.ports import LOOPBACK

COPIES: Final = 3
LAST_LINES: Final = 20
STOP_GRACE: Final = 20.0
PORT_TAKEN: Final = ("Address already in use", "BindException", "failed to bind")

JAVA_OPTIONS: Final = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    # Kafka 4.1 on Java 25: both would print warnings for what zstd, lz4 and snappy do.
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
    # The whole configuration at every start, some 400 lines, would push the reason of a failure out of sight.
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaConfig=warn",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn",
)

SETTINGS: Final = """\
process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
log.dirs={logs}
auto.create.topics.enable=false
default.replication.factor={copies}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={copies}
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={in_sync}
offsets.topic.num.partitions=8
transaction.state.log.num.partitions=8
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
message.max.bytes=16777216
replica.fetch.max.bytes=16777216
log.retention.ms=604800000
log.message.timestamp.after.max.ms=9223372036854775807
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=1
log.cleaner.dedupe.buffer.size=16777216
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
"""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What every broker is run with."""

    java: Path
    jars: tuple[Path, ...]
    heap_mb: int

    def command(self, folder: Path, main_class: str, *arguments: str) -> list[str]:
        """Return the command line that runs a class of Kafka; its options go into a file in `folder`."""
        jars = ":".join(map(str, self.jars)).replace("\\", "\\\\")
        options = folder / "java.options"
        options.write_text("\n".join([f"-Xmx{self.heap_mb}m", *JAVA_OPTIONS, f'-cp "{jars}"']))
        return [str(self.java), f"@{options}", main_class, *arguments]


@dataclass(slots=True, kw_only=True)
class Broker:
    """Broker `number` of the cluster, controller too; `sweep` says that its folder goes when its owner dies."""

    number: int
    folder: Path
    port: int
    controller_port: int
    voters: str
    runtime: Runtime
    sweep: bool
    locks: Locks | None = None
    _running: Leashed | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        """Where clients find it, as `127.0.0.1:port`."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        """The file it writes its log to."""
        return self.folder / "broker.log"

    @property
    def is_formatted(self) -> bool:
        """Whether its storage carries a cluster id already."""
        return (self.folder / "data" / "meta.properties").exists()

    @property
    def returncode(self) -> int | None:
        """The exit code of its process; None while it runs or before it was started."""
        return None if self._running is None else self._running.returncode

    def begin_format(self, cluster: str) -> None:
        """Start to format its storage under the cluster's id."""
        users = [] if self.locks is None else self.locks.format_options()
        self._run("kafka.tools.StorageTool", "format", "-t", cluster, "-c", self._settings_file(), *users)

    def end_format(self, seconds: float) -> int | None:
        """Return the exit code of the formatting, None when it took longer."""
        return None if self._running is None else self._running.wait(seconds)

    def start(self) -> None:
        """Start it, or start it again after it was stopped or killed; it joins the cluster by itself."""
        self._run("kafka.Kafka", self._settings_file())

    def stop(self, *, clean: bool = True) -> None:
        """End it: `clean` hands its partitions over and closes its files, else it is killed as by `kill -9`."""
        if self._running is not None:
            # One that is frozen could not hear the request to end.
            self._running.signal(signal.SIGCONT)
            self._running.stop(STOP_GRACE if clean else 0)

    def signal(self, number: signal.Signals) -> None:
        """Send its Java process a signal: SIGKILL kills, SIGSTOP freezes, SIGCONT lets it run on."""
        if self._running is not None:
            self._running.signal(number)

    def last_lines(self) -> str:
        """Return where its log is and how it ends."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return f"the log {self.log} ends with:\n" + "\n".join(lines[-LAST_LINES:])

    def lost_its_port(self) -> bool:
        """Tell whether it could not start because another process had taken its port."""
        told = self.last_lines()
        return any(sign in told for sign in PORT_TAKEN)

    def _run(self, main_class: str, *arguments: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._running is not None:
            self._running.stop(0)
        self._running = Leashed(
            self.runtime.command(self.folder, main_class, *arguments),
            log=self.log,
            sweep=self.folder if self.sweep else None,
        )

    def _settings_file(self) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        count = self.voters.count("@")
        file = self.folder / "server.properties"
        ports = {"port": self.port, "controller_port": self.controller_port}
        doors = OPEN.format(host=LOOPBACK, **ports) if self.locks is None else self.locks.lines(self.folder, **ports)
        file.touch(mode=0o600)
        file.write_text(
            doors
            + SETTINGS.format(
                number=self.number,
                voters=self.voters,
                logs=self.folder / "data",
                copies=min(COPIES, count),
                in_sync=2 if count >= COPIES else 1,
            )
        )
        return str(file)
