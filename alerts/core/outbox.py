"""What step one of the courier tells step two: a notice addressed to a person, its withdrawal, a mark of replay."""

import msgspec

from alerts.core.routing import Via
from streams.core.moments import Moment
from streams.wire.records import Notice, Withdrawal


class Addressed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record of `mail.outbox`; `recipient` is its key."""


class Tell(Addressed, frozen=True, tag="tell", tag_field="action"):
    """Tell this person of this notice; `refused` are those before them whose server would not take it."""

    recipient: str
    notice: Notice
    via: Via
    refused: tuple[str, ...] = ()
    version: int = 1


class Recall(Addressed, frozen=True, tag="withdraw", tag_field="action"):
    """What this person was, or was to be, told no longer holds."""

    recipient: str
    withdrawal: Withdrawal
    version: int = 1


class Reached(Addressed, frozen=True, tag="mark", tag_field="action"):
    """Replay only: all that `partition` of `dossier.notices` decided at or before `now` stands before this line."""

    partition: int
    now: Moment
    version: int = 1


OutboxRecord = Tell | Recall | Reached
