"""Between the desks and the mail server: which open mails are on their way, and whose each answer is."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

import structlog

from alerts.core.digest import rank
from alerts.core.entries import Open
from alerts.core.retry import Ending, Next
from alerts.core.settling import Answered
from alerts.desk import Desk
from alerts.log import Archive
from alerts.mailer import Parcel
from alerts.message import envelope_sender
from alerts.office import Office
from alerts.pool import Answer, Pool
from streams.core.moments import Moment
from streams.topics import BYTES, prefixed

AHEAD: Final = 8
"""Mails for each connection that are handed over before they can be sent."""

FETCHING_SECONDS: Final = 0.5
"""How long bytes that are not at hand any more are fetched before answers are looked at again."""

log = structlog.get_logger(__name__)


class Halted(Exception):
    """The mail server will take nothing from us until somebody repairs it; it is in the ledger."""


class Way(NamedTuple):
    """Whose open mail is on its way."""

    partition: int
    recipient: str
    digest: str


class Outgoing:
    """Used by one thread; the answers come from the pool's."""

    def __init__(self, office: Office, pool: Pool, archive: Archive, *, connections: int) -> None:
        """Prepare."""
        self._office = office
        self._pool = pool
        self._archive = archive
        self._most = AHEAD * connections
        self._ways: dict[str, Way] = {}
        self._noting: set[str] = set()
        self._halted = ""

    def __len__(self) -> int:
        """Return how many mails wait for their answer."""
        return len(self._ways)

    def offer(self, desks: Mapping[int, Desk], clock: Moment) -> None:
        """Hand over the open mails that may be tried now, the most urgent first, as many as can soon be sent."""
        if len(self._ways) >= self._most:
            return
        mails = [
            (desk, mail)
            for desk in desks.values()
            for mail in desk.book.open_mails(clock)
            if mail.digest not in self._ways
        ]
        mails.sort(key=lambda each: rank(each[1].stage))
        deadline = time.monotonic() + FETCHING_SECONDS
        for desk, mail in mails[: self._most - len(self._ways)]:
            if time.monotonic() >= deadline:
                return
            parcel = self._parcel(desk, mail, clock)
            if parcel is not None:
                self._ways[mail.digest] = Way(desk.partition, mail.recipient, mail.digest)
                self._pool.offer(parcel)

    def enter(self, desks: Mapping[int, Desk], clock: Callable[[], Moment], *, patience: float) -> int:
        """Enter the answers that came, waiting so long for the first; return how many; Halted by the mail server."""
        answers = self._pool.answers(patience) if self._ways else []
        for key, answered in answers:
            self._enter(desks, Answer(key, answered), clock())
        if self._halted:
            raise Halted(self._halted)
        return len(answers)

    def stopping(self, desks: Mapping[int, Desk], clock: Callable[[], Moment], *, patience: float) -> Iterator[None]:
        """Begin nothing more, and enter the answers to what has begun, as long as they come in so many seconds.

        Yields again and again meanwhile: what is noted must not wait for the last answer.
        """
        for key in self._pool.withdraw():
            # Should its partition be ours again, it is offered again.
            del self._ways[key]
        deadline = time.monotonic() + patience
        while self._pool.in_flight() and time.monotonic() < deadline:
            for key, answered in self._pool.answers(0.05):
                self._enter(desks, Answer(key, answered), clock())
            yield

    def let_go(self) -> None:
        """Say that the desks are closed: what they had not noted by now is nobody's, and no connection waits for it."""
        for key in list(self._noting):
            self._recorded(key)

    def _recorded(self, key: str) -> None:
        self._noting.discard(key)
        self._pool.recorded(key)

    def _enter(self, desks: Mapping[int, Desk], answer: Answer, clock: Moment) -> None:
        way, answered = self._ways.pop(answer.key), answer.answered
        desk = desks.get(way.partition)
        mail = desk.book.open_mail(way.recipient, way.digest) if desk is not None else None
        if desk is None or mail is None:
            # Its partition is another courier's now, who sends the same bytes again: there is no way to tell them.
            log.warning("an answer came for a mail that is no longer ours", digest=way.digest, ending=answered.ending)
            self._pool.recorded(way.digest)
            return
        self._noting.add(way.digest)
        following = desk.settle(mail, answered, clock, noted=lambda: self._recorded(way.digest))
        if following is Next.STOP:
            self._halted = answered.reply

    def _parcel(self, desk: Desk, mail: Open, clock: Moment) -> Parcel | None:
        """Return the exact bytes of an open mail, ready to go; None where that is settled here."""
        person = self._office.directory.person(mail.recipient)
        if person is None:
            desk.settle(mail, Answered(Ending.PERMANENT, "they have no address any more"), clock)
            return None
        content = desk.content(mail)
        if content is None:
            content = self._archive.one(prefixed(self._office.prefix, BYTES), desk.partition, mail.place)
        if content is None or hashlib.sha256(content).hexdigest() != mail.sha256:
            log.error("the bytes of an open mail are gone", digest=mail.digest)
            desk.release(mail)
            return None
        sender = envelope_sender(self._office.letterhead, mail.digest)
        return Parcel(key=mail.digest, sender=sender, address=person.address, content=content)
