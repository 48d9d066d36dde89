"""A record of `mail.outbox` enters the book: held, or not, with the reason."""

from typing import assert_never

from msgspec.structs import replace

from alerts.core.book import Book
from alerts.core.entries import Bounced, Held, Lost, Page, PassedOn, Told
from alerts.core.ledger import Lapsed, LedgerLine, NotSent, Reason, Restored, Returned
from alerts.core.outbox import Bounce, OutboxRecord, Reached, Recall, Restore, Tell
from alerts.core.policy import Policy
from streams.core.moments import Moment
from streams.wire.records import Notice, Withdrawal

Taken = tuple[LedgerLine | Recall, ...]
"""Lines for the ledger, and withdrawals that must follow their notice to the next person."""


def take(book: Book, record: OutboxRecord, policy: Policy) -> Taken:
    """Enter one record; what is not held for a mail is said in a line."""
    match record:
        case Tell():
            return _hold(book, record, policy)
        case Recall():
            return _recall(book, record)
        case Reached():
            book.mark(record.partition, record.now)
            return ()
        case Bounce():
            return (_bounced(book, record),)
        case Restore():
            if (bounced := book.bounced(record.recipient)) is not None:
                book.strike(bounced)
            return (Restored(recipient=record.recipient, at=record.at),)
        case _:
            assert_never(record)


def _bounced(book: Book, record: Bounce) -> Returned:
    book.put(Bounced(recipient=record.recipient, at=record.at, status=record.status))
    # What that mail told has reached nobody: it is due again, and will go to the next accountable person.
    for told in book.told_by(record.recipient, record.digest):
        if told.tell is not None:
            book.put(Held(recipient=record.recipient, tell=told.tell, due_at=told.at))
    return Returned(recipient=record.recipient, status=record.status, at=record.at, digest=record.digest)


def due_at(book: Book, tell: Tell, policy: Policy) -> Moment:
    """Return when the notice goes out: with the next digest of the unit's calendar after it was decided.

    Where that digest has gone already, the notice came late: it follows after a gap that grows with every mail of the
    day, together with others that came late, and not in the quiet hours. What another person's server refused has
    waited already, and a stage that may break through is urgent: both wait only for company.
    """
    notice = tell.notice
    due = policy.next_digest_at(notice.decided_at, notice.unit)
    page = book.page(tell.recipient)
    if policy.breaks_through(notice):
        due = min(due, _breaking_through(page, notice, policy))
    if page is None or due > page.last_at:
        return due
    if tell.refused:
        return page.last_at + policy.window
    if page.mails >= policy.most_a_day:
        return policy.next_digest_at(page.last_at + 1, notice.unit)
    return policy.held_over(page.last_at + policy.gap_after(page.mails), notice.unit)


def _breaking_through(page: Page | None, notice: Notice, policy: Policy) -> Moment:
    at, unit = notice.decided_at + policy.window, notice.unit
    if policy.is_quiet(at, unit):
        # Once a night: what follows it waits for the morning.
        woken = page is not None and page.last_at >= policy.quiet_since(at, unit)
        return policy.next_digest_at(at, unit) if woken else at
    return at if page is None else max(at, page.last_at + policy.gap_after(page.mails))


def _hold(book: Book, tell: Tell, policy: Policy) -> Taken:
    match book.standing(tell.recipient, tell.notice.id):
        case None:
            since = policy.next_digest_at(tell.notice.decided_at, tell.notice.unit) if tell.refused else None
            due = due_at(book, tell, policy)
            book.put(Held(recipient=tell.recipient, tell=tell, due_at=due, late_since=since))
            return ()
        case Held() as held if held.recalled_at is not None:
            # Withdrawn and, before the withdrawal had its effect, told again: it holds.
            due = due_at(book, tell, policy)
            book.put(replace(held, tell=tell, recalled_at=None, due_at=due, late_since=None))
            return ()
        case Held():
            return (_not_sent(tell, Reason.ALREADY_HELD),)
        case Told():
            return (_not_sent(tell, Reason.ALREADY_TOLD),)
        case PassedOn():
            return (_not_sent(tell, Reason.PASSED_ON),)
        case unknown:
            assert_never(unknown)


def _recall(book: Book, recall: Recall) -> Taken:
    withdrawal = recall.withdrawal
    match book.standing(recall.recipient, withdrawal.id):
        case None:
            return (_withdrawn(recall.recipient, withdrawal, Reason.NEVER_HELD),)
        case Held() as held if held.digest or withdrawal.decided_at > held.due_at:
            # It may be on its way, or a digest that is due before the withdrawal still has to say it.
            book.put(replace(held, recalled_at=withdrawal.decided_at))
            return ()
        case Held() as held:
            book.strike(held)
            return (_withdrawn(recall.recipient, withdrawal, Reason.WITHDRAWN),)
        case Told() as told:
            book.strike(told)
            book.put(_lost(told, recall))
            return (lapsed(told, at=withdrawal.decided_at),)
        case PassedOn() as passed:
            book.strike(passed)
            return (Recall(recipient=passed.to, withdrawal=withdrawal, why=recall.why),)
        case unknown:
            assert_never(unknown)


def _lost(told: Told, recall: Recall) -> Lost:
    at = recall.withdrawal.decided_at
    return Lost(recipient=told.recipient, notice=told.notice, dossier=told.dossier, at=at, why=recall.why)


def lapsed(told: Told, *, at: Moment) -> Lapsed:
    """Return the line that says that what was told no longer holds."""
    return Lapsed(
        recipient=told.recipient, notice=told.notice, dossier=told.dossier, stage=told.stage, digest=told.digest, at=at
    )


def _not_sent(tell: Tell, reason: Reason) -> NotSent:
    notice = tell.notice
    return NotSent(
        recipient=tell.recipient, notice=notice.id, dossier=notice.dossier, stage=notice.stage, reason=reason,
        at=notice.decided_at,
    )  # fmt: skip


def _withdrawn(recipient: str, withdrawal: Withdrawal, reason: Reason) -> NotSent:
    return NotSent(
        recipient=recipient, notice=withdrawal.id, dossier=withdrawal.dossier, stage=withdrawal.stage, reason=reason,
        at=withdrawal.decided_at,
    )  # fmt: skip
