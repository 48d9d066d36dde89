"""What waits at a desk for its next transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from alerts.core.book import Book
from alerts.core.composing import Gathered
from alerts.core.digest import Digest
from alerts.core.entries import Held
from alerts.core.ledger import LedgerLine
from alerts.core.outbox import Recall, Tell
from alerts.core.people import Directory
from alerts.core.settling import can_pass_on, pass_on
from alerts.message import Mail


@dataclass(slots=True)
class Pending:
    """What waits for the next transaction."""

    lines: list[LedgerLine] = field(default_factory=list)
    onward: list[Tell | Recall] = field(default_factory=list)
    drafts: list[tuple[Digest, Mail]] = field(default_factory=list)
    has_read: bool = False
    """Whether the input moved."""
    has_noted: bool = False
    """Whether outcomes stand in the transaction already."""
    since: float | None = None
    """Since which second the first of it waits."""

    def __bool__(self) -> bool:
        """Return whether there is anything."""
        return bool(self.has_read or self.has_noted or self.lines or self.onward or self.drafts)

    def add(self, second: float, lines: Iterable[LedgerLine] = (), *, read: bool = False, noted: bool = False) -> None:
        """Say that something waits from this second on, at the latest: lines, the input moved, an outcome was noted."""
        self.since = second if self.since is None else self.since
        self.lines.extend(lines)
        self.has_read |= read
        self.has_noted |= noted

    def hand_on(self, book: Book, gathered: Gathered, *, gone: bool, directory: Directory) -> Gathered:
        """Hand on what somebody else can be told, and return the rest; who is only away is better than nobody."""
        kept: list[Held] = []
        for entry in gathered.held:
            if not gone and not can_pass_on(entry, at=gathered.at, directory=directory):
                kept.append(entry)
                continue
            outcome = pass_on(book, entry, at=gathered.at, directory=directory)
            if isinstance(outcome, Tell):
                self.onward.append(outcome)
            else:
                self.lines.append(outcome)
        return msgspec.structs.replace(gathered, held=tuple(kept))
