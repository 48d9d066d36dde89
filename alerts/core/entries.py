"""What `mail.book` keeps: how each notice stands with each person, which mails are open, how far a replay is.

One small record for each notice, not one page for each person: ten thousand notices for one person are ten thousand
small writes, once each, and no record grows. A key that is set again replaces, a null value removes.
"""

from typing import assert_never

import msgspec

from alerts.core.outbox import Tell
from streams.core.moments import Moment
from streams.core.stages import Stage


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="entry"):
    """A record of the book; see `key_of`."""

    recipient: str


class Held(Entry, frozen=True, tag="held"):
    """To be told at `due_at`; `digest` names the open mail that tells it, `recalled_at` when it ceased to hold.

    `late_since` is when it should have been told, where that is earlier than `due_at`.
    """

    tell: Tell
    due_at: Moment
    digest: str = ""
    recalled_at: Moment | None = None
    late_since: Moment | None = None
    version: int = 1

    @property
    def notice(self) -> str:
        """The notice's id."""
        return self.tell.notice.id


class Told(Entry, frozen=True, tag="told"):
    """Told, and as far as we know it still holds; `tell` is what was told, for when the mail comes back."""

    notice: str
    dossier: str
    stage: Stage
    digest: str
    at: Moment
    tell: Tell | None = None
    version: int = 1


class PassedOn(Entry, frozen=True, tag="passed_on"):
    """This person's server refused it; `to` is told in their stead, and must hear of the withdrawal."""

    notice: str
    to: str
    version: int = 1


class Lost(Entry, frozen=True, tag="lost"):
    """Told, and it no longer holds, which the person's next digest will say."""

    notice: str
    dossier: str
    at: Moment
    why: str = ""
    version: int = 1


class Bounced(Entry, frozen=True, tag="bounced"):
    """Mails to this person come back: they are passed over until somebody restores them."""

    at: Moment
    status: str = ""
    version: int = 1


class Page(Entry, frozen=True, tag="page"):
    """When this person's last digest was composed, and how many there were on that day."""

    last_at: Moment
    mails: int = 1
    version: int = 1


class Open(Entry, frozen=True, tag="open"):
    """A mail whose intent is in the ledger and whose outcome is not, or is `later`.

    `place` is the offset of its exact bytes in the same partition of `mail.bytes`, `line` that of its intent in
    `mail.ledger`; `first_at` the first attempt, `next_at` the moment before which it is not tried again.
    """

    digest: str
    stage: Stage
    notices: tuple[str, ...]
    sha256: str
    message_id: str
    at: Moment
    place: int
    first_at: Moment
    next_at: Moment
    attempts: int = 0
    line: int = 0
    version: int = 1


class Progress(Entry, frozen=True, tag="progress"):
    """Replay: the last mark of each partition of `dossier.notices`."""

    marks: dict[int, Moment]
    version: int = 1


AnyEntry = Held | Told | PassedOn | Lost | Bounced | Page | Open | Progress
Standing = Held | Told | PassedOn


def key_of(entry: AnyEntry) -> str:
    """Return the key under which the book keeps the entry."""
    match entry:
        case Held() | Told() | PassedOn():
            return f"{entry.recipient}/notice/{entry.notice}"
        case Open():
            return f"{entry.recipient}/digest/{entry.digest}"
        case Lost():
            return f"{entry.recipient}/lost/{entry.notice}"
        case Bounced():
            return f"{entry.recipient}/bounced"
        case Page():
            return f"{entry.recipient}/page"
        case Progress():
            return "/progress"
        case _:
            assert_never(entry)
