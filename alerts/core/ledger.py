"""The lines of `mail.ledger`: who was to be told what, when and why, and what the mail server said to it.

JSON, one object a line, moments as whole seconds since 1970-01-01T00:00:00Z; the key is the recipient id (the unit's id
where nobody could be told). Fields are only ever added, with a default.
"""

import enum
from collections.abc import Iterator, Sequence

import msgspec

from alerts.core.retry import Ending
from alerts.core.routing import Via
from streams.core.moments import Moment
from streams.core.stages import Stage


class Reason(enum.StrEnum):
    """Why a notice is in a mail, or is not."""

    LISTED = "listed"
    MUTED = "muted"
    """In the mail, under a more urgent line of the same dossier."""
    COUNTED = "counted"
    """In the mail of one who leads, in the line of its unit."""
    WITHDRAWN = "withdrawn"
    ALREADY_HELD = "already_held"
    ALREADY_TOLD = "already_told"
    PASSED_ON = "passed_on"
    """The next accountable person is told in their stead."""
    NEVER_HELD = "never_held"
    """A withdrawal of what this person was not to be told."""
    NOBODY = "nobody_below_could_be_told"
    BYTES_GONE = "bytes_gone"
    """An intent whose exact bytes are no longer kept; its notices are held anew."""
    REDRAFTED = "redrafted"
    """An intent that the mail server never took and part of which has ceased to hold; its notices are held anew."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the ledger."""


class ToldOf(msgspec.Struct, frozen=True, omit_defaults=True):
    """One notice in a digest, and why it is there; `rules` where it was routed under others than its mail's."""

    notice: str
    dossier: str
    stage: Stage
    reason: Reason
    via: Via
    rules: str = ""


class Intent(Line, frozen=True, tag="intent", tag_field="line"):
    """Committed before SMTP: exactly these bytes (`mail.bytes`, key `digest`) are about to be sent.

    `rules` is the version of who is who and when they are told, by which it was drafted.
    """

    digest: str
    recipient: str
    stage: Stage
    notices: tuple[ToldOf, ...]
    sha256: str
    message_id: str
    subject: str
    at: Moment
    rules: str = ""
    version: int = 1


class Outcome(Line, frozen=True, tag="outcome", tag_field="line"):
    """Committed after SMTP: how the attempt ended, and the server's own words."""

    digest: str
    recipient: str
    ending: Ending
    reply: str
    attempt: int
    at: Moment
    version: int = 1


class NotSent(Line, frozen=True, tag="not_sent", tag_field="line"):
    """A notice that this recipient is not told of, and why; `detail` is ours, never free text of a dossier.

    `rules` is the version by which nobody could be told.
    """

    recipient: str
    notice: str
    dossier: str
    stage: Stage
    reason: Reason
    at: Moment
    detail: str = ""
    rules: str = ""
    version: int = 1


class Lapsed(Line, frozen=True, tag="lapsed", tag_field="line"):
    """What this recipient was told no longer holds."""

    recipient: str
    notice: str
    dossier: str
    stage: Stage
    digest: str
    at: Moment
    version: int = 1


class Returned(Line, frozen=True, tag="bounce", tag_field="line"):
    """A mail to this recipient came back for good: from here on they are passed over."""

    recipient: str
    status: str
    at: Moment
    digest: str = ""
    version: int = 1


class Restored(Line, frozen=True, tag="restored", tag_field="line"):
    """This recipient is written to again."""

    recipient: str
    at: Moment
    version: int = 1


LedgerLine = Intent | Outcome | NotSent | Lapsed | Returned | Restored


def about(
    lines: Sequence[LedgerLine], *, recipient: str | None = None, dossier: str | None = None
) -> Iterator[LedgerLine]:
    """Yield the lines about a recipient, or about a dossier: what was told of it, and how those mails ended."""
    intents = (line for line in lines if isinstance(line, Intent))
    digests = {line.digest for line in intents if any(told.dossier == dossier for told in line.notices)}
    for line in lines:
        match line:
            case Intent() | Outcome() | Returned():
                of_dossier = line.digest in digests
            case Restored():
                of_dossier = False
            case _:
                of_dossier = line.dossier == dossier
        if line.recipient == recipient or of_dossier:
            yield line
