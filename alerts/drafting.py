"""Whose mails are drafted next: a few of each desk in turn, as long as there is time."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from alerts.desk import Desk
from streams.core.moments import Moment

SLICE: Final = 8
"""Mails of one partition that are drafted at a stretch."""
SECONDS: Final = 0.2
"""How long drafting may go on before what was drafted is committed and handed over."""


class Drafting:
    """Remembers from turn to turn who was drafted for last; `stopwatch` counts seconds."""

    def __init__(self, stopwatch: Callable[[], float] = time.monotonic) -> None:
        """Begin with whoever comes first."""
        self._stopwatch = stopwatch
        self._last = -1
        self.is_unfinished = False
        """Whether time was up before everything was drafted."""

    def draft(self, due: Iterable[tuple[Desk, Moment]]) -> int:
        """Draft what is due at these desks, each at its time; return how many mails wait for their intents."""
        # Begin behind the desk that had the last turn: else, where time is short, the last would wait for ever.
        desks = sorted(due, key=lambda each: (each[0].partition <= self._last, each[0].partition))
        drafting = deque((desk, desk.draft(now)) for desk, now in desks)
        deadline = self._stopwatch() + SECONDS
        while drafting and self._stopwatch() < deadline:
            desk, mails = drafting.popleft()
            self._last = desk.partition
            if sum(1 for _ in islice(mails, SLICE)) == SLICE:
                drafting.append((desk, mails))
        self.is_unfinished = bool(drafting)
        return sum(desk.drafts() for desk, _ in desks)
