"""A log that is being written, by workers that come and go: what has not been read yet is no difference."""

import signal
import time

from deploy import clock
from deploy.layout import Layout
from deploy.verify.whole import Source, Verification, verified
from streams.topics import EVENTS, prefixed
from tests.chaos import deciding
from tests.chaos.crew import Crew
from tests.chaos.storms import Source as Sending
from tests.integration.verify.log import RULES

LOOKS = 2


def test_while_it_is_written_and_workers_are_killed_nothing_differs(kafka: str, topics: Layout, crew: Crew) -> None:
    source = Source(kafka, topics.prefix, RULES)
    sending = Sending(kafka, prefixed(topics.prefix, EVENTS), 40, deciding.numbered)
    sending.start()
    epochs = []
    try:
        with Verification(source) as verification:
            for turn in range(LOOKS):
                while sum(deciding.taken_in(kafka, topics).values()) < 100 * (turn + 1):
                    crew.supervise()
                    time.sleep(0.5)
                crew.replace(0, signal.SIGKILL if turn % 2 else signal.SIGTERM)
                for seen in (verification.look(now=clock.now()), verified(source, now=clock.now())):
                    assert [str(one) for one in seen.found] == []
                    epochs.append(seen.epochs)
    finally:
        sending.stop()
    assert epochs[-2] > epochs[0]
