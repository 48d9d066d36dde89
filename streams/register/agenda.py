"""What is due next: appointments of the present day one by one, those of later days only by their day.

Invariant: every appointment before the horizon stands in the heap, every other in the list of its day; older ones that
no longer hold may stand beside them. The horizon moves with the time that is asked for, so the heap stays small.
`_first` is where the first day with a list begins. A list holds numbers of four bytes; the heap holds keys, since what
is due at one moment is due in their order, whichever numbers they have after a new start.
"""

import heapq
from array import array
from collections.abc import Callable, Iterable

from streams.core.dues import NEVER
from streams.core.moments import SECOND_OF_DAY, Moment

SLACK = 1_000
"""Appointments beyond two for each key at which the agenda is written anew."""


class Agenda:
    """The appointments of keys by number; `appointed` says for which moment one is appointed now, `key` whose it is."""

    def __init__(self, appointed: Callable[[int], Moment | None], key: Callable[[int], bytes]) -> None:
        """Begin empty."""
        self._appointed, self._key = appointed, key
        self._near: list[tuple[Moment, bytes]] = []
        self._far: dict[int, array[int]] = {}
        self._soonest: dict[int, Moment] = {}
        self._horizon: Moment = 0
        self._first: Moment = NEVER
        self._length = 0

    def __len__(self) -> int:
        """Return how many appointments there are, with those that no longer hold."""
        return self._length

    def add(self, at: Moment, number: int) -> None:
        """Appoint a number, which `appointed` will give the same moment for."""
        self._length += 1
        if at < self._horizon:
            heapq.heappush(self._near, (at, self._key(number)))
            return
        day = at // SECOND_OF_DAY
        numbers = self._far.get(day)
        if numbers is None:
            numbers = self._far[day] = array("I")
            self._soonest[day] = at
            self._first = min(self._first, day * SECOND_OF_DAY)
        numbers.append(number)
        self._soonest[day] = min(self._soonest[day], at)

    @property
    def next_at(self) -> Moment | None:
        """The moment of the first appointment, which may no longer hold."""
        return self._near[0][0] if self._near else min(self._soonest.values(), default=None)

    def due(self, until: Moment) -> tuple[Moment, bytes] | None:
        """Take the first appointment at or before a moment, which may no longer hold; None if there is none."""
        if not self._reached(until) or self._near[0][0] > until:
            return None
        self._length -= 1
        return heapq.heappop(self._near)

    def anew(self, numbers: Iterable[int]) -> None:
        """Keep the appointments that hold: who changes often must not fill the memory with old ones."""
        self._near, self._far, self._soonest, self._horizon, self._length = [], {}, {}, 0, 0
        self._first = NEVER
        for number in numbers:
            if (at := self._appointed(number)) is not None:
                self.add(at, number)

    def _reached(self, until: Moment) -> bool:
        """Bring the first day with appointments near if it has begun by then; returns whether anything is near."""
        while not self._near and self._first <= until:
            day = self._first // SECOND_OF_DAY
            numbers = self._far.pop(day)
            del self._soonest[day]
            self._first = min(self._far, default=NEVER) * SECOND_OF_DAY
            self._horizon = (day + 1) * SECOND_OF_DAY
            # Most of a day's have moved on by then: nothing is made of those.
            near = {
                (at, self._key(number))
                for number in numbers
                if (at := self._appointed(number)) is not None and at // SECOND_OF_DAY == day
            }
            self._near = list(near)
            self._length += len(self._near) - len(numbers)
            heapq.heapify(self._near)
        return bool(self._near)
