"""What step one of the courier tells step two: a notice addressed to a person, its withdrawal, a mark of replay."""

import msgspec

from alerts.core.routing import Via
from streams.core.moments import Moment
from streams.wire.records import Notice, Withdrawal


class Addressed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record of `mail.outbox`; `recipient` is its key."""


class Tell(Addressed, frozen=True, tag="tell", tag_field="action"):
    """Tell this person of this notice; `refused` are those before them whose server would not take it.

    `behalf` names who is absent, where this person is their deputy; `rules` is the version it was routed under.
    """

    recipient: str
    notice: Notice
    via: Via
    refused: tuple[str, ...] = ()
    behalf: str = ""
    rules: str = ""
    version: int = 1


class Recall(Addressed, frozen=True, tag="withdraw", tag_field="action"):
    """What this person was, or was to be, told no longer holds; `why` is one of a closed set, or empty."""

    recipient: str
    withdrawal: Withdrawal
    why: str = ""
    version: int = 1


class Reached(Addressed, frozen=True, tag="mark", tag_field="action"):
    """Replay only: all that `partition` of `dossier.notices` decided at or before `now` stands before this line."""

    partition: int
    now: Moment
    version: int = 1


class Bounce(Addressed, frozen=True, tag="bounce", tag_field="action"):
    """A mail to this person came back for good; `status` is the DSN's (RFC 3463), `digest` the mail, if it is known."""

    recipient: str
    at: Moment
    status: str
    digest: str = ""
    version: int = 1


class Restore(Addressed, frozen=True, tag="restore", tag_field="action"):
    """Somebody says that this person can be written to again."""

    recipient: str
    at: Moment
    version: int = 1


OutboxRecord = Tell | Recall | Reached | Bounce | Restore
