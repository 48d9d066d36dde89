"""The first step of the courier, on a real log."""

import contextlib
import threading

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from alerts.daybook import Daybook
from alerts.log import Follower, Writer
from alerts.metrics import Figures
from alerts.route import Router
from alerts.rules import Ruling
from deploy.layout import Layout
from streams.topics import NOTICES, prefixed
from tests.integration.alerts.office import rules_with, wait_until
from tests.unit.alerts.samples import DIRECTORY, notice

pytestmark = pytest.mark.usefixtures("topics")


def test_what_was_never_committed_is_passed_though_notices_never_stop_coming(kafka: str, topics: Layout) -> None:
    prefix, topic = topics.prefix, prefixed(topics.prefix, NOTICES)
    stop = threading.Event()
    router = Router(
        kafka,
        prefix=prefix,
        ruling=Ruling(rules_with(DIRECTORY)),
        figures=Figures(CollectorRegistry()),
        daybook=Daybook(),
    )

    def flow() -> None:
        with contextlib.closing(Writer(kafka, name=f"{prefix}-flow")) as writer:
            while not stop.is_set():
                with writer.transaction():
                    writer.write(topic, "x/1", msgspec.json.encode(notice()), partition=0)

    with (
        contextlib.closing(Writer(kafka, name=f"{prefix}-dying")) as dying,
        contextlib.suppress(KeyboardInterrupt),
        dying.transaction(),
    ):
        dying.write_and_place([(topic, "x/2", msgspec.json.encode(notice("n2")))], partition=1)
        raise KeyboardInterrupt
    steps = [threading.Thread(target=flow), threading.Thread(target=router.run, args=(lambda: not stop.is_set(),))]
    with contextlib.closing(Follower(kafka, group=f"{prefix}-route", topic=topic)) as routed:
        for step in steps:
            step.start()
        try:
            wait_until(lambda: routed.positions()[1].offset == routed.ends()[1] > 0)
        finally:
            stop.set()
            for step in steps:
                step.join()
