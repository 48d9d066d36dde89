"""What is due next: appointments of the present day one by one, those of later days only by their day.

Invariant: every appointment before the horizon stands in the heap, every other in the list of its day; older ones that
no longer hold may stand beside them. The horizon moves with the time that is asked for, so the heap stays small.
`_first` is where the first day with a list begins.
"""

import heapq
from collections.abc import Callable, Iterable

from streams.core.dues import NEVER
from streams.core.moments import SECOND_OF_DAY, Moment

SLACK = 1_000
"""Appointments beyond two for each key at which the agenda is written anew."""


class Agenda:
    """The appointments of keys; `appointed` says for which moment a key is appointed now."""

    def __init__(self, appointed: Callable[[bytes], Moment | None]) -> None:
        """Begin empty."""
        self._appointed = appointed
        self._near: list[tuple[Moment, bytes]] = []
        self._far: dict[int, list[bytes]] = {}
        self._soonest: dict[int, Moment] = {}
        self._horizon: Moment = 0
        self._first: Moment = NEVER
        self._length = 0

    def __len__(self) -> int:
        """Return how many appointments there are, with those that no longer hold."""
        return self._length

    def add(self, at: Moment, key: bytes) -> None:
        """Appoint a key, which `appointed` will give the same moment for."""
        self._length += 1
        if at < self._horizon:
            heapq.heappush(self._near, (at, key))
            return
        day = at // SECOND_OF_DAY
        keys = self._far.get(day)
        if keys is None:
            keys = self._far[day] = []
            self._soonest[day] = at
            self._first = min(self._first, day * SECOND_OF_DAY)
        keys.append(key)
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

    def anew(self, keys: Iterable[bytes]) -> None:
        """Keep the appointments that hold: who changes often must not fill the memory with old ones."""
        self._near, self._far, self._soonest, self._horizon, self._length = [], {}, {}, 0, 0
        self._first = NEVER
        for key in keys:
            if (at := self._appointed(key)) is not None:
                self.add(at, key)

    def _reached(self, until: Moment) -> bool:
        """Bring the first day with appointments near if it has begun by then; returns whether anything is near."""
        while not self._near and self._first <= until:
            day = self._first // SECOND_OF_DAY
            keys = self._far.pop(day)
            del self._soonest[day]
            self._first = min(self._far, default=NEVER) * SECOND_OF_DAY
            self._horizon = (day + 1) * SECOND_OF_DAY
            moments = [(self._appointed(key), key) for key in set(keys)]
            self._near = [(at, key) for at, key in moments if at is not None and at // SECOND_OF_DAY == day]
            self._length += len(self._near) - len(keys)
            heapq.heapify(self._near)
        return bool(self._near)
