"""A backup in the middle of things: a worker and a courier stop, the log is laid elsewhere, and others go on there.

Lost: what `dunghan verify` finds unanswered or different there; repeated: mails with a Message-ID that was sent before.
"""

import re
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from alerts.courier import settled_to
from deploy import clock
from deploy.backup.restoring import Target, checked, restore
from deploy.backup.taking import Source, take
from deploy.demo.histories import messages
from deploy.demo.history import Message
from deploy.demo.play import play
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.rulebook import load_rulebook
from streams.core.moments import Moment, day_of, moment_on
from tests.chaos.second_eyes import unlike
from tests.integration.dashboards.pipeline import PARTITIONS, Pipeline, pipeline

STORM = "backup: laid elsewhere, others go on"
PATIENCE = 240.0


def mornings(told: Sequence[Message], count: int) -> list[Moment]:
    """Return eight o'clock of so many last days up to the day after the last message."""
    last = day_of(told[-1].arrives_at) + 1
    return [moment_on(day, 8 * 3600) for day in range(last - count + 1, last + 1)]


def go_on(running: Pipeline, told: Sequence[Message]) -> None:
    """Have it decided and told."""
    ticks = mornings(told, 3)
    play(running.bootstrap, running.prefix, messages=told, ticks=ticks, partitions=PARTITIONS, told=lambda _: None)
    until = time.monotonic() + PATIENCE
    while (settled := settled_to(running.bootstrap, running.prefix)) is None or settled < ticks[-1]:
        running.check()
        assert time.monotonic() < until, f"told up to {settled}"
        time.sleep(0.2)


def storm(*, count: int) -> tuple[int, int, int]:
    """Return how many mails there were, how many came again, and how much does not follow from the log there."""
    there = load_rulebook(None).calendar_for(None)
    told = [each for each in messages(there) if b"muongnhe" in each.key][:count]
    first, second = (f"c{uuid.uuid4().hex[:8]}" for _ in range(2))
    with tempfile.TemporaryDirectory() as name, LocalKafka() as one, LocalKafka() as other:
        folder = Path(name)
        with pipeline(folder / "a", one.bootstrap, first, "worker-1", "courier-1") as running:
            go_on(running, told[: count // 2])
            running.end()
            take(Source(one.bootstrap, first, PARTITIONS), folder / "backup", now=clock.now(), release="storm")
            mails = [mail.content for mail in running.mailbox.mails()]
        target = Target(other.bootstrap, Layout(second, PARTITIONS, 1))
        restore(checked(folder / "backup"), folder / "backup", target)
        wrong = unlike(other.bootstrap, second, replay=True)
        with pipeline(folder / "b", other.bootstrap, second, "worker-1", "courier-1") as running:
            go_on(running, told[count // 2 :])
            running.end()
            wrong += unlike(other.bootstrap, second, replay=True)
            mails += [mail.content for mail in running.mailbox.mails()]
    names = [found[0] for mail in mails if (found := re.findall(rb"(?mi)^Message-ID: (\S+)", mail))]
    return len(names), len(names) - len(set(names)), wrong


def weather(*, full: bool) -> tuple[dict[str, object], bool]:
    """Run the storm; return its row, and whether it came out clean."""
    began = time.monotonic()
    events = 533 if full else 120
    mails, repeated, wrong = storm(count=events)
    row: dict[str, object] = {"name": STORM, "events": events, "lost": 0, "repeated": repeated, "wrong": wrong}
    row |= {"seconds": round(time.monotonic() - began, 1), "mails": mails}
    return row, not repeated and not wrong and mails > 0
