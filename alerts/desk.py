"""One partition of `mail.outbox`: its book, its writer, and what waits for the next transaction.

A mail is in three transactions' hands: what it tells was absorbed (book and input position together), its intent is
committed with its exact bytes before SMTP, its outcome after. Killed at any point, the next owner finds in the book
either what is held, or an open mail and where its bytes are. An outcome is written to the ledger as soon as it comes,
into a transaction that is committed later with many others; killed in between, the next owner reads it all the same.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import structlog

from alerts import ledger
from alerts.core.book import Book
from alerts.core.composing import Gathered, gather, hold_over, reserve
from alerts.core.digest import Digest
from alerts.core.entries import Open
from alerts.core.ledger import Intent, Outcome, Reason
from alerts.core.outbox import Recall
from alerts.core.retry import Next
from alerts.core.settling import Answered, release, settle
from alerts.core.taking import take
from alerts.core.untaken import Untaken
from alerts.log import Position, Writer
from alerts.message import Mail
from alerts.office import Office, opened
from alerts.pending import Pending
from streams.core.moments import Moment
from streams.topics import BOOK, BYTES, LEDGER, OUTBOX, prefixed

DRAFTS: Final = 64
"""Mails of one partition that go into one transaction."""

log = structlog.get_logger(__name__)


class Desk:
    """The desk of one partition; used by one thread at a time."""

    def __init__(self, office: Office, partition: int, *, writer: Writer, begun: int) -> None:
        """Begin with an empty book, at the offset `begun` of the outbox."""
        self.partition = partition
        self.book = Book()
        self._office = office
        self._writer = writer
        self._pending = Pending()
        self._untaken = Untaken()
        self._read_to = begun
        self._contents: dict[str, bytes] = {}

    def restore(self, entries: Mapping[str, bytes]) -> None:
        """Enter what the compacted `mail.book` holds, by key; raise ledger.Unreadable."""
        for value in entries.values():
            self.book.put(ledger.entry(value))
        self.book.changes()

    def unsure_since(self) -> int | None:
        """Return from which offset of the ledger outcomes may stand that no book knows; None where no mail is open."""
        return min((mail.line for mail in self.book.open_mails()), default=None)

    def take(self, values: Sequence[bytes], position: int) -> None:
        """Absorb records of the outbox, the last of which is before `position`."""
        for value in values:
            try:
                record = ledger.outbox_record(value)
            except ledger.Newer:
                raise
            except ledger.Unreadable as error:
                self._office.figures.unreadable(OUTBOX.name)
                log.error("record_unreadable", topic=OUTBOX.name, partition=self.partition, reason=str(error))
                continue
            for outcome in take(self.book, record, self._office.policy_for(record)):
                if isinstance(outcome, Recall):
                    self._pending.onward.append(outcome)
                else:
                    self._pending.lines.append(outcome)
        self._read_to = position
        self._pending.add(time.monotonic(), read=True)

    def draft(self, now: Moment) -> Iterator[None]:
        """Compose and render what is due at `now`, one person's a step, until `DRAFTS` mails wait for their intent."""
        drafts, goes_on = self._pending.drafts, True
        while goes_on and len(drafts) < DRAFTS:
            goes_on = False
            for gathered in gather(self.book, now, merge=not self._office.replay):
                self._draft(gathered)
                goes_on = True
                yield
                if len(drafts) >= DRAFTS:
                    return

    def drafts(self) -> int:
        """Return how many mails wait for their intent."""
        return len(self._pending.drafts)

    def has_noted(self) -> bool:
        """Return whether outcomes were noted that are not committed."""
        return self._pending.has_noted

    def has_waited(self, seconds: float) -> bool:
        """Return whether the first of what waits for its transaction has waited so long, whatever came after it."""
        return self._pending.since is not None and time.monotonic() - self._pending.since >= seconds

    def has_something(self) -> bool:
        """Return whether there is anything to commit."""
        return bool(self._pending)

    def commit(self, *, now: Moment | None, clock: Moment, membership: Any) -> None:
        """Commit all that is pending, in one transaction; mails drafted become open mails.

        `now` is the time that counts for what is due, None while a replay has none; `clock` is the wall's.
        """
        pending, self._pending = self._pending, Pending()
        prefix, partition = self._office.prefix, self.partition
        with self._writer.transaction() as writer:
            intents = self._open(pending.drafts, clock)
            for line in pending.lines:
                writer.write(prefixed(prefix, LEDGER), line.recipient, ledger.encoded(line), partition=partition)
            for record in pending.onward:
                writer.write(prefixed(prefix, OUTBOX), record.recipient, ledger.encoded(record))
            for key, entry in self.book.changes().items():
                value = None if entry is None else ledger.encoded(entry)
                writer.write(prefixed(prefix, BOOK), key, value, partition=partition)
            # Also where nothing was read: the note beside the offset may have changed.
            position = Position(self._read_to, self._settled_to(now))
            writer.read_up_to(prefixed(prefix, OUTBOX), position, partition=partition, membership=membership)
        self._contents.update((digest.id, mail.content) for digest, mail in pending.drafts)
        self._office.entered([*intents, *pending.lines])

    def content(self, mail: Open) -> bytes | None:
        """Return the mail's exact bytes where they are still at hand, and let go of them."""
        return self._contents.pop(mail.digest, None)

    def note(self, said: Outcome, *, noted: Callable[[], None] = lambda: None) -> None:
        """Write an outcome to the ledger, from any thread; `noted` is called, in another, once no kill can lose it."""
        record = (said.recipient, ledger.encoded(said))
        self._writer.note(prefixed(self._office.prefix, LEDGER), record, partition=self.partition, noted=noted)

    def settle(self, mail: Open, said: Outcome) -> Next:
        """Enter an outcome that was noted."""
        answered = Answered(said.ending, said.reply)
        settled = settle(self.book, mail, answered, now=said.at, directory=self._office.at(said.at).directory)
        self._untaken.answered(said.digest, said.ending, settled.next)
        lines = (line for line in settled.lines if not isinstance(line, Outcome))
        self._pending.add(time.monotonic(), lines, noted=True)
        self._pending.onward.extend(settled.onward)
        self._office.figures.mail(mail.stage, said.ending)
        self._office.entered([said])
        return settled.next

    def give_back(self, mail: Open, *, gone: bool) -> bool:
        """Hold anew what a mail tells: its bytes are `gone`, or it was never taken and part of it no longer holds."""
        book = self.book
        lines = release(book, mail, Reason.BYTES_GONE) if gone else self._untaken.given_back(book, mail)
        if lines:
            self._pending.add(time.monotonic(), lines)
        return bool(lines)

    def close(self) -> None:
        """Let go of the writer."""
        self._writer.close()

    def _open(self, drafts: Sequence[tuple[Digest, Mail]], clock: Moment) -> list[Intent]:
        if not drafts:
            return []
        kept, lines = prefixed(self._office.prefix, BYTES), prefixed(self._office.prefix, LEDGER)
        intents = [self._office.intent(*draft) for draft in drafts]
        contents = [(kept, digest.id, mail.content) for digest, mail in drafts]
        said = [(lines, intent.recipient, ledger.encoded(intent)) for intent in intents]
        offsets = self._writer.write_and_place([*contents, *said], partition=self.partition)
        for (digest, mail), place, line in zip(drafts, offsets, offsets[len(drafts) :], strict=False):
            self.book.put(opened(digest, mail, place=place, line=line, clock=clock))
        return intents

    def _draft(self, gathered: Gathered) -> None:
        self._pending.add(time.monotonic(), gathered.dropped)
        rules = self._office.at(gathered.at)
        gathered, directory = hold_over(self.book, gathered, rules.policy), rules.directory
        if not gathered.held:
            return
        person = directory.person(gathered.recipient)
        gone = person is None or self.book.bounced(gathered.recipient) is not None
        if gone or directory.is_away(gathered.recipient, gathered.at):
            gathered = self._pending.hand_on(self.book, gathered, gone=gone, directory=directory)
        if person is not None and gathered.held:
            digest, mail = self._office.write(person, gathered)
            reserve(self.book, gathered, digest.id)
            self._untaken.drafted(digest.id, gathered)
            self._pending.drafts.append((digest, mail))

    def _settled_to(self, now: Moment | None) -> str:
        settled = self.book.settled_to(now) if now is not None and self._office.replay else None
        return "" if settled is None else str(settled)
