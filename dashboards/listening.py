"""Who was heard of when, as `dossier.heard` says it, read beside the tallies by the scoreboard's one thread."""

from collections.abc import Callable

import structlog

from dashboards.core.silence import Expected, Hearing, Voice
from dashboards.reader import HeardReader
from streams.cluster import Address
from streams.core.moments import Moment

log = structlog.get_logger(__name__)


class Listening:
    """The voices of one pipeline; not to be shared between threads."""

    def __init__(self, *, bootstrap: Address, prefix: str, expected: Expected) -> None:
        """Connect; TalliesUnreachable when there is no broker or no topic."""
        self._reader = HeardReader(bootstrap=bootstrap, prefix=prefix)
        self._hearing = Hearing()
        self._expected = expected
        self.news = False
        """Whether anybody was heard of since the voices were asked for."""

    def read(self, *, going: Callable[[], bool]) -> None:
        """Take what is new; returns early when `going` turns False. TalliesUnreachable."""
        read = self._reader.read(going=going)
        if read is None:
            return
        refused = dict(read.unreadable)
        for key, heard in read.records.items():
            try:
                self._hearing.put(key, heard)
            except ValueError as wrong:
                refused[key] = str(wrong)
        for key, why in refused.items():
            log.error("heard_unreadable", key=key, why=why)
        self.news = self.news or bool(read.records)

    def voices(self, *, now: Moment) -> tuple[Voice, ...]:
        """Return who is to be shown."""
        self.news = False
        return tuple(self._hearing.voices(self._expected, now=now))

    def close(self) -> None:
        """Let go of the connection."""
        self._reader.close()
