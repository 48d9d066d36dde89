"""Who has the word: one dossier is told of by several systems, and for each family of facts one of them counts.

The home's word counts. Where the home is silent about a family, the first other source that spoke of it counts, so
that one request told twice is not two. The rest are echoes: they fill what nobody else said, and where they differ
for more than a day an auditor is shown (R11).
"""

import enum
from itertools import compress
from operator import not_
from typing import Final, TypeAlias

from streams.core.events import (
    Accepted,
    AnyBody,
    Body,
    Done,
    Event,
    Observed,
    PaymentReceived,
    PaymentRequested,
    Reappointed,
    Refused,
    Reopened,
    Resumed,
    Returned,
    Stopped,
    Submitted,
    SupplementReceived,
    SupplementRequested,
    Suspended,
    Transferred,
    WithdrawalRequested,
)
from streams.core.labels import State
from streams.core.observed import CODES


class Family(enum.Enum):
    """A part of the dossier's story that one voice tells."""

    INTAKE = enum.auto()
    ACCEPTANCE = enum.auto()
    HOLDING = enum.auto()
    PAUSES = enum.auto()
    WITHDRAWAL = enum.auto()
    APPOINTMENT = enum.auto()
    CLOSING = enum.auto()
    OTHER = enum.auto()


_CLAIMS: Final[dict[type[Body], State]] = {
    Submitted: State.SUBMITTED,
    Accepted: State.ACCEPTED,
    Refused: State.REFUSED,
    Stopped: State.STOPPED,
    WithdrawalRequested: State.WITHDRAWAL_REQUESTED,
    SupplementRequested: State.AWAITING_SUPPLEMENT,
    PaymentRequested: State.AWAITING_PAYMENT,
    Suspended: State.SUSPENDED,
    SupplementReceived: State.PROCESSING,
    PaymentReceived: State.PROCESSING,
    Resumed: State.PROCESSING,
    Done: State.DONE,
    Returned: State.RETURNED,
    Reopened: State.PROCESSING,
}
_TOLD_BY_STATE: Final = {
    State.SUBMITTED: Family.INTAKE,
    State.ACCEPTED: Family.ACCEPTANCE,
    State.PROCESSING: Family.ACCEPTANCE,
    State.AWAITING_SUPPLEMENT: Family.PAUSES,
    State.AWAITING_PAYMENT: Family.PAUSES,
    State.SUSPENDED: Family.PAUSES,
    State.WITHDRAWAL_REQUESTED: Family.WITHDRAWAL,
    State.REFUSED: Family.CLOSING,
    State.STOPPED: Family.CLOSING,
    State.DONE: Family.CLOSING,
    State.RETURNED: Family.CLOSING,
}
_TOLD_BY_KIND: Final[dict[type[Body], Family]] = {kind: _TOLD_BY_STATE[state] for kind, state in _CLAIMS.items()} | {
    Transferred: Family.HOLDING,
    Reappointed: Family.APPOINTMENT,
    SupplementReceived: Family.PAUSES,
    PaymentReceived: Family.PAUSES,
    Resumed: Family.PAUSES,
    Reopened: Family.CLOSING,
}
_TOLD_BY_CODE: Final = {code: _TOLD_BY_STATE[state] for code, state in CODES.items()}
Split: TypeAlias = tuple[tuple[Event, ...], tuple[Event, ...]]


def speaks_for(home: str, source: str) -> bool:
    """Return whether the source is the dossier's home system, or a part of it: `home` or `home/…`."""
    return source.partition("/")[0] == home


def claimed(body: AnyBody) -> State | None:
    """Return the state that the event says the dossier is in now; None where it says none, or one we do not know."""
    if isinstance(body, Observed):
        return CODES.get(body.state_code)
    return _CLAIMS.get(type(body))


def family(body: AnyBody) -> Family:
    """Return the part of the story that the event tells."""
    if isinstance(body, Observed):
        return _TOLD_BY_CODE.get(body.state_code, Family.OTHER)
    return _TOLD_BY_KIND.get(type(body), Family.OTHER)


def parted(events: tuple[Event, ...], home: str) -> Split:
    """Return the events that count, and the echoes, both in order."""
    others = {source for source in {event.source for event in events} if not speaks_for(home, source)}
    if not others:
        return events, ()
    told = [family(event.body).value for event in events]
    speakers: dict[int, str] = {}
    for number, event in zip(told, events, strict=True):
        if event.source not in others:
            speakers[number] = speakers[Family.OTHER.value] = home
    for number, event in zip(told, events, strict=True):
        speakers.setdefault(number, event.source)
    counts = [
        event.source not in others or speakers[number] == event.source
        for number, event in zip(told, events, strict=True)
    ]
    return tuple(compress(events, counts)), tuple(compress(events, map(not_, counts)))
