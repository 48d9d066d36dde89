"""What every storm over the courier has: a log with notices made by the real register, a sink, couriers, a verdict."""

import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
from kafka import KafkaProducer
from prometheus_client import CollectorRegistry

from alerts.log import Writer
from deploy.admin import TopicAdmin
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.rulebook import files_in, load_rulebook
from streams.core.moments import Moment, datetime_of
from streams.keys import partition_of
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from streams.sockets import direct
from streams.topics import EVENTS, LEDGER, REFERENCE, TRAIL
from tests.chaos.courier_at_work import Orders
from tests.chaos.judge import committed
from tests.chaos.second_eyes import unlike
from tests.chaos.should_be_told import Verdict, expected, unrecorded, verdict
from tests.chaos.sink import Sink, Temper
from tests.published import publish
from tests.sources import at, sent, taken
from tests.unit.alerts.published import documents

PARTITIONS = 4
DECIDED = at("2020-07-10 07:55")
BEGINS = at("2020-07-10 08:00")
REFERRED = at("2020-07-01 00:00")


def published(people: int, *, gap: int) -> dict[str, str]:
    """Return a folder with one unit, its head, and so many officers; for `gap` see `scene`."""
    files = files_in(None)
    policy = files["policy.toml"].replace("gap_minutes = 60\n", f"gap_minutes = {gap / 60}\n")
    assert policy != files["policy.toml"]
    if not gap:
        policy = policy.replace("most_a_day = 4\n", "most_a_day = 1000000\n")
    officers = "".join(f"cb{n},Cán bộ {n},xa,cb{n}@x.example\n" for n in range(people))
    return files | {
        "policy.toml": policy,
        "units.csv": "id,name,head,parent,address\nxa,UBND xã,head,,\n",
        "officers.csv": f"id,name,unit,address\nhead,Lãnh đạo,xa,head@x.example\n{officers}",
    }


@dataclass
class Scene:
    """One storm under way."""

    kafka: LocalKafka
    layout: Layout
    sink: Sink
    folder: Path
    people: int
    orders: Orders
    couriers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    restarts: int = 0

    def __post_init__(self) -> None:
        rules, metrics = load_rulebook(), RegisterMetrics(CollectorRegistry())
        self._registers = [Register(p, rules=rules, metrics=metrics) for p in range(PARTITIONS)]
        self._events = KafkaProducer(**direct(self.kafka.bootstrap), acks="all", enable_idempotence=True)
        self._sent = [0] * PARTITIONS
        self._writers = [Writer(self.kafka.bootstrap, name=f"{self.layout.prefix}-{p}") for p in range(PARTITIONS)]
        self.told = 0

    def publish(self, count: int, *, person: int | None = None, decided: Moment = DECIDED) -> None:
        """Let so many dossiers fall overdue at once; every twentieth is done before anybody is told.

        They fell due at eight in the morning of the day on which it is decided, or two days before by default.
        """
        due = "2020-07-08 08:00" if decided == DECIDED else f"{datetime_of(decided):%Y-%m-%d} 08:00"
        records: dict[int, list[bytes]] = {p: [] for p in range(PARTITIONS)}
        for number in range(self.told, self.told + count):
            dossier = f"muongnhe/{number:06}"
            officer = f"cb{number % self.people if person is None else person}"
            home = records[partition_of(dossier.encode(), PARTITIONS)]
            more = {"procedure": "1.001", "unit": "xa", "officer": officer}
            home.append(sent("accepted", "2020-07-01 08:00", dossier=dossier, due_at=due, **more))
            if number % 20 == 19:
                home.append(sent("done", "2020-07-07 08:00", dossier=dossier))
        self.told += count
        for partition, values in records.items():
            self._take(partition, values, decided)

    def _take(self, partition: int, values: list[bytes], decided: Moment) -> None:
        events = [
            record._replace(offset=self._sent[partition] + record.offset) for record in taken(values, arrived=decided)
        ]
        self._sent[partition] += len(events)
        for record in events:
            self._events.send(self.topic(EVENTS.name), key=record.key, value=record.value, partition=partition)
        self._events.flush()
        register, done = self._registers[partition], 0
        while done < len(events) or (register.next_at is not None and register.next_at <= decided):
            if done < len(events):
                epoch = register.take(events[done:], now=decided, behind=False)
            else:
                epoch = register.tick(decided)
            with self._writers[partition].transaction() as writer:
                for (topic, to), outputs in epoch.outputs.items():
                    for name, value in outputs:
                        writer.write(self.topic(topic), (name or b"").decode(), value, partition=to)
            done += epoch.taken

    def flow(self, count: int, *, slices: int, seconds: float) -> threading.Thread:
        """Publish in a thread of its own, so many at a time."""

        def run() -> None:
            for _ in range(slices):
                self.publish(count // slices)
                time.sleep(seconds / slices)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def topic(self, name: str) -> str:
        return f"{self.layout.prefix}.{name}"

    def start(self, count: int = 1) -> None:
        orders = self.folder / "orders.json"
        orders.write_bytes(msgspec.json.encode(self.orders))
        command = [sys.executable, "-m", "tests.chaos.courier_at_work"]
        command += [self.kafka.bootstrap, self.layout.prefix, str(orders)]
        for _ in range(count):
            log = (self.folder / f"courier-{len(self.couriers)}.log").open("ab")
            self.couriers.append(subprocess.Popen(command, stdout=log, stderr=log))
            log.close()

    def replace(self, how: signal.Signals, place: int = 0) -> None:
        courier = self.couriers.pop(place)
        courier.send_signal(how)
        courier.wait(60)
        self.start()

    def supervise(self) -> None:
        """Start again whoever has ended."""
        ended = [courier for courier in self.couriers if courier.poll() is not None]
        for courier in ended:
            self.couriers.remove(courier)
            self.restarts += 1
            self.start()

    def quiet(self, *, seconds: float = 120.0, still: float = 4.0) -> Verdict:
        """Wait until everything is told and nothing more comes, then judge."""
        deadline = time.monotonic() + seconds
        wanted = self.wanted()
        while time.monotonic() < deadline:
            self.supervise()
            count = len(self.sink.accepted)
            if self._judged(wanted).lost == 0 and self._answered():
                time.sleep(still)
                if len(self.sink.accepted) == count:
                    break
            time.sleep(0.5)
        found = self._judged(wanted)
        if found.lost:
            # The folder goes with the scene: what the couriers said last would be gone with it.
            for log in sorted(self.folder.glob("courier-*.log")):
                print(log.name, log.read_text(encoding="utf-8")[-1500:], file=sys.stderr)
        return replace(found, wrong=found.wrong + unlike(self.kafka.bootstrap, self.layout.prefix))

    def wanted(self) -> set[tuple[str, str, str]]:
        """Return the facts that should be told, from what is in the log."""
        events, trail = (self._values(topic.name) for topic in (EVENTS, TRAIL))
        return expected(events, trail, self._values(REFERENCE.name, partitions=1))

    def unrecorded(self) -> int:
        """Return how many mails were accepted for which no intent is in the ledger."""
        return unrecorded([mail.content for mail in self.sink.accepted], self._values(LEDGER.name))

    def _ledger(self) -> list[dict[str, str]]:
        return [msgspec.json.decode(value) for value in self._values(LEDGER.name)]

    def _answered(self) -> bool:
        lines = self._ledger()
        opened = {line["digest"] for line in lines if line["line"] == "intent"}
        ended = [line for line in lines if line["line"] == "outcome" and line["ending"] == "accepted"]
        return opened == {line["digest"] for line in ended}

    def _values(self, name: str, *, partitions: int = PARTITIONS) -> list[bytes]:
        found = committed(self.kafka.bootstrap, self.topic(name), partitions=partitions)
        return [value for records in found.values() for _, value in records if value]

    def _judged(self, wanted: set[tuple[str, str, str]]) -> Verdict:
        return verdict(wanted, [(mail.address, mail.content) for mail in list(self.sink.accepted)])

    def close(self) -> None:
        for courier in self.couriers:
            courier.kill()
            courier.wait()
        self._events.close()
        for writer in self._writers:
            writer.close()


@contextmanager
def scene(
    *, people: int, temper: Temper | None = None, connections: int = 8, kafka: LocalKafka | None = None, gap: int = 2
) -> Iterator[Scene]:
    """Give a sink and topics of their own, on a broker of their own where none is given.

    `gap` is how many seconds lie between two mails to one person, doubled with each; 0: neither that nor a most of
    mails a day.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="storm-")))
        kafka = kafka or stack.enter_context(LocalKafka())
        layout = Layout(f"c{uuid.uuid4().hex[:8]}", PARTITIONS, 1)
        TopicAdmin(kafka.bootstrap, layout).apply()
        sink = stack.enter_context(Sink(temper))
        orders = Orders(
            smtp_port=sink.port,
            begun=time.time(),  # noqa: TID251 - the storm's own clock
            moment=BEGINS,
            connections=connections,
        )
        made = Scene(kafka, layout, sink, folder, people, orders)
        publish(made.kafka.bootstrap, made.layout, documents(published(people, gap=gap), counts_from=REFERRED))
        stack.callback(made.close)
        yield made
