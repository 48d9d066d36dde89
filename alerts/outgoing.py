"""Between the desks and the mail server: which open mails are on their way, and whose each answer is."""

import contextlib
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

import structlog

from alerts.core.digest import rank
from alerts.core.entries import Open
from alerts.core.ledger import Outcome
from alerts.core.pace import EVERYBODY
from alerts.core.people import Person
from alerts.core.retry import Ending
from alerts.core.settling import Answered, outcome_of
from alerts.desk import Desk
from alerts.log import Archive, LogError
from alerts.mailer import Parcel
from alerts.message import envelope_sender
from alerts.office import Office
from alerts.pool import Answer, Pool
from alerts.server import Server
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
    """An open mail that is on its way, the desk it came from, and its domain where that has a pace of its own."""

    desk: Desk
    mail: Open
    domain: str


class Outgoing:
    """Used by one thread, but for `note`; the answers come from the pool's."""

    def __init__(
        self, office: Office, pool: Pool, archive: Archive, *, server: Server, clock: Callable[[], Moment]
    ) -> None:
        """Prepare."""
        self._clock = clock
        self._office = office
        self._pool = pool
        self._archive = archive
        self._most = AHEAD * server.connections
        self._rates = server.rates
        self._ways: dict[str, Way] = {}
        pool.tell(self.note)
        self._said: dict[str, Outcome] = {}
        self._noting: set[str] = set()
        self._halted: str | None = None

    def __len__(self) -> int:
        """Return how many mails wait for their answer."""
        return len(self._ways)

    def offer(self, desks: Mapping[int, Desk], clock: Moment) -> None:
        """Hand over the open mails that may be tried now, the most urgent first, as many as can soon be sent.

        Those of a domain with a pace of its own take no place of the others.
        """
        ahead = Counter(way.domain for way in self._ways.values())
        if ahead[EVERYBODY] > self._most // 2:
            return
        mails = [
            (desk, mail)
            for desk in desks.values()
            for mail in desk.book.open_mails(clock)
            if mail.digest not in self._ways
        ]
        mails.sort(key=lambda each: rank(each[1].stage))
        deadline = time.monotonic() + FETCHING_SECONDS
        for desk, mail in mails:
            domain = self._domain_of(mail, clock)
            if ahead[domain] >= self._most:
                continue
            if time.monotonic() >= deadline:
                return
            parcel = self._parcel(desk, mail, clock)
            if parcel is not None:
                ahead[domain] += 1
                self._ways[mail.digest] = Way(desk, mail, domain)
                self._pool.offer(parcel)

    def waiting(self, desk: Desk, clock: Moment) -> int:
        """Return how many open mails of a desk may be tried now, but for those of domains with a pace of their own."""
        return sum(not self._domain_of(mail, clock) for mail in desk.book.open_mails(clock))

    def note(self, answer: Answer) -> None:
        """Write an answer to the ledger; in the pool's thread, so that no connection waits for what we do meanwhile."""
        way = self._ways[answer.key]
        said = self._said[answer.key] = outcome_of(way.mail, answer.answered, now=self._clock())
        self._note(way.desk, said)

    def enter(self, desks: Mapping[int, Desk], *, patience: float) -> None:
        """Enter the answers that came, waiting so long for the first; Halted by the mail server."""
        for answer in self._pool.answers(patience) if self._ways else []:
            self._enter(desks, answer.key)
        if self._halted is not None:
            raise Halted(self._halted)

    def stopping(self, desks: Mapping[int, Desk], *, patience: float) -> Iterator[None]:
        """Begin nothing more, and enter the answers to what has begun, as long as they come in so many seconds.

        Yields again and again meanwhile: what is noted must not wait for the last answer.
        """
        self.withdraw()
        deadline = time.monotonic() + patience
        while self._pool.in_flight() and time.monotonic() < deadline:
            for answer in self._pool.answers(0.05):
                self._enter(desks, answer.key)
            yield

    def withdraw(self) -> None:
        """Begin nothing that has not begun; should its partition be ours again, it is offered again."""
        for key in self._pool.withdraw():
            del self._ways[key]

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
        if said.ending is Ending.HALT:
            # Whosever mail it was: the connections begin nothing more.
            self._halted = said.reply
        if desk is None or mail is None or said.attempt <= mail.attempts:
            # Its partition is another courier's now, who finds what was noted, or sends the same bytes again; or it is
            # ours once more, and it was found.
            log.warning("answer_came_too_late", digest=said.digest, ending=said.ending)
            self._recorded(key)
            return
        if desk is not way.desk:
            self._note(desk, said)
        desk.settle(mail, said)

    def _domain_of(self, mail: Open, clock: Moment) -> str:
        # Asked of every open mail at every turn.
        person = self._person(mail, clock) if self._rates.domains else None
        return EVERYBODY if person is None else self._rates.domain_of(person.address)

    def _person(self, mail: Open, clock: Moment) -> Person | None:
        # In a replay who is who is as of the mail, as everything is.
        at = mail.at if self._office.replay else clock
        return self._office.at(at).directory.person(mail.recipient)

    def _parcel(self, desk: Desk, mail: Open, clock: Moment) -> Parcel | None:
        """Return the exact bytes of an open mail, ready to go; None where that is settled here."""
        if not self._office.replay and desk.give_back(mail, gone=False):
            return None
        person = self._person(mail, clock)
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
            desk.give_back(mail, gone=True)
            return None
        sender = envelope_sender(self._office.letterhead, mail.digest)
        return Parcel(key=mail.digest, sender=sender, address=person.address, content=content)
