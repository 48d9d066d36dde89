"""The storms over the courier: killed, frozen, doubled, cut off from its log or its mail server while notices flow.

Lost must be 0 everywhere. What may be repeated is bounded: a mail whose answer was on its way when its courier ended,
one for each connection and end, the same bytes with the same Message-ID.
"""

import random
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from kafka.admin import ConfigResource, KafkaAdminClient

from deploy.local.kafka import LocalKafka
from streams.sockets import direct
from streams.topics import BOOK, BYTES, LEDGER
from tests.chaos.courier_scene import DECIDED, Scene, scene
from tests.chaos.disk import small_disk
from tests.chaos.should_be_told import Verdict
from tests.chaos.sink import Temper
from tests.sources import at

MARKER = 100
"""Bytes that the end of a transaction fits into and no record does. A broker never tries again to write such an end."""
SLICE = 2_000
"""Dossiers that are published at once."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a storm came out; `allowed` is how many mails may be repeated."""

    verdict: Verdict
    allowed: int = 0

    @property
    def clean(self) -> bool:
        found = self.verdict
        return not found.lost and not found.wrong and found.repeated <= self.allowed


def kills(full: bool) -> Told:
    """(a) kill -9 and SIGTERM, 0.1 to 1 s into sending, while notices flow."""
    facts, people, hard, soft = (20_000, 500, 30, 20) if full else (2_000, 200, 3, 2)
    dice = random.Random(6)
    # The full storm lasts so long that the day's most of mails would hold the rest for the next morning.
    with scene(people=people, temper=Temper(delay=0.02), gap=0 if full else 2) as on:
        flowing = on.flow(facts, slices=(hard + soft) * 2, seconds=(hard + soft) * (10 if full else 5))
        on.start()
        for number in range(hard + soft):
            seen = len(on.sink.accepted)
            on.sink.wait_for(seen + 1, 30)
            time.sleep(dice.uniform(0.1, 1.0))
            on.replace(signal.SIGKILL if number % 5 < 3 else signal.SIGTERM)
        flowing.join()
        return Told(on.quiet(seconds=300), allowed=hard * on.orders.connections)


def steps(full: bool) -> Told:
    """(b) killed at each step: intent, intended, DATA, 250, noted, outcome, committed."""
    names = ("intent", "intended", "data", "250", "noted", "outcome", "committed")
    with LocalKafka() as kafka, ThreadPoolExecutor(3) as side_by_side:
        found = list(side_by_side.map(lambda name: _killed_at(name, kafka), names))
    total = Verdict(*(sum(getattr(each, name) for each in found) for name in Verdict.__dataclass_fields__))

    return Told(total, allowed=len(names) * 2)


def _killed_at(step: str, kafka: LocalKafka) -> Verdict:
    with scene(people=20, connections=2, kafka=kafka) as on:
        on.publish(60)

        def kill() -> None:
            on.sink.temper.on_data = on.sink.temper.on_accepted = None
            on.couriers[0].kill()

        if step == "data":
            on.sink.temper.on_data = kill
        elif step == "250":
            on.sink.temper.on_accepted = kill
        else:
            on.orders.die_at, on.orders.died = step, str(on.folder / "died")
        on.start()
        found = on.quiet(still=1.0)
        # A storm in which nobody died has shown nothing.
        return replace(found, wrong=found.wrong + (on.restarts == 0))


def slow_server(full: bool) -> Told:
    """(c) answers late, never, or hangs up after the dot; all of them are asked again with the same bytes."""
    temper = Temper(delay=20.0 if full else 3.0, silent=2, hangs_up=3)
    with scene(people=24, temper=temper) as on:
        on.orders.final_patience = 600.0 if full else 6.0
        on.publish(240)
        on.start()
        # What hung up comes again after a minute and a jitter.
        return Told(on.quiet(seconds=1500 if full else 150, still=1.0), allowed=5)


def ten_minutes(full: bool) -> Told:
    """(c) every answer takes ten minutes; the courier stays a member, and nobody is told twice."""
    with scene(people=4, temper=Temper(delay=590.0 if full else 15.0)) as on:
        on.publish(40)
        on.start()
        return Told(on.quiet(seconds=900, still=1.0))


def frozen(full: bool) -> Told:
    """(d) SIGSTOP for longer than the session while another takes over, then SIGCONT."""
    with scene(people=200, temper=Temper(delay=0.05)) as on:
        on.publish(3_000)
        on.start(2)
        on.sink.wait_for(20, 60)
        on.couriers[0].send_signal(signal.SIGSTOP)
        time.sleep(14)
        on.couriers[0].send_signal(signal.SIGCONT)
        on.publish(1_000)
        return Told(on.quiet(), allowed=on.orders.connections)


def _several(count: int) -> Callable[[bool], Told]:
    def run(full: bool) -> Told:
        # In full a person's notices come in more slices than a day may have mails.
        with scene(people=300, temper=Temper(delay=0.01), gap=0 if full else 2) as on:
            flowing = on.flow(6_000 if full else 1_200, slices=6, seconds=6)
            for _ in range(count):
                on.start()
                time.sleep(1)
            flowing.join()
            return Told(on.quiet(seconds=300))

    run.__doc__ = f"(e) {count} couriers: the same set."
    return run


def broker_restarted(full: bool) -> Told:
    """(f) the only broker is killed in the middle and comes back."""
    with scene(people=200, temper=Temper(delay=0.05)) as on:
        on.publish(3_000)
        on.start()
        on.sink.wait_for(20, 60)
        on.kafka.brokers[0].signal(signal.SIGKILL)
        time.sleep(3)
        on.kafka.brokers[0].start()
        on.kafka.wait_until_whole(60)
        return Told(on.quiet(seconds=240), allowed=on.orders.connections)


def writes_refused(full: bool) -> Told:
    """(g) the broker takes no write of the courier: nothing is sent unrecorded, and all of it later."""
    with scene(people=50) as on:
        _largest(on, MARKER)
        on.publish(500)
        on.start()
        time.sleep(30 if full else 12)
        unrecorded = len(on.sink.accepted)
        _largest(on, 8 * 1024 * 1024)
        found = on.quiet(seconds=240)
        unrecorded += on.unrecorded()
        return Told(Verdict(found.facts, found.mails, found.lost, found.repeated, found.wrong + unrecorded))


def _largest(on: Scene, size: int) -> None:
    # A topic that takes nothing larger refuses writes as a full disk does, and it can be asked for from outside.
    admin = KafkaAdminClient(**direct(on.kafka.bootstrap))
    topics = [on.topic(topic.name) for topic in (BOOK, BYTES, LEDGER)]
    admin.alter_configs([ConfigResource("TOPIC", name, {"max.message.bytes": str(size)}) for name in topics])
    admin.close()


def disk_full(full: bool) -> Told:
    """(g) the broker's disk is full, and it gives up: nothing is sent unrecorded, and all of it once there is room."""
    with (
        small_disk(512) as disk,
        LocalKafka(disk.folder / "kafka") as kafka,
        scene(people=100, temper=Temper(delay=0.05), kafka=kafka) as on,
    ):
        on.publish(2_000)
        on.start()
        on.sink.wait_for(20, 60)
        disk.fill()
        time.sleep(60 if full else 12)
        unrecorded = len(on.sink.accepted)
        kafka.brokers[0].signal(signal.SIGKILL)
        disk.clear()
        kafka.brokers[0].start()
        kafka.wait_until_whole(60)
        unrecorded -= len(on.sink.accepted) - on.unrecorded()
        found = on.quiet(seconds=240)
        return Told(replace(found, wrong=found.wrong + max(0, unrecorded)), allowed=on.orders.connections)


def hurried(times: list[float], pace: float, *, under_way: int = 0) -> int:
    """Return how many mails came faster than agreed.

    A bucket holds a second's: twice as many can go in any second, and what was under way when we stood still.
    """
    ordered, most = sorted(times), int(2 * pace) + under_way
    return sum(later - earlier < 1.0 for earlier, later in zip(ordered, ordered[most + 1 :], strict=False))


def three_days(full: bool) -> Told:
    """(i) no courier for three days: what was decided meanwhile is one mail for each person, at the pace agreed on."""
    facts, people, pace = (100_000, 1_000, 20.0) if full else (6_000, 200, 20.0)
    with scene(people=people) as on:
        on.orders.per_second = pace
        for day in ("2020-07-08", "2020-07-09", "2020-07-10"):
            decided = at(f"{day} 08:05") if day != "2020-07-10" else DECIDED
            # One transaction each, of what a broker takes in its time.
            for size in [SLICE] * (facts // 3 // SLICE) + [facts // 3 % SLICE]:
                on.publish(size, decided=decided)
        on.start()
        found = on.quiet(seconds=900)
        unmerged = found.mails - len({address for address, _, _ in on.wanted()})
        fast = hurried([mail.at for mail in on.sink.accepted], pace, under_way=on.orders.connections)
        if found.wrong or unmerged or fast:
            print(f"{found.wrong} wrong, {unmerged} not merged, {fast} too near each other", file=sys.stderr)
        return Told(replace(found, wrong=found.wrong + unmerged + fast))


def one_person(full: bool) -> Told:
    """(h) 10,001 notices at once for one person are one mail."""
    with scene(people=10) as on:
        on.publish(10_001 if full else 3_001, person=3)
        on.start()
        return Told(on.quiet())


def many_people(full: bool) -> Told:
    """(h) a notice for each of 10,001 persons is a mail for each."""
    count = 10_001 if full else 2_001
    with scene(people=count) as on:
        on.publish(count)
        on.start()
        return Told(on.quiet(seconds=300))


STORMS: tuple[tuple[str, Callable[[bool], Told]], ...] = (
    ("courier: killed and stopped while sending", kills),
    ("courier: killed at each of seven steps", steps),
    ("courier: server slow, silent, hanging up", slow_server),
    ("courier: server that answers after minutes", ten_minutes),
    ("courier: frozen past its session", frozen),
    ("courier: one", _several(1)),
    ("courier: two", _several(2)),
    ("courier: three", _several(3)),
    ("courier: broker restarted", broker_restarted),
    ("courier: broker refuses its writes", writes_refused),
    ("courier: broker's disk full", disk_full),
    ("courier: three days without it", three_days),
    ("courier: all at once for one person", one_person),
    ("courier: all at once for as many persons", many_people),
)


def weather(name: str, storm: Callable[[bool], Told], *, full: bool) -> tuple[dict[str, object], bool]:
    """Run one storm; return its row, and whether it came out clean."""
    began = time.monotonic()
    told = storm(full)
    found = told.verdict
    row: dict[str, object] = {"name": name, "events": found.facts, "lost": found.lost, "repeated": found.repeated}
    row |= {"wrong": found.wrong, "seconds": round(time.monotonic() - began, 1), "mails": found.mails}
    return row | {"may_repeat": told.allowed}, told.clean
