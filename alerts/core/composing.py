"""A digest falls due: what still holds is gathered, what was withdrawn is dropped with its reason."""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from alerts.core.book import Book
from alerts.core.entries import Held, Lost, Page
from alerts.core.ledger import NotSent, Reason
from alerts.core.policy import Policy
from streams.core.moments import Moment, day_of


class Gathered(msgspec.Struct, frozen=True):
    """What one person is to be told at `at`; nothing in `held` means that no mail is sent, and `dropped` says why."""

    recipient: str
    at: Moment
    held: tuple[Held, ...]
    dropped: tuple[NotSent, ...]
    lost: tuple[Lost, ...] = ()


def gather(book: Book, now: Moment, *, merge: bool) -> Iterator[Gathered]:
    """Yield the earliest digest of each person for whom something is due at `now`; what is dropped leaves the book.

    With `merge` (production) the digest speaks of `now` and takes everything decided by then: what an outage delayed is
    told once; what has been withdrawn, even by a clock that is ahead of ours, is not told. Without it (replay) it
    speaks of the moment at which it was due, and only of what had been decided, and had not been withdrawn, by then:
    the mail that a real day would have brought, however fast the replay runs.
    """
    for recipient, due in book.due(now):
        at = now if merge else due
        decided = [entry for entry in book.held(recipient) if entry.tell.notice.decided_at <= at]
        recalled = [entry for entry in decided if entry.recalled_at is not None and (merge or entry.recalled_at <= at)]
        for entry in recalled:
            book.strike(entry)
        yield Gathered(
            recipient=recipient,
            at=at,
            held=tuple(entry for entry in decided if entry not in recalled) if recalled else tuple(decided),
            dropped=tuple(withdrawn(entry) for entry in recalled),
            lost=tuple(lost for lost in book.lost(recipient) if lost.at <= at),
        )


def hold_over(book: Book, gathered: Gathered, policy: Policy) -> Gathered:
    """Return what may go out at its moment; what may not, in the quiet hours, is held for the next working morning.

    After an outage, and where the rules have changed since it was held; what breaks through goes on. Since when it has
    been due is not forgotten.
    """
    kept: list[Held] = []
    for entry in gathered.held:
        notice = entry.tell.notice
        later = policy.held_over(gathered.at, notice.unit)
        if later > gathered.at and not policy.breaks_through(notice):
            missed = entry.due_at if entry.due_at <= gathered.at else None
            book.put(replace(entry, due_at=later, late_since=missed if entry.late_since is None else entry.late_since))
        else:
            kept.append(entry)
    return gathered if len(kept) == len(gathered.held) else replace(gathered, held=tuple(kept))


def reserve(book: Book, gathered: Gathered, digest: str) -> None:
    """Put what was gathered into this digest, so that no other takes it."""
    for entry in gathered.held:
        book.put(replace(entry, digest=digest))
    for lost in gathered.lost:
        book.strike(lost)
    page = book.page(gathered.recipient)
    mails = page.mails + 1 if page is not None and day_of(page.last_at) == day_of(gathered.at) else 1
    book.put(Page(recipient=gathered.recipient, last_at=gathered.at, mails=mails))


def withdrawn(entry: Held) -> NotSent:
    """Return the line that says that this notice ceased to hold before it was told."""
    return untold(entry, Reason.WITHDRAWN, at=entry.recalled_at or entry.tell.notice.decided_at)


def untold(entry: Held, reason: Reason, *, at: Moment, detail: str = "") -> NotSent:
    """Return the line that says why this notice is not told to whom it was held for."""
    notice = entry.tell.notice
    return NotSent(
        recipient=entry.recipient,
        notice=notice.id,
        dossier=notice.dossier,
        stage=notice.stage,
        reason=reason,
        at=at,
        detail=detail,
    )
