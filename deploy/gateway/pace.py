"""How fast a source may send: a bucket of events for each, which fills again by itself; time is an argument."""

from typing import NamedTuple


class _Level(NamedTuple):
    events: float
    at: float


class Pace:
    """The buckets of all sources; there are as many as sources with a token."""

    def __init__(self, per_second: float, *, burst: float) -> None:
        """Let each source send `per_second` events on average and `burst` at once, which a whole batch must fit in."""
        self._per_second = per_second
        self._burst = burst
        self._levels: dict[str, _Level] = {}

    def take(self, source: str, events: int, *, now: float, per_second: float | None = None) -> float:
        """Take so many events out and return 0, or take none and return the seconds to wait; `now` in seconds.

        `per_second` is the source's own pace where it has one; its burst grows and shrinks likewise, but never below
        the common one.
        """
        rate = per_second or self._per_second
        burst = max(self._burst, self._burst * rate / self._per_second)
        before = self._levels.get(source, _Level(burst, now))
        there = min(burst, before.events + max(0.0, now - before.at) * rate)
        if events > there:
            self._levels[source] = _Level(there, now)
            return (events - there) / rate
        self._levels[source] = _Level(there - events, now)
        return 0.0
