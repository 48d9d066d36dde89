"""Step two of the courier: `mail.outbox` is held and merged, and becomes mail; every step of it is in `mail.ledger`."""

import contextlib
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from alerts.desk import DRAFTS, Desk
from alerts.drafting import Drafting
from alerts.following import Following
from alerts.log import Archive, Follower, LogError, Reader
from alerts.office import Office
from alerts.outgoing import Halted, Outgoing
from alerts.pool import Pool
from alerts.recheck import Recheck
from alerts.server import Server
from alerts.takeover import taken_over
from streams.cluster import Address
from streams.core.moments import Moment
from streams.topics import NOTICES, OUTBOX, prefixed

__all__ = ["Halted", "Sender"]

ABSORB_SECONDS: Final = 0.5
"""How long what only has to be kept in mind may wait for its transaction."""
NOTED_SECONDS: Final = 2.0
"""The same while mails are on their way: outcomes are noted already, but the broker gives up old transactions."""
IDLE_SECONDS: Final = 0.25
"""How long the log is listened to while there is nothing else to do."""
BUSY_SECONDS: Final = 0.05
"""How long the log is listened to while mails are on their way and nothing is to be drafted."""
TOGETHER: Final = 6
"""Transactions of different partitions that run side by side: each waits for the broker most of its time."""
PULSE: Final = 5.0
"""Seconds without a turn after which no mail is begun: having stood still, we may not be a member any more."""
LAST_ANSWERS: Final = 20.0
"""Seconds that the answers to what has begun are waited for when we are asked to end; their intents stay open."""
HANDING_OVER: Final = 4.0
"""The same when our partitions go to others, who wait for us; less than a session."""


class Sender:
    """The member of the group `<app>-send`; `run` is its life."""

    def __init__(self, bootstrap: Address, *, office: Office, server: Server, clock: Callable[[], Moment]) -> None:
        """Prepare; nothing connects before `run`."""
        self._bootstrap = bootstrap
        self._app = office.prefix or "dunghan"
        self._office = office
        self._server = server
        self._clock = clock
        self._desks: dict[int, Desk] = {}
        self._notices: list[int] = []
        self._pulse = time.monotonic()
        self._drafting = Drafting()

    def run(self, may_go_on: Callable[[], bool]) -> None:
        """Send until `may_go_on` says no; LogError when our place in the log is lost; Halted by the mail server."""
        prefix = self._office.prefix
        outbox, notices = prefixed(prefix, OUTBOX), prefixed(prefix, NOTICES)
        with (
            ThreadPoolExecutor(TOGETHER, "courier") as threads,
            Reader(self._bootstrap, group=f"{self._app}-send", topic=outbox, leaving=self._hand_over) as reader,
            contextlib.closing(Archive(self._bootstrap)) as archive,
            contextlib.closing(Archive(self._bootstrap, also_aborted=True)) as written,
            Following(self._bootstrap, prefix=prefix, ruling=self._office.ruling) as following,
            contextlib.closing(Follower(self._bootstrap, group=f"{self._app}-route", topic=notices)) as routing,
            Pool(self._server, may_start=lambda: time.monotonic() - self._pulse < PULSE) as pool,
        ):
            self._threads, self._reader, self._archive, self._following = threads, reader, archive, following
            self._recheck = Recheck(routing, written, outbox=outbox)
            self._outgoing = Outgoing(self._office, pool, archive, server=self._server, clock=self._clock)
            self._notices = reader.partitions(notices)
            try:
                while may_go_on():
                    self._turn()
                self._end(LAST_ANSWERS)
            except Halted:
                self._end(HANDING_OVER)
                raise
            finally:
                self._let_go()

    def _turn(self) -> None:
        """Read, do what is due, and enter the answers that come meanwhile."""
        self._office.daybook.turn()
        reader, outgoing = self._reader, self._outgoing
        batch = reader.poll(self._patience())
        self._pulse = time.monotonic()
        self._following.catch_up()
        if reader.is_moving():
            self._let_go()
            return
        if batch is None:
            self._take_over()
            return
        for partition, values in batch.items():
            self._desks[partition].take(values, reader.position(partition))
        clock = self._clock()
        drafted = self._drafting.draft(self._due(clock))
        self._commit(clock, self._ripe())
        if not self._office.replay:
            self._office.figures.rechecked(time.monotonic() - self._recheck.holds_since, mails=drafted)
        outgoing.offer(self._desks, clock)
        outgoing.enter(self._desks, patience=0.0)
        self._show(clock)

    def _patience(self) -> float:
        if self._drafting.is_unfinished or not self._desks:
            return 0.0 if self._desks else IDLE_SECONDS
        return BUSY_SECONDS if len(self._outgoing) else IDLE_SECONDS

    def _end(self, patience: float) -> None:
        with contextlib.suppress(Halted):
            for _ in self._outgoing.stopping(self._desks, patience=patience):
                self._commit(self._clock(), [desk for desk in self._desks.values() if desk.has_waited(NOTED_SECONDS)])
        self._commit(self._clock(), self._desks.values())

    def _hand_over(self) -> None:
        # Whatever fails here, our successor finds in the ledger what was noted, and sends the rest again.
        if self._desks:
            with contextlib.suppress(LogError):
                self._end(HANDING_OVER)

    def _take_over(self) -> None:
        self._let_go()
        self._recheck.forget()
        self._desks = taken_over(
            self._office, bootstrap=self._bootstrap, reader=self._reader, archive=self._archive, threads=self._threads
        )
        self._pulse = time.monotonic()

    def _let_go(self) -> None:
        self._outgoing.withdraw()
        desks, self._desks = list(self._desks.values()), {}
        list(self._threads.map(lambda desk: desk.close(), desks))
        self._outgoing.let_go()

    def _show(self, clock: Moment) -> None:
        figures = self._office.figures
        figures.open_mails(sum(len(list(desk.book.open_mails())) for desk in self._desks.values()))
        times = ((desk, self._now(desk, clock)) for desk in self._desks.values())
        oldest = max((desk.book.unsent_for(now) for desk, now in times if now is not None), default=0)
        figures.turned(clock, oldest_unsent=oldest)

    def _now(self, desk: Desk, clock: Moment) -> Moment | None:
        return desk.book.replayed_to(self._notices) if self._office.replay else clock

    def _due(self, clock: Moment) -> list[tuple[Desk, Moment]]:
        """Return the desks that have something due and little on its way, and their time."""
        free = (desk for desk in self._desks.values() if self._outgoing.waiting(desk, clock) < DRAFTS // 2)
        times = ((desk, self._now(desk, clock)) for desk in free)
        due = [(desk, now) for desk, now in times if now is not None and desk.book.is_due(now)]
        # What withdraws a notice may be in the outbox already: nothing is composed before it has been read that far.
        return due if not due or self._office.replay or self._recheck.has_passed(self._reader) else []

    def _ripe(self) -> list[Desk]:
        """Return the desks whose transaction is due: mails to be opened, nothing more on its way, or time.

        Each has its own time: by that of all, a desk whose neighbours always have mails to open would wait for ever.
        """
        idle = not len(self._outgoing)
        longest = ABSORB_SECONDS if idle else NOTED_SECONDS
        return [
            desk
            for desk in self._desks.values()
            if desk.drafts() or (idle and desk.has_noted()) or desk.has_waited(longest)
        ]

    def _commit(self, clock: Moment, desks: Iterable[Desk]) -> None:
        waiting = [desk for desk in desks if desk.has_something()]
        if not waiting:
            return
        membership = self._reader.membership()

        def commit(desk: Desk) -> None:
            desk.commit(now=self._now(desk, clock), clock=clock, membership=membership)

        list(self._threads.map(commit, waiting))
