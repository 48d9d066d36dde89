"""A record of `mail.outbox` enters the book: held, or not, with the reason."""

from typing import assert_never

from msgspec.structs import replace

from alerts.core.book import Book
from alerts.core.entries import Held, PassedOn, Told
from alerts.core.ledger import Lapsed, LedgerLine, NotSent, Reason
from alerts.core.outbox import OutboxRecord, Reached, Recall, Tell
from alerts.core.policy import Policy
from streams.core.moments import Moment
from streams.wire.records import Withdrawal

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
        case _:
            assert_never(record)


def due_at(book: Book, tell: Tell, policy: Policy) -> Moment:
    """Return when the notice goes out: with the next digest after it was decided.

    Where that digest has gone already, the notice came late: it follows after the gap, together with others that came
    late. What another person's server refused has waited already and follows at once.
    """
    due = policy.next_digest_at(tell.notice.decided_at)
    last = book.last_at(tell.recipient)
    if last is None or due > last or tell.refused:
        return due
    return last + policy.gap


def _hold(book: Book, tell: Tell, policy: Policy) -> Taken:
    match book.standing(tell.recipient, tell.notice.id):
        case None:
            book.put(Held(recipient=tell.recipient, tell=tell, due_at=due_at(book, tell, policy)))
            return ()
        case Held() as held if held.recalled_at is not None:
            # Withdrawn and, before the withdrawal had its effect, told again: it holds.
            book.put(replace(held, tell=tell, recalled_at=None, due_at=due_at(book, tell, policy)))
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
            return (lapsed(told, at=withdrawal.decided_at),)
        case PassedOn() as passed:
            book.strike(passed)
            return (Recall(recipient=passed.to, withdrawal=withdrawal),)
        case unknown:
            assert_never(unknown)


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
