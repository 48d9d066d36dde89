"""Mails that the mail server has certainly never taken: what they tell can be composed anew.

A mail that may be there already goes out again with its own bytes and Message-ID, whatever has changed since. Of one
that was refused each time nobody has heard: where part of it has ceased to hold, a new one tells the rest.
"""

from typing import Final

from alerts.core.book import Book
from alerts.core.composing import Gathered
from alerts.core.entries import Lost, Open
from alerts.core.ledger import LedgerLine, Reason
from alerts.core.retry import Ending, Next
from alerts.core.settling import entries_of, release

NEVER_TAKEN: Final = frozenset({Ending.RETRY, Ending.HALT})
"""Endings after which the server has not got the mail; and it is going to be tried again."""


class Untaken:
    """Those mails of one desk, with what each said of withdrawals.

    It is kept in no log: whoever takes over does not know how a last attempt of which nothing was noted has ended.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._lost: dict[str, tuple[Lost, ...]] = {}

    def drafted(self, digest: str, gathered: Gathered) -> None:
        """Add a mail that nothing was tried of."""
        self._lost[digest] = gathered.lost

    def answered(self, digest: str, ending: Ending, following: Next) -> None:
        """Keep a mail only as long as it was refused and will be tried again."""
        if ending not in NEVER_TAKEN or following not in {Next.AGAIN, Next.STOP}:
            self._lost.pop(digest, None)

    def given_back(self, book: Book, mail: Open) -> tuple[LedgerLine, ...]:
        """Hold anew what a mail tells that nothing is under way of, where part of it no longer holds; else nothing."""
        lost = self._lost.get(mail.digest)
        if lost is None or all(entry.recalled_at is None for entry in entries_of(book, mail)):
            return ()
        del self._lost[mail.digest]
        for one in lost:
            book.put(one)
        return release(book, mail, Reason.REDRAFTED)
