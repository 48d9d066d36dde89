"""The stack under the fault matrix: real processes over three brokers, a source that posts, the wait for the end."""

import contextlib
import http.client
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from kafka.errors import KafkaError

from deploy import clock
from deploy.admin import TopicAdmin
from deploy.gateway.tokens import Pass, entry, new_token
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.local.ports import free_ports
from deploy.settings import without_settings
from streams.core.moments import Moment, day_of, moment_on
from streams.topics import EVENTS, REFERENCE, TRAIL
from tests.chaos.courier_at_work import Orders
from tests.chaos.courier_scene import PARTITIONS, REFERRED, published
from tests.chaos.cutting import INSIDE, Apart
from tests.chaos.deciding import taken_in
from tests.chaos.judge import Finding, committed
from tests.chaos.second_eyes import unlike
from tests.chaos.should_be_told import Verdict, expected, verdict
from tests.chaos.sink import Sink
from tests.published import publish
from tests.sources import event
from tests.unit.alerts.published import documents

PROCESSES: Final = ("worker", "courier", "gateway", "scoreboard", "broker1", "broker2", "broker3")
SOURCE, HOME = "dienbien.muongnhe/motcua", "dienbien.muongnhe"
PEOPLE, BATCH = 20, 5
STALLED: Final = 120.0


@dataclass
class Posting:
    """A source: batch after batch, each sent again until it is answered 202."""

    token: str
    port: int
    host: str = "127.0.0.1"
    answered: set[str] = field(default_factory=set)
    going: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    idle: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        number = 0
        while not self.ended.is_set():
            if not self.going.is_set():
                self.idle.set()
                self.going.wait(0.2)
                continue
            self.idle.clear()
            events = [self._event(number + n) for n in range(BATCH)]
            while not self._post(events) and not self.ended.wait(0.3):
                pass
            self.answered |= {str(one["id"]) for one in events}
            number += BATCH
            self.ended.wait(0.25)

    def _event(self, number: int) -> dict[str, object]:
        more = {"procedure": "1.001", "unit": "xa", "officer": f"cb{number % PEOPLE}", "due_at": "2026-07-08 08:00"}
        one = event("accepted", "2026-07-01 08:00", dossier=f"{HOME}/{number:06}", id=f"{number:08}", **more)
        return one | {"source": SOURCE}

    def _post(self, events: list[dict[str, object]]) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        headers = {"Content-Type": "application/cloudevents-batch+json", "Authorization": f"Bearer {self.token}"}
        try:
            connection.request("POST", "/events", json.dumps(events), headers)
            return connection.getresponse().status == http.HTTPStatus.ACCEPTED
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@dataclass
class Stack:
    """What runs, and how it is treated."""

    kafka: LocalKafka
    layout: Layout
    sink: Sink
    posting: Posting
    folder: Path
    commands: dict[str, tuple[list[str], dict[str, str]]]
    connections: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    places: dict[str, Apart] = field(default_factory=dict)
    clocks: dict[str, Mapping[str, str]] = field(default_factory=dict)
    repeated: int = 0
    judged: int = 0

    @property
    def ports(self) -> list[int]:
        return [broker.port for broker in self.kafka.brokers] + [self.sink.port]

    def start(self, name: str) -> None:
        command, environment = self.commands[name]
        if name in self.places:
            command = self.places[name].inside(command)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env=environment | dict(self.clocks.get(name, {})), stdout=log, stderr=log
            )

    def signal(self, who: str, number: signal.Signals) -> None:
        if who.startswith("broker"):
            self.kafka.brokers[int(who[-1]) - 1].signal(number)
        else:
            self.running[who].send_signal(number)

    def restart(self, who: str, clock: Mapping[str, str]) -> None:
        self.clocks[who] = clock
        self.end(who)
        self.start(who)

    def move(self, who: str, there: Apart | None) -> None:
        """Start a process again in a namespace, or outside of it."""
        self.places.pop(who, None)
        if there is not None:
            self.places[who] = there
        if who == "gateway":
            self.posting.host = "127.0.0.1" if there is None else INSIDE
        self.end(who)
        self.start(who)

    def end(self, who: str) -> None:
        process = self.running[who]
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()

    def wait(self, seconds: float, *, besides: str = "") -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.supervise(besides=besides)
            time.sleep(0.2)

    def supervise(self, *, besides: str = "") -> None:
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.start(name)
        for number, broker in enumerate(self.kafka.brokers, start=1):
            if broker.returncode is not None and besides != f"broker{number}":
                broker.start()
                self.kafka.wait_until_whole(90)

    def flow(self) -> None:
        self.posting.going.set()

    def pause(self) -> None:
        self.posting.going.clear()
        until = time.monotonic() + STALLED
        while not self.posting.idle.wait(0.5):
            self.supervise()
            if time.monotonic() > until:
                # What is not answered counts as nothing; whoever comes next shows whether it heals.
                print("  the gateway answers nobody", file=sys.stderr, flush=True)
                return

    def settled(self) -> Finding:
        """Wait until everything is decided and told, or nothing more comes, and judge."""
        there, moved = (-1, -1), time.monotonic()
        missing, told = len(self.posting.answered), self._told()
        while (missing or told.lost or not told.facts) and time.monotonic() - moved < STALLED:
            self.supervise()
            with contextlib.suppress(KafkaError):
                missing = len(self.posting.answered - set(taken_in(self.kafka.bootstrap, self.layout)))
                told = self._told()
            if (now := (missing, told.mails)) != there:
                there, moved = now, time.monotonic()
            time.sleep(1)
        self.wait(4)
        told, new = self._told(), len(self.posting.answered) - self.judged
        self.repeated, self.judged = told.repeated, len(self.posting.answered)
        wrong = told.wrong + unlike(self.kafka.bootstrap, self.layout.prefix)
        return Finding(new, missing + told.lost, told.repeated, wrong)

    def _told(self) -> Verdict:
        events, trail = (self._values(topic.name) for topic in (EVENTS, TRAIL))
        if not any(b'"line":"epoch"' in line for line in trail):
            return Verdict(0, 0, 0, 0, 0)
        wanted = expected(events, trail, self._values(REFERENCE.name, partitions=1))
        return verdict(wanted, [(mail.address, mail.content) for mail in list(self.sink.accepted)])

    def _values(self, name: str, *, partitions: int = PARTITIONS) -> list[bytes]:
        found = committed(self.kafka.bootstrap, f"{self.layout.prefix}.{name}", partitions=partitions)
        return [value for records in found.values() for _, value in records if value]


@contextmanager
def standing() -> Iterator[Stack]:
    """Give the stack, with its first events decided and told."""
    with ExitStack() as hold:
        folder = Path(hold.enter_context(tempfile.TemporaryDirectory(prefix="matrix-")))
        kafka = hold.enter_context(LocalKafka(brokers=3))
        layout = Layout(f"c{uuid.uuid4().hex[:8]}", PARTITIONS, 3)
        TopicAdmin(kafka.bootstrap, layout).apply()
        publish(kafka.bootstrap, layout, documents(published(PEOPLE, gap=0), counts_from=REFERRED))
        sink = hold.enter_context(Sink())
        ports = free_ports(4)
        token, hashed = new_token()
        (folder / "tokens.toml").write_text(entry(Pass("storm", SOURCE, (HOME,), hashed, events_per_second=1e6)))
        orders = Orders(
            smtp_port=sink.port,
            begun=time.time(),  # noqa: TID251 - the storm's own clock
            moment=_morning(),
        )
        (folder / "orders.json").write_bytes(msgspec.json.encode(orders))
        commands = _commands(kafka.bootstrap, layout.prefix, folder, ports)
        stack = Stack(kafka, layout, sink, Posting(token, ports[2]), folder, commands, orders.connections)
        hold.callback(_ended, stack)
        for name in commands:
            stack.start(name)
        threading.Thread(target=stack.posting.run, daemon=True).start()
        stack.flow()
        stack.wait(5)
        stack.pause()
        stack.settled()
        yield stack


def _morning() -> Moment:
    """Return eight o'clock of the next weekday: a courier at that hour tells at once what is decided now."""
    day = day_of(clock.now()) + 1
    while (day + 3) % 7 > 4:  # 1 January 1970 was a Thursday
        day += 1
    return moment_on(day, 8 * 3600)


def _commands(
    bootstrap: str, prefix: str, folder: Path, ports: list[int]
) -> dict[str, tuple[list[str], dict[str, str]]]:
    settings = {
        "KAFKA__BOOTSTRAP": bootstrap,
        "KAFKA__PREFIX": prefix,
        "KAFKA__PARTITIONS": PARTITIONS,
        "KAFKA__REPLICATION": 3,
        "WORKER__SESSION_TIMEOUT_MS": 6_000,
        "GATEWAY__TOKENS_FILE": folder / "tokens.toml",
        "GATEWAY__HOST": "0.0.0.0",  # noqa: S104 - of a namespace of its own
        "GATEWAY__BEHIND_PROXY": "true",
        "GATEWAY__PORT": ports[2],
        "SCOREBOARD__PORT": ports[3],
    }
    environment = without_settings() | {f"DUNGHAN_{name}": str(value) for name, value in settings.items()}
    ours = [sys.executable, "-m", "deploy"]
    courier = [sys.executable, "-m", "tests.chaos.courier_at_work", bootstrap, prefix, str(folder / "orders.json")]
    return {
        "worker": ([*ours, "worker"], environment | {"DUNGHAN_WORKER__METRICS_PORT": str(ports[0])}),
        "worker-2": ([*ours, "worker"], environment | {"DUNGHAN_WORKER__METRICS_PORT": str(ports[1])}),
        "courier": (courier, environment),
        "gateway": ([*ours, "gateway"], environment),
        "scoreboard": ([*ours, "scoreboard"], environment),
    }


def _ended(stack: Stack) -> None:
    stack.posting.ended.set()
    for process in stack.running.values():
        process.kill()
        process.wait()
