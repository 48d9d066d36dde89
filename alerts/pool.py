"""The connections to the mail server, side by side in a thread of their own.

No connection sends the next message before the outcome of its last one is durable: whenever the courier is killed,
there is at most one mail a connection of which nobody knows that the server has it.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple, Self

from alerts.core.pace import Paces
from alerts.core.retry import Ending
from alerts.core.settling import Answered
from alerts.mailer import FAREWELL, Mailer, Parcel
from alerts.server import Server

LOOK: Final = 0.05
"""Seconds between two looks whether sending may begin again."""


class Answer(NamedTuple):
    """What the server said to the parcel of this key."""

    key: str
    answered: Answered


class Pool:
    """Lives as long as the `with` block; its methods are for one other thread, and only `answers` ever waits."""

    def __init__(self, server: Server, *, may_start: Callable[[], bool] = lambda: True) -> None:
        """Prepare; `may_start` is asked in our thread before each mail."""
        self._server = server
        self._may_start = may_start
        self._note: Callable[[Answer], None] = lambda _: None
        self._paces = Paces(server.rates)
        self._waiting: dict[str, deque[Parcel]] = {}
        self._unrecorded: dict[str, asyncio.Event] = {}
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._in_flight: set[str] = set()
        self._halted = False
        self._loop = asyncio.new_event_loop()
        self._woken = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)
        self._workers: list[asyncio.Task[None]] = []
        self._broken: BaseException | None = None
        self._ending = False

    def __enter__(self) -> Self:
        """Begin; connections are made when there is something to send."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._begin(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up, in the middle of a message if need be."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def tell(self, note: Callable[[Answer], None]) -> None:
        """Let `note` be told each answer as it comes, in our thread, before `answers` gives it."""
        self._note = note

    def offer(self, parcel: Parcel) -> None:
        """Let this parcel be sent once; those offered first go first, but for domains that have to wait."""
        with self._lock:
            self._waiting.setdefault(self._server.rates.domain_of(parcel.address), deque()).append(parcel)
        self._loop.call_soon_threadsafe(self._woken.set)

    def withdraw(self) -> list[str]:
        """Take back every parcel whose sending has not begun, and return their keys."""
        with self._lock:
            taken_back = [parcel.key for parcels in self._waiting.values() for parcel in parcels]
            self._waiting.clear()
        return taken_back

    def answers(self, patience: float) -> list[Answer]:
        """Return the answers that came, waiting so many seconds for the first; raises what ended a connection's work.

        No failure of a mail ends it, so this one is ours: the parcel it had in hand would be in flight for ever.
        """
        if self._broken is not None:
            raise RuntimeError("a connection no longer works") from self._broken
        found: list[Answer] = []
        try:
            found.append(self._answers.get(timeout=patience))
            while True:
                found.append(self._answers.get_nowait())
        except queue.Empty:
            return found

    def recorded(self, key: str) -> None:
        """Say, from any thread, that the outcome of this parcel is durable, or nobody's any more."""
        self._loop.call_soon_threadsafe(self._go_on, key)

    def in_flight(self) -> int:
        """Return of how many parcels sending has begun and no answer was taken from `answers`."""
        with self._lock:
            return len(self._in_flight) + self._answers.qsize()

    async def _begin(self) -> None:
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._server.connections)]
        for worker in self._workers:
            worker.add_done_callback(self._ended)

    def _ended(self, worker: asyncio.Task[None]) -> None:
        if not worker.cancelled():
            self._broken = worker.exception()

    async def _end(self) -> None:
        self._ending, working = True, set(self._workers)
        while working:
            for worker in working:
                worker.cancel()
            # Again and again: `asyncio.wait_for`, by which the SMTP client waits, passes over a cancellation that comes
            # in the moment in which what it waited for is there (until Python 3.12).
            _, working = await asyncio.wait(working, timeout=2 * FAREWELL)

    def _go_on(self, key: str) -> None:
        if event := self._unrecorded.pop(key, None):
            event.set()

    async def _work(self) -> None:
        recorded = asyncio.Event()
        recorded.set()
        mailer = Mailer(self._server, recorded.wait)
        try:
            while not self._ending:
                try:
                    async with asyncio.timeout(self._server.idle):
                        parcel = await self._next()
                except TimeoutError:
                    await mailer.hang_up()
                    continue
                answered = await mailer.deliver(parcel)
                recorded.clear()
                self._unrecorded[parcel.key] = recorded
                self._halted |= answered.ending is Ending.HALT
                answer = Answer(parcel.key, answered)
                self._note(answer)
                with self._lock:
                    self._in_flight.discard(parcel.key)
                    self._answers.put(answer)
        finally:
            await mailer.hang_up()

    async def _next(self) -> Parcel:
        while True:
            wait = LOOK if self._halted or not self._may_start() else self._take(time.monotonic())
            if isinstance(wait, Parcel):
                return wait
            self._woken.clear()
            # What is offered meanwhile may go to a domain that need not wait.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    def _take(self, now: float) -> Parcel | float | None:
        """Return the next parcel, the seconds to wait for one, or None where there is none."""
        waits: list[float] = []
        with self._lock:
            for domain, parcels in self._waiting.items():
                if not parcels:
                    continue
                wait = self._paces.wait(domain, now)
                if not wait:
                    parcel = parcels.popleft()
                    self._in_flight.add(parcel.key)
                    return parcel
                waits.append(wait)
        return min(waits, default=None)
