"""The mail server has answered: told, tried again later, or the next accountable person in their stead."""

from collections.abc import Iterator
from typing import assert_never

import msgspec
from msgspec.structs import replace

from alerts.core.book import Book
from alerts.core.composing import untold, withdrawn
from alerts.core.entries import Held, Open, PassedOn, Told
from alerts.core.ledger import LedgerLine, NotSent, Outcome, Reason
from alerts.core.outbox import Tell
from alerts.core.people import Directory
from alerts.core.retry import Ending, Next, Trial, step_after
from alerts.core.routing import Concern, route
from alerts.core.taking import lapsed
from streams.core.moments import Moment
from streams.wire.records import Notice, Withdrawal


class Answered(msgspec.Struct, frozen=True):
    """How one attempt ended, and what the server (or the connection) said."""

    ending: Ending
    reply: str

    @property
    def is_the_servers(self) -> bool:
        """Whether the server said it: what it says begins with a code of three digits (RFC 5321 section 4.2)."""
        return self.reply[:3].isdecimal()


class Settled(msgspec.Struct, frozen=True):
    """What follows: lines for the ledger, notices for other people, and the next step."""

    next: Next
    lines: tuple[LedgerLine, ...]
    onward: tuple[Tell, ...] = ()


def settle(book: Book, mail: Open, answered: Answered, *, now: Moment, directory: Directory) -> Settled:
    """Enter the answer to an open mail into the book."""
    said = outcome_of(mail, answered, now=now)
    attempt = said.attempt
    if answered.is_the_servers:
        book.heard_at = now
    trial = Trial(digest=mail.digest, attempts=attempt, first_at=mail.first_at, heard=book.heard_at >= mail.first_at)
    step = step_after(answered.ending, trial, now=now)
    match step.next:
        case Next.AGAIN | Next.STOP:
            book.put(replace(mail, attempts=attempt, next_at=step.at or now))
            return Settled(step.next, (said,))
        case Next.DONE:
            told = tuple(_tell(book, mail, now))
            book.strike(mail)
            return Settled(step.next, (said, *told))
        case Next.NEXT_PERSON:
            passed = tuple(pass_on(book, entry, at=now, directory=directory) for entry in entries_of(book, mail))
            book.strike(mail)
            return Settled(
                step.next,
                (said, *(outcome for outcome in passed if isinstance(outcome, NotSent))),
                tuple(outcome for outcome in passed if isinstance(outcome, Tell)),
            )
        case _:
            assert_never(step.next)


def outcome_of(mail: Open, answered: Answered, *, now: Moment) -> Outcome:
    """Return the ledger's line of the answer to an open mail."""
    return Outcome(
        digest=mail.digest,
        recipient=mail.recipient,
        ending=answered.ending,
        reply=answered.reply,
        attempt=mail.attempts + 1,
        at=now,
    )


def pass_on(book: Book, entry: Held, *, at: Moment, directory: Directory) -> Tell | NotSent:
    """Hand a notice to the next accountable person; a line says so where it no longer holds or nobody is left."""
    notice = entry.tell.notice
    if entry.recalled_at is not None:
        book.strike(entry)
        return withdrawn(entry)
    refused = (*entry.tell.refused, entry.recipient)
    onward = route(directory, concern_of(notice, at=at), refused=refused)
    if onward.via is None:
        book.strike(entry)
        return untold(entry, Reason.NOBODY, at=at)
    book.put(PassedOn(recipient=entry.recipient, notice=notice.id, to=onward.recipient))
    return Tell(recipient=onward.recipient, notice=notice, via=onward.via, refused=refused, behalf=onward.behalf)


def can_pass_on(entry: Held, *, at: Moment, directory: Directory) -> bool:
    """Return whether there is anybody else to be told of this notice."""
    refused = (*entry.tell.refused, entry.recipient)
    return route(directory, concern_of(entry.tell.notice, at=at), refused=refused).via is not None


def concern_of(record: Notice | Withdrawal, *, at: Moment | None) -> Concern:
    """Return what the route of this record depends on."""
    return Concern(unit=record.unit, officer=record.officer, to=record.to, at=at)


def release(book: Book, mail: Open, why: Reason) -> tuple[LedgerLine, ...]:
    """Hold the notices of a mail anew; the old intent will never be sent again."""
    lines: list[LedgerLine] = []
    for entry in entries_of(book, mail):
        book.put(replace(entry, digest=""))
        lines.append(untold(entry, why, at=mail.at, detail=mail.digest))
    book.strike(mail)
    return tuple(lines)


def _tell(book: Book, mail: Open, now: Moment) -> Iterator[LedgerLine]:
    for entry in entries_of(book, mail):
        notice = entry.tell.notice
        told = Told(
            recipient=mail.recipient,
            notice=notice.id,
            dossier=notice.dossier,
            stage=notice.stage,
            digest=mail.digest,
            at=mail.at,
            tell=entry.tell,
        )
        if entry.recalled_at is None:
            book.put(told)
        else:
            # It ceased to hold while the mail was on its way.
            book.strike(entry)
            yield lapsed(told, at=now)


def entries_of(book: Book, mail: Open) -> list[Held]:
    """Return what a mail tells."""
    standing = (book.standing(mail.recipient, notice) for notice in mail.notices)
    return [entry for entry in standing if isinstance(entry, Held)]
