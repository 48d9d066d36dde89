"""Step two of the courier: `mail.outbox` is held and merged, and becomes mail; every step of it is in `mail.ledger`."""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from alerts.core.entries import Open
from alerts.core.retry import Ending, Next
from alerts.core.settling import Answered
from alerts.desk import Desk
from alerts.log import Archive, Follower, Reader, Writer
from alerts.mailer import Mailer, Parcel
from alerts.office import Office
from alerts.recheck import Recheck
from streams.core.moments import Moment
from streams.topics import BOOK, BYTES, NOTICES, OUTBOX, prefixed

ABSORB_SECONDS: Final = 0.5
"""How long what only has to be kept in mind may wait for its transaction."""
TOGETHER: Final = 6
"""Transactions of different partitions that run side by side: each waits for the broker most of its time."""

log = structlog.get_logger(__name__)


class Halted(Exception):
    """The mail server will take nothing from us until somebody repairs it; it is in the ledger."""


class Sender:
    """The member of the group `<app>-send`; `run` is its life."""

    def __init__(self, bootstrap: str, *, office: Office, mailer: Mailer, clock: Callable[[], Moment]) -> None:
        """Prepare; nothing connects before `run`."""
        self._bootstrap = bootstrap
        self._app = office.prefix or "dunghan"
        self._office = office
        self._mailer = mailer
        self._clock = clock
        self._desks: dict[int, Desk] = {}
        self._notices: list[int] = []
        self._committed_at = time.monotonic()

    def run(self, may_go_on: Callable[[], bool]) -> None:
        """Send until `may_go_on` says no; LogError when our place in the log is lost; Halted by the mail server."""
        prefix = self._office.prefix
        outbox, notices = prefixed(prefix, OUTBOX), prefixed(prefix, NOTICES)
        with (
            ThreadPoolExecutor(TOGETHER, "courier") as pool,
            Reader(self._bootstrap, group=f"{self._app}-send", topic=outbox) as reader,
            contextlib.closing(Archive(self._bootstrap)) as archive,
            contextlib.closing(Follower(self._bootstrap, group=f"{self._app}-route", topic=notices)) as routing,
        ):
            self._pool, self._archive, self._recheck = pool, archive, Recheck(routing)
            self._notices = reader.partitions(notices)
            try:
                while may_go_on():
                    batch = reader.poll(0.25)
                    if batch is None:
                        self._take_over(reader)
                        continue
                    for partition, values in batch.items():
                        self._desks[partition].take(values, reader.position(partition))
                    while self._turn(reader, may_go_on):
                        pass
            finally:
                self._let_go()

    def _take_over(self, reader: Reader) -> None:
        # In this order: fence the last owner, read how far they came, read their book.
        self._let_go()
        self._recheck.forget()
        partitions = reader.assignment()
        names = [f"{self._app}-send-{partition}" for partition in partitions]
        writers = list(self._pool.map(lambda name: Writer(self._bootstrap, name=name), names))
        begun = reader.rewind()
        self._desks = {
            partition: Desk(self._office, partition, writer=writer, begun=begun[partition])
            for partition, writer in zip(partitions, writers, strict=True)
        }
        entries: dict[int, dict[str, bytes]] = {partition: {} for partition in partitions}
        for partition, key, value in self._archive.whole(prefixed(self._office.prefix, BOOK), partitions):
            if value is None:
                entries[partition].pop(key, None)
            else:
                entries[partition][key] = value
        for partition, desk in self._desks.items():
            desk.restore(entries[partition])

    def _let_go(self) -> None:
        while self._desks:
            self._desks.popitem()[1].close()

    def _turn(self, reader: Reader, may_go_on: Callable[[], bool]) -> bool:
        """Do what is due; return whether there may be more of it at once."""
        clock = self._clock()
        late = time.monotonic() - self._committed_at >= ABSORB_SECONDS
        drafted = sum(desk.draft(now) for desk, now in self._due(reader, clock))
        self._commit(reader, clock, [desk for desk in self._desks.values() if desk.has_drafts() or late])
        mails = [(desk, mail) for desk in self._desks.values() for mail in desk.book.open_mails(clock)]
        if mails:
            halted = self._send(mails, may_go_on)
            self._commit(reader, self._clock(), {desk.partition: desk for desk, _ in mails}.values())
            self._office.figures.open_mails(sum(len(list(desk.book.open_mails())) for desk in self._desks.values()))
            if halted:
                raise Halted(halted)
        self._office.figures.turned(clock, oldest_unsent=self._oldest_unsent(clock))
        return drafted > 0 and may_go_on()

    def _oldest_unsent(self, clock: Moment) -> int:
        times = ((desk, self._now(desk, clock)) for desk in self._desks.values())
        return max((desk.book.unsent_for(now) for desk, now in times if now is not None), default=0)

    def _now(self, desk: Desk, clock: Moment) -> Moment | None:
        return desk.book.replayed_to(self._notices) if self._office.replay else clock

    def _due(self, reader: Reader, clock: Moment) -> list[tuple[Desk, Moment]]:
        """Return the desks with something due, and their time."""
        times = ((desk, self._now(desk, clock)) for desk in self._desks.values())
        due = [(desk, now) for desk, now in times if now is not None and desk.book.is_due(now)]
        # What withdraws a notice may be in the outbox already: nothing is composed before it has been read that far.
        return due if not due or self._office.replay or self._recheck.has_passed(reader) else []

    def _commit(self, reader: Reader, clock: Moment, desks: Iterable[Desk]) -> None:
        waiting = [desk for desk in desks if desk.has_something()]
        if not waiting:
            return
        membership = reader.membership()

        def commit(desk: Desk) -> None:
            desk.commit(now=self._now(desk, clock), clock=clock, membership=membership)

        list(self._pool.map(commit, waiting))
        self._committed_at = time.monotonic()

    def _send(self, mails: Sequence[tuple[Desk, Open]], may_go_on: Callable[[], bool]) -> str:
        """Send, and enter the answers; return what the server said if it halted us, else an empty string."""
        ready: list[tuple[Desk, Open, Parcel]] = []
        for desk, mail in mails:
            parcel = self._parcel(desk, mail)
            if parcel is not None:
                ready.append((desk, mail, parcel))
        answers = self._mailer.send([parcel for _, _, parcel in ready], may_go_on=may_go_on)
        halted = ""
        for (desk, mail, _), answered in zip(ready, answers, strict=True):
            if answered is not None and desk.settle(mail, answered, self._clock()) is Next.STOP:
                halted = answered.reply
        return halted

    def _parcel(self, desk: Desk, mail: Open) -> Parcel | None:
        """Return the exact bytes of an open mail, ready to go; None where that is settled here."""
        person = self._office.directory.person(mail.recipient)
        if person is None:
            desk.settle(mail, Answered(Ending.PERMANENT, "they have no address any more"), self._clock())
            return None
        content = desk.content(mail)
        if content is None:
            content = self._archive.one(prefixed(self._office.prefix, BYTES), desk.partition, mail.place)
        if content is None or hashlib.sha256(content).hexdigest() != mail.sha256:
            log.error("the bytes of an open mail are gone", digest=mail.digest)
            desk.release(mail)
            return None
        return Parcel(sender=self._office.letterhead.address, address=person.address, content=content)
