"""The scoreboard: `unit.tallies` summed and shown at `/metrics`; whatever it shows can be read again from the topic.

One thread reads whole transactions into the Board and renders the sheet once for each change; a scrape only hands out
the bytes. Any number of replicas may run: each reads everything, none writes anything.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from http import HTTPStatus
from threading import Event, Lock, Thread
from time import perf_counter
from typing import Final

import structlog

from dashboards.core.board import Board
from dashboards.core.periods import Period, period_of
from dashboards.core.reckoning import Reckoning
from dashboards.core.sheet import Sheet
from dashboards.core.silence import Expected
from dashboards.exposition import CONTENT_TYPE, VOICE_SERIES, openmetrics
from dashboards.listening import Listening
from dashboards.reader import Pass, Record, TalliesUnreachable, TallyReader
from dashboards.web import Page, Web
from streams.cluster import Address
from streams.core.moments import Moment

log = structlog.get_logger(__name__)

PAUSE: Final = 0.2
"""Seconds between two passes, at the least."""
IDLE_SHARE: Final = 3
"""A pass that took one second is followed by so many of rest: a storm of changes leaves the machine free."""
RETRY: Final = 1.0


def read_board(bootstrap: Address, prefix: str) -> tuple[Board, bool]:
    """Return the board of all that is committed now, and whether it is complete.

    TalliesUnreachable when there is no broker or no topic.
    """
    reader = TallyReader(bootstrap=bootstrap, prefix=prefix)
    try:
        reckoning, read = Reckoning(reader.partitions), reader.read()
        if read is not None:
            reckoning.take(read.records, read.unreadable)
        return reckoning.board, reckoning.complete
    finally:
        reader.close()


class Scoreboard:
    """The running scoreboard; `periods` are names of dashboards.core.periods or `FROM/TO`, resolved against `clock`.

    `names` says what people call each unit; one without a name is shown by its id. `expected` says who is to be heard.
    """

    def __init__(
        self,
        *,
        bootstrap: Address,
        prefix: str,
        host: str = "127.0.0.1",
        port: int = 0,
        periods: Sequence[str] = ("all",),
        names: Mapping[str, str] | None = None,
        expected: Expected | None = None,
        clock: Callable[[], Moment],
    ) -> None:
        """Prepare; nothing is opened. A period that is none raises UnknownPeriod."""
        self._where = (bootstrap, prefix)
        self._address = (host, port)
        self._period_names = tuple(dict.fromkeys(periods))
        self._names = names or {}
        self._expected = expected or Expected()
        self._clock = clock
        self._periods()
        self._lock = Lock()
        self._stopping = Event()
        self._read_once = Event()
        self._reckoning = Reckoning(frozenset())
        self._sheet = Sheet()
        self._page = Page(openmetrics(self._sheet), content_type=CONTENT_TYPE)
        self._thread = Thread(target=self._run, name="scoreboard-reader", daemon=True)
        self._web: Web | None = None

    def start(self) -> None:
        """Listen at once, read in the background; OSError when the address is taken."""
        pages = {"/metrics": lambda: self._page, "/healthz": self._health, "/readyz": self._readiness}
        self._web = Web(host=self._address[0], port=self._address[1], pages=pages)
        self._thread.start()

    def stop(self) -> None:
        """Stop reading and serving; returns when both have ended."""
        self._stopping.set()
        if self._web is not None:
            self._web.close()
            self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether the reader is at work; what ends it unasked is a fault of ours and stands in the log."""
        return self._thread.is_alive()

    @property
    def port(self) -> int:
        """Return the port that is listened on; the configured one before `start`."""
        return self._address[1] if self._web is None else self._web.port

    @property
    def board(self) -> Board:
        """Return the board as it stands now, as a value of its own."""
        with self._lock:
            return self._reckoning.board.copy()

    def _periods(self) -> tuple[tuple[str, Period], ...]:
        now = self._clock()
        return tuple((name, period_of(name, now=now)) for name in self._period_names)

    def _run(self) -> None:
        bootstrap, prefix = self._where
        while not self._stopping.is_set():
            with ExitStack() as closing:
                try:
                    reader = TallyReader(bootstrap=bootstrap, prefix=prefix)
                    closing.callback(reader.close)
                    listening = Listening(bootstrap=bootstrap, prefix=prefix, expected=self._expected)
                    closing.callback(listening.close)
                except TalliesUnreachable as why:
                    log.warning("tallies_unreachable", why=str(why), shown="nothing")
                    self._stopping.wait(RETRY)
                    continue
                self._follow(reader, listening)

    def _follow(self, reader: TallyReader, listening: Listening) -> None:
        with self._lock:
            self._reckoning = Reckoning(reader.partitions)
        shown: tuple[tuple[str, Period], ...] = ()
        while not self._stopping.is_set():
            began = perf_counter()
            try:
                # The tallies last: what they give is taken at once, and an error on the way would lose it.
                listening.read(going=self._going)
                read = reader.read(going=self._going)
            except TalliesUnreachable as why:
                log.warning("tallies_unreachable", why=str(why), shown="the last figures")
                self._stopping.wait(RETRY)
                continue
            if read is None:
                return
            periods = self._periods()
            if read.records or read.unreadable or listening.news or periods != shown:
                self._show(read, periods, listening)
                shown = periods
            self._read_once.set()
            self._stopping.wait(max(PAUSE, IDLE_SHARE * (perf_counter() - began)))

    def _going(self) -> bool:
        return not self._stopping.is_set()

    def _show(self, read: Pass[Record], periods: tuple[tuple[str, Period], ...], listening: Listening) -> None:
        voices = listening.voices(now=self._clock())
        with self._lock:
            refused = self._reckoning.take(read.records, read.unreadable)
            self._sheet = self._reckoning.sheet(periods, self._names, beside=VOICE_SERIES * len(voices))
        for key, why in refused.items():
            log.error("tally_unreadable", key=key, why=str(why))
        self._page = Page(openmetrics(self._sheet, voices), content_type=CONTENT_TYPE)

    def _health(self) -> Page:
        if self.alive:
            return Page(b"reading\n")
        return Page(b"the reader has ended\n", HTTPStatus.SERVICE_UNAVAILABLE)

    def _readiness(self) -> Page:
        if not self._read_once.is_set():
            return Page(b"not read to the end yet\n", HTTPStatus.SERVICE_UNAVAILABLE)
        return Page(b"complete\n" if self._sheet.complete else b"incomplete: a partition is not counted yet\n")
