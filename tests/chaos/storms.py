"""The storms: what happens to the workers and the brokers while records keep coming."""

import random
import signal
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.admin import TopicAdmin
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from streams.sockets import direct
from streams.topics import EVENTS, NOTICES, STATE, prefixed
from tests.chaos import deciding
from tests.chaos.crew import Crew
from tests.chaos.disk import SmallDisk, small_disk
from tests.chaos.judge import Finding, judged, until_settled

KEYS = 500
MISSED = 40.0
"""Seconds within which the others miss a broker that was killed; Kafka gives it 9, a controller more."""
STALLED = 120.0
"""Seconds without a further output after which no more is expected; a busy machine begins in half a minute."""


def numbered(number: int) -> tuple[bytes, bytes]:
    """Return the record of this number: one key after the other, and the number."""
    return b"muongnhe/%d" % (number % KEYS), b"%d" % number


@dataclass(slots=True)
class Source:
    """Sends numbered records at a rate, in a thread of its own, and remembers what the broker acknowledged."""

    bootstrap: str
    topic: str
    rate: int
    make: Callable[[int], tuple[bytes, bytes]] = numbered
    sent: list[tuple[bytes, bytes]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="source")
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        producer = KafkaProducer(
            **direct(self.bootstrap),
            acks="all",
            linger_ms=10,
            enable_idempotence=True,
            delivery_timeout_ms=300_000,
        )
        while not self._stop.is_set():
            began = time.monotonic()
            for _ in range(max(1, self.rate // 10)):
                number = len(self.sent)
                record = self.make(number)
                producer.send(self.topic, key=record[0], value=record[1])
                self.sent.append(record)
            self._stop.wait(max(0.0, 0.1 - (time.monotonic() - began)))
        producer.flush()
        producer.close()


@dataclass(frozen=True, slots=True)
class Scene:
    """A storm under way: the cluster, the workers, the dice and the moment at which it ends."""

    kafka: LocalKafka
    crew: Crew
    dice: random.Random
    until: float
    disk: SmallDisk | None = None

    def pauses(self, least: float, most: float) -> Iterator[None]:
        """Yield after each pause of random length, until the storm is over; supervises the workers meanwhile."""
        while (left := self.until - time.monotonic()) > 0:
            wake = time.monotonic() + min(left, self.dice.uniform(least, most))
            while time.monotonic() < wake:
                self.crew.supervise()
                time.sleep(0.2)
            if time.monotonic() < self.until:
                yield


Weather = Callable[[Scene], None]


def kills(scene: Scene) -> None:
    """Three workers; every 2 to 6 seconds one is killed (90 %) or asked to stop, and started again."""
    for _ in scene.pauses(2, 6):
        how = signal.SIGKILL if scene.dice.random() < 0.9 else signal.SIGTERM
        scene.crew.replace(scene.dice.randrange(len(scene.crew.workers)), how)


def scaling(scene: Scene) -> None:
    """From one worker to four and back, a step every five seconds; leaving is being killed every other time."""
    target = 1
    for turn, _ in enumerate(scene.pauses(5, 5)):
        target = 4 if target == 1 else 1
        while len(scene.crew.workers) > target:
            scene.crew.end(0, signal.SIGKILL if turn % 4 > 1 else signal.SIGTERM)
        scene.crew.start(target - len(scene.crew.workers))


def freezes(scene: Scene) -> None:
    """Again and again one worker stands still for longer than its session and its transaction, and goes on."""
    for _ in scene.pauses(3, 5):
        worker = scene.crew.workers[scene.dice.randrange(len(scene.crew.workers))]
        worker.send_signal(signal.SIGSTOP)
        for _ in range(13):
            time.sleep(1)
        worker.send_signal(signal.SIGCONT)


def leader_losses(scene: Scene) -> None:
    """Again and again that of three brokers is killed which coordinates most, until others do and lead in its place."""
    for _ in scene.pauses(6, 6):
        while not (counts := Counter(_coordinators(scene.kafka.bootstrap))):
            time.sleep(0.5)
        most = counts.most_common(1)[0][0]
        broker = scene.kafka.brokers[most - 1]
        broker.signal(signal.SIGKILL)
        print(f"  broker {most} killed: moved {counts[most]} of 8 in {_moved_from(most, scene):.0f} s", file=sys.stderr)
        broker.start()
        scene.kafka.wait_until_whole(60)


def _moved_from(broker: int, scene: Scene) -> float:
    """Wait until a broker coordinates no transactions any more; returns after how many seconds."""
    began = time.monotonic()
    while not (others := _coordinators(scene.kafka.bootstrap)) or broker in others:
        assert time.monotonic() - began < MISSED, "nothing moved: this was no storm"
        scene.crew.supervise()
        time.sleep(0.5)
    return time.monotonic() - began


def _coordinators(bootstrap: str) -> list[int]:
    """Return which broker coordinates the transactions of each partition of their log; nothing if nobody says."""
    try:
        client = KafkaAdminClient(**direct(bootstrap))
        try:
            told = client.describe_topics(["__transaction_state"])[0]["partitions"]
        finally:
            client.close()
    except KafkaError:
        return []
    return [each["leader_id"] for each in told]


def broker_freezes(scene: Scene) -> None:
    """Of three brokers one stands still for eight seconds at a time."""
    for turn, _ in enumerate(scene.pauses(5, 5)):
        broker = scene.kafka.brokers[turn % 3]
        broker.signal(signal.SIGSTOP)
        time.sleep(8)
        broker.signal(signal.SIGCONT)


def full_disk(scene: Scene) -> None:
    """Again and again the broker's disk is full, until it gives up; then there is room, and it is started again."""
    assert scene.disk is not None
    broker = scene.kafka.brokers[0]
    for _ in scene.pauses(5, 8):
        scene.disk.fill()
        given_up = time.monotonic() + 10
        while broker.returncode is None and time.monotonic() < given_up:
            time.sleep(0.2)
        broker.signal(signal.SIGKILL)
        scene.disk.clear()
        broker.start()
        scene.kafka.wait_until_whole(60)


def calm(scene: Scene) -> None:
    """Nothing happens from outside."""
    for _ in scene.pauses(1, 1):
        pass


@dataclass(frozen=True, slots=True)
class Storm:
    """One row of the table."""

    name: str
    weather: Weather
    workers: int = 3
    brokers: int = 1
    rate: int = 2000
    arguments: tuple[str, ...] = ()
    module: str = "tests.chaos.counting"
    disk: int = 0
    """Megabytes of the disk that its brokers write to; 0 for the machine's own."""
    static: bool = False
    """Whether a worker that is started again is the same member as before."""
    control: bool = False
    """A control is there to show what the storm does to others; it need not come out clean."""

    @property
    def decides(self) -> bool:
        """Whether its workers run the register, which the second pair of eyes judges."""
        return self.module == "tests.chaos.deciding"


STORMS = (
    Storm("kill storm", kills),
    Storm("kill storm, idiomatic Faust (control)", kills, module="tests.chaos.idiomatic", control=True),
    Storm("kill storm, the register, run again", kills, module="tests.chaos.deciding", rate=300),
    Storm("kill storm, static members", kills, static=True),
    Storm("1 to 4 to 1 workers", scaling, workers=1),
    Storm("1 to 4 to 1 workers, the register, run again", scaling, workers=1, module="tests.chaos.deciding", rate=300),
    Storm("worker frozen past session and transaction", freezes, workers=2),
    Storm("worker frozen, the register, run again", freezes, workers=2, module="tests.chaos.deciding", rate=300),
    Storm("chunks lost, repeated, reordered", calm, workers=2, arguments=("spoil=0.1",)),
    Storm("three brokers, who coordinates most killed", leader_losses, workers=2, brokers=3, rate=500),
    Storm("three brokers, each frozen in turn", broker_freezes, workers=2, brokers=3, rate=500),
    Storm("the broker's disk is full", full_disk, workers=2, rate=500, disk=512),
)


@contextmanager
def cluster(storm: Storm) -> Iterator[tuple[LocalKafka, Layout, SmallDisk | None]]:
    """Give a cluster of its own for the storm, with the topics on it."""
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(storm.disk)) if storm.disk else None
        kafka = stack.enter_context(LocalKafka(disk.folder / "kafka" if disk else None, brokers=storm.brokers))
        layout = Layout(f"c{uuid.uuid4().hex[:8]}", 12 if storm.brokers == 1 else 4, min(3, storm.brokers))
        TopicAdmin(kafka.bootstrap, layout).apply()
        yield kafka, layout, disk


def weathered(storm: Storm, *, seed: int, seconds: float) -> tuple[Finding, float]:
    """Run a storm for so many seconds, let it settle, and judge; returns the finding and how long all of it took."""
    began = time.monotonic()
    with cluster(storm) as (kafka, layout, disk):
        crew = Crew(kafka.bootstrap, layout, module=storm.module, arguments=storm.arguments, static=storm.static)
        make = deciding.numbered if storm.decides else numbered
        source = Source(kafka.bootstrap, prefixed(layout.prefix, EVENTS), storm.rate, make)
        try:
            crew.start(storm.workers)
            source.start()
            storm.weather(Scene(kafka, crew, random.Random(seed), time.monotonic() + seconds, disk))
            source.stop()
            finding = settled(kafka.bootstrap, layout, crew, source=source, storm=storm)
        finally:
            source.stop()
            crew.stop()
    return finding, time.monotonic() - began


def settled(bootstrap: str, layout: Layout, crew: Crew, *, source: Source, storm: Storm) -> Finding:
    """Wait until everything is out, or until nothing more comes, and judge."""
    out, state = prefixed(layout.prefix, NOTICES), prefixed(layout.prefix, STATE)
    if storm.decides:
        return _decided(bootstrap, layout, crew, events=len(source.sent))
    there, wanted, moved = -1, len(source.sent), time.monotonic()
    while there < wanted and time.monotonic() - moved < STALLED:
        crew.supervise()
        with suppress(KafkaError):
            count = until_settled(bootstrap, out, partitions=layout.partitions, events=wanted, seconds=3)
            if count > there:
                there, moved = count, time.monotonic()
    finding = judged(bootstrap, layout, source.sent, out=out, state=state)
    # The control keeps its state in a table of its own, whose topic is not judged here.
    return replace(finding, wrong=finding.wrong - KEYS) if storm.control else finding


def _decided(bootstrap: str, layout: Layout, crew: Crew, *, events: int) -> Finding:
    """The same for the register: until every event stands in the trail."""
    there, moved = -1, time.monotonic()
    while there < events and time.monotonic() - moved < STALLED:
        crew.supervise()
        with suppress(KafkaError):
            count = len(deciding.taken_in(bootstrap, layout))
            if count > there:
                there, moved = count, time.monotonic()
        time.sleep(1)
    return deciding.judged(bootstrap, layout, events)
