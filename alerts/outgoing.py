"""Between the desks and the mail server: which open mails are on their way, and whose each answer is."""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

import structlog

from alerts.core.digest import rank
from alerts.core.entries import Open
from alerts.core.ledger import Outcome
from alerts.core.retry import Ending, Next
from alerts.core.settling import Answered, outcome_of
from alerts.desk import Desk
from alerts.log import Archive, LogError
from alerts.mailer import Parcel
from alerts.message import envelope_sender
from alerts.office import Office
from alerts.pool import Answer, Pool
from streams.core.moments import Moment
from streams.topics import BYTES, prefixed

AHEAD: Final = 16
"""Mails for each connection that are handed over before they can be sent."""

FETCHING_SECONDS: Final = 0.5
"""How long bytes that are not at hand any more are fetched before answers are looked at again."""

log = structlog.get_logger(__name__)


class Halted(Exception):
    """The mail server will take nothing from us until somebody repairs it; it is in the ledger."""


class Way(NamedTuple):
    """An open mail that is on its way, and the desk it came from."""

    desk: Desk
    mail: Open


class Outgoing:
    """Used by one thread, but for `note`; the answers come from the pool's."""

    def __init__(
        self, office: Office, pool: Pool, archive: Archive, *, connections: int, clock: Callable[[], Moment]
    ) -> None:
        """Prepare."""
        self._clock = clock
        self._office = office
        self._pool = pool
        self._archive = archive
        self._most = AHEAD * connections
        self._ways: dict[str, Way] = {}
        pool.tell(self.note)
        self._said: dict[str, Outcome] = {}
        self._noting: set[str] = set()
        self._halted = ""

    def __len__(self) -> int:
        """Return how many mails wait for their answer."""
        return len(self._ways)

    def offer(self, desks: Mapping[int, Desk], clock: Moment) -> None:
        """Hand over the open mails that may be tried now, the most urgent first, as many as can soon be sent."""
        if len(self._ways) > self._most // 2:
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
                self._ways[mail.digest] = Way(desk, mail)
                self._pool.offer(parcel)

    def note(self, answer: Answer) -> None:
        """Write an answer to the ledger; in the pool's thread, so that no connection waits for what we do meanwhile."""
        way = self._ways[answer.key]
        said = self._said[answer.key] = outcome_of(way.mail, answer.answered, now=self._clock())
        self._note(way.desk, said)

    def enter(self, desks: Mapping[int, Desk], *, patience: float) -> None:
        """Enter the answers that came, waiting so long for the first; Halted by the mail server."""
        for answer in self._pool.answers(patience) if self._ways else []:
            self._enter(desks, answer.key)
        if self._halted:
            raise Halted(self._halted)

    def stopping(self, desks: Mapping[int, Desk], *, patience: float) -> Iterator[None]:
        """Begin nothing more, and enter the answers to what has begun, as long as they come in so many seconds.

        Yields again and again meanwhile: what is noted must not wait for the last answer.
        """
        for key in self._pool.withdraw():
            # Should its partition be ours again, it is offered again.
            del self._ways[key]
        deadline = time.monotonic() + patience
        while self._pool.in_flight() and time.monotonic() < deadline:
            for answer in self._pool.answers(0.05):
                self._enter(desks, answer.key)
            yield

    def let_go(self) -> None:
        """Say that the desks are closed: what they had not noted by now is nobody's, and no connection waits for it."""
        for key in list(self._noting):
            self._recorded(key)

    def _recorded(self, key: str) -> None:
        self._noting.discard(key)
        self._pool.recorded(key)

    def _note(self, desk: Desk, said: Outcome) -> None:
        self._noting.add(said.digest)
        # A desk that was closed, or has lost its log, cannot note: its next commit says so, or whoever succeeds it.
        with contextlib.suppress(LogError):
            desk.note(said, noted=lambda: self._recorded(said.digest))

    def _enter(self, desks: Mapping[int, Desk], key: str) -> None:
        way, said = self._ways.pop(key), self._said.pop(key)
        desk = desks.get(way.desk.partition)
        mail = desk.book.open_mail(said.recipient, said.digest) if desk is not None else None
        if desk is None or mail is None:
            # Its partition is another courier's now, who finds what was noted, or sends the same bytes again.
            log.warning("answer_came_too_late", digest=said.digest, ending=said.ending)
            self._recorded(key)
            return
        if desk is not way.desk:
            self._note(desk, said)
        if desk.settle(mail, said) is Next.STOP:
            self._halted = said.reply

    def _parcel(self, desk: Desk, mail: Open, clock: Moment) -> Parcel | None:
        """Return the exact bytes of an open mail, ready to go; None where that is settled here."""
        person = self._office.at(clock).directory.person(mail.recipient)
        if person is None:
            said = outcome_of(mail, Answered(Ending.PERMANENT, "they have no address any more"), now=clock)
            desk.note(said)
            desk.settle(mail, said)
            return None
        content = desk.content(mail)
        if content is None:
            content = self._archive.one(prefixed(self._office.prefix, BYTES), desk.partition, mail.place)
        if content is None or hashlib.sha256(content).hexdigest() != mail.sha256:
            log.error("mail_bytes_gone", digest=mail.digest)
            desk.release(mail)
            return None
        sender = envelope_sender(self._office.letterhead, mail.digest)
        return Parcel(key=mail.digest, sender=sender, address=person.address, content=content)
