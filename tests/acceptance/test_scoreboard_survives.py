"""A worker is killed in the middle of a replay: no figure at /metrics ever exceeds the truth or settles anywhere else.

The truth is what a register counts that takes the same records one by one. A figure on the board is a sum over the
partitions, each at its own place in the log; so it can never be above the sum of the greatest that each ever holds.
"""

import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import msgspec
from prometheus_client import CollectorRegistry

from deploy.demo import article
from deploy.demo.histories import messages, ticks
from deploy.demo.history import Message
from deploy.demo.play import play
from deploy.rulebook import load_rulebook
from streams import topics
from streams.core.counting import Cohort
from streams.core.moments import Moment, datetime_of
from streams.engine.memory import MemoryEngine, Topics
from streams.engine.plan import StepPlan
from streams.intake.step import Intake
from streams.keys import partition_of
from streams.metrics import IntakeMetrics, RegisterMetrics
from streams.register.register import Register
from streams.wire.contract import TICK
from streams.wire.records import Tally
from tests.integration.dashboards.pipeline import PARTITIONS, PERIOD, Pipeline, pipeline

SHARE = 18
"""One dossier in so many of the article's half-year is played."""
PATIENCE = 60.0
Figures = Counter[tuple[str, str]]
"""Dossiers received in the period by unit and label; under the label `received` their sum."""


@dataclass
class Truth:
    """What the figures come to, and what none of them may ever exceed."""

    final: Figures
    most: Figures


@dataclass
class Watch:
    """Reads /metrics again and again, and notes everything that must not be."""

    address: str
    truth: Truth
    stopped: Event = field(default_factory=Event)
    scrapes: int = 0
    last: Figures = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        while not self.stopped.wait(0.02):
            text = read(self.address)
            if text:
                self.scrapes += 1
                self.last = figures_in(text)
                self.wrong += list(self.faults(text))

    def faults(self, text: str) -> Iterator[str]:
        units = {unit for unit, _ in self.last}
        for series, value in self.last.items():
            if value > self.truth.most[series]:
                yield f"{series} shows {value}, never more than {self.truth.most[series]}"
        for unit in units:
            labelled = sum(value for (its, label), value in self.last.items() if its == unit and label != "received")
            if labelled != self.last[unit, "received"]:
                yield f"{unit}: {labelled} labels of {self.last[unit, 'received']} received"
        if "dunghan_conservation_violations 0.0" not in text:
            yield "a tally breaks conservation"

    def until(self, received: int) -> None:
        """Wait until so many dossiers are shown in all."""
        limit = monotonic() + PATIENCE
        while sum(value for (_, label), value in self.last.items() if label == "received") < received:
            assert monotonic() < limit, f"only {self.last} after {PATIENCE:g} s"
            self.stopped.wait(0.05)


def read(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - ours
            return str(answer.read().decode())
    except OSError:
        return ""


def figures_in(text: str) -> Figures:
    found: Figures = Counter()
    for line in text.splitlines():
        name, _, rest = line.partition("{")
        if name not in {"dunghan_dossiers", "dunghan_received"} or f'period="{PERIOD}"' not in rest:
            continue
        labels, _, value = rest.rpartition("} ")
        of = dict(pair.split("=") for pair in labels.split(",") if "=" in pair)
        found[of["unit"].strip('"'), of.get("label", '"received"').strip('"')] = round(float(value))
    return found


def truth_of(sent: list[Message]) -> Truth:
    """Take the records one by one, partition by partition, and note the greatest value of every figure on the way."""
    rules = load_rulebook(None)
    registry = CollectorRegistry()
    log = evidence(sent, registry)
    decide, final, most = RegisterMetrics(registry), Figures(), Figures()
    for partition in range(PARTITIONS):
        register = Register(partition, rules=rules, metrics=decide, replay=True)
        days: dict[bytes, Figures] = {}
        now, peak = Figures(), Figures()
        for record in log.records[topics.EVENTS.name, partition]:
            epoch = register.take([record], now=0)
            assert epoch.taken == 1
            for key, value in epoch.outputs[topics.TALLIES.name, partition]:
                assert key is not None
                assert value is not None
                if not key.startswith(b"counted/"):
                    now.subtract(days.get(key, Figures()))
                    days[key] = received_in(value)
                    now.update(days[key])
            for series, count in now.items():
                peak[series] = max(peak[series], count)
        final.update(now)
        most.update(peak)
    return Truth(final, most)


def evidence(sent: list[Message], registry: CollectorRegistry) -> Topics:
    """Return dossier.events as the intake makes it of what is sent, ticks between."""
    log, metrics = Topics(), IntakeMetrics(registry)
    waiting = [(at, 1, b"", tick(at)) for at in ticks()]
    for arrives_at, _, key, value in sorted([(each.arrives_at, 0, each.key, each.value) for each in sent] + waiting):
        for partition in [partition_of(key, PARTITIONS)] if key else range(PARTITIONS):
            log.append((topics.INBOX.name, partition), [(key or None, value)], now=arrives_at)
    intake = StepPlan(topics.INBOX.name, None, partial(Intake, partitions=PARTITIONS, metrics=metrics, replay=True))
    MemoryEngine(log, (intake,), partitions=PARTITIONS).run(0)
    return log


def tick(at: Moment) -> bytes:
    return msgspec.json.encode({"type": TICK, "time": datetime_of(at)})


def received_in(tally: bytes) -> Figures:
    found, read_tally = Figures(), msgspec.json.decode(tally, type=Tally)
    first, last = article.FIRST.isoformat(), article.LAST.isoformat()
    if first <= read_tally.day <= last:
        for cell in read_tally.cells:
            if cell.cohort is Cohort.RECEIVED:
                found[read_tally.unit, cell.label.value] += cell.count
                found[read_tally.unit, "received"] += cell.count
    return found


def everything() -> list[Message]:
    sent = messages(load_rulebook(None).calendar_for(None))
    return [each for each in sent if int(each.key.rpartition(b"/")[2]) % SHARE == 0]


def test_a_killed_worker_moves_no_figure_past_the_truth_nor_away_from_it(kafka: str, tmp_path: Path) -> None:
    sent = everything()
    truth = truth_of(sent)
    received = sum(value for (_, label), value in truth.final.items() if label == "received")
    assert received == len({each.key for each in sent})
    prefix = f"survives-{tmp_path.name}"
    with pipeline(tmp_path, kafka, prefix, "worker-1", "worker-2", "scoreboard") as running:
        with watched(running, truth) as watch:
            replayed_with_a_kill(running, sent, watch, received)
            settle(watch, truth)
        running.kill("scoreboard")
        running.start("scoreboard")
        with watched(running, truth) as again:
            settle(again, truth)
        running.check()
    assert not watch.wrong + again.wrong
    assert watch.scrapes > 50


@contextmanager
def watched(running: Pipeline, truth: Truth) -> Iterator[Watch]:
    """Watch /metrics until the block ends."""
    watch = Watch(f"http://{running.address('scoreboard')}/metrics", truth)
    watching = Thread(target=watch.run, name="watch")
    watching.start()
    try:
        yield watch
    finally:
        watch.stopped.set()
        watching.join()


def replayed_with_a_kill(running: Pipeline, sent: list[Message], watch: Watch, received: int) -> None:
    middle = sent[len(sent) // 2].arrives_at
    first = [each for each in sent if each.arrives_at < middle]
    later = [each for each in sent if each.arrives_at >= middle]
    moments = list(ticks())
    played = partial(play, running.bootstrap, running.prefix, partitions=PARTITIONS, told=lambda _: None)
    played(messages=first, ticks=[at for at in moments if at < middle])
    watch.until(received // 10)
    # Both halves are in the log, the first is being taken: the worker dies with epochs open and others to come.
    with ThreadPoolExecutor(1) as beside:
        playing = beside.submit(played, messages=later, ticks=[at for at in moments if at >= middle])
        so_far = sum(value for (_, label), value in watch.last.items() if label == "received")
        assert so_far < received, "the replay was over before the kill"
        running.kill("worker-1")
        running.start("worker-3")
        playing.result()


def shown(watch: Watch) -> dict[tuple[str, str], int]:
    return {series: value for series, value in watch.last.items() if value}


def settle(watch: Watch, truth: Truth) -> None:
    """Wait until the figures are the truth, and see that they stay so over twenty scrapes."""
    limit = monotonic() + PATIENCE
    wanted = {series: value for series, value in truth.final.items() if value}
    while shown(watch) != wanted:
        assert monotonic() < limit, (
            f"settled elsewhere: {watch.last - truth.final} above, {truth.final - watch.last} below"
        )
        watch.stopped.wait(0.05)
    seen = watch.scrapes
    while watch.scrapes < seen + 20:
        watch.stopped.wait(0.02)
        assert shown(watch) == wanted
