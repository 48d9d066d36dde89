"""Sums for the log: what happens often is told as one line of counts now and then, and nothing of it is lost."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

APART: Final = 10.0
"""Seconds between two lines, at the least."""


class Summing:
    """Counts by name and by what is counted, told by `tell` at most every APART seconds; used by any thread.

    The first count after a pause is told with the next `tell_if_due`; `rest` tells what is left, at the end.
    """

    def __init__(
        self, tell: Callable[[str, Mapping[str, int]], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare; `clock` gives seconds that only grow."""
        self._tell = tell
        self._clock = clock
        self._told_at = -APART
        self._sums: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()

    def add(self, name: str, **counts: int) -> None:
        """Count."""
        with self._lock:
            self._sums.setdefault(name, Counter()).update(counts)

    def tell_if_due(self) -> None:
        """Tell what was counted since the last line, unless that was less than APART seconds ago."""
        if self._sums and self._clock() - self._told_at >= APART:
            self.rest()

    def rest(self) -> None:
        """Tell all that is not told yet."""
        with self._lock:
            sums, self._sums = self._sums, {}
        self._told_at = self._clock()
        for name, counts in sorted(sums.items()):
            self._tell(name, counts)
