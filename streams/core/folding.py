"""One step for each kind of event: the facts before it and the event give the facts after it.

No step looks at more than the facts and its own event, so folding the ordered events one by one is the whole history.
"""

from typing import Final, TypeAlias, TypeVar, assert_never

import msgspec

from streams.core.closing import close, reopen
from streams.core.events import (
    Accepted,
    AnyBody,
    Corrected,
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
from streams.core.facts import Away, Facts, PauseKind
from streams.core.findings import Rule
from streams.core.labels import State
from streams.core.pausing import go_on, pause
from streams.core.receiving import appoint, receive
from streams.core.transitions import Turn

Elsewhere: TypeAlias = Transferred | Reappointed | WithdrawalRequested | Reopened | Observed | Corrected
F = TypeVar("F", bound=Facts)

_PAUSES: Final = {
    SupplementRequested: PauseKind.SUPPLEMENT,
    PaymentRequested: PauseKind.PAYMENT,
    Suspended: PauseKind.SUSPENSION,
}
_ENDS: Final = {
    SupplementReceived: PauseKind.SUPPLEMENT,
    PaymentReceived: PauseKind.PAYMENT,
    Resumed: PauseKind.SUSPENSION,
}


def folded(facts: F, event: Event, said: AnyBody) -> F:
    """Return the facts after `said`, which is the event's body or a part of what a snapshot implies."""
    turn = Turn(facts, event)
    match said:
        case Submitted() | Accepted():
            receive(turn, said)
        case SupplementRequested() | PaymentRequested() | Suspended():
            pause(turn, _PAUSES[type(said)], said.until)
        case SupplementReceived() | PaymentReceived() | Resumed():
            go_on(turn, _ENDS[type(said)])
        case Refused() | Stopped() | Done() | Returned():
            close(turn, said)
        case _:
            _elsewhere(turn, said)
    return msgspec.structs.replace(facts, **turn.changes)


def _elsewhere(turn: Turn, said: Elsewhere) -> None:
    match said:
        case Transferred():
            _transfer(turn, said)
        case Reappointed():
            appoint(turn, said.due_at, letter=said.letter)
        case WithdrawalRequested():
            if turn.move(State.WITHDRAWAL_REQUESTED):
                turn.changes["withdrawal_requested_at"] = turn.event.at
        case Reopened():
            reopen(turn)
        case Observed() | Corrected():
            pass  # a snapshot is folded as what it implies; a correction has done its work before the fold
        case _:
            assert_never(said)


def _transfer(turn: Turn, said: Transferred) -> None:
    facts, changes = turn.facts, turn.changes
    if said.unit:
        changes["unit"] = said.unit
        changes["officer"] = said.officer
    hold(turn, other_body=said.other_body)
    accepted = facts.accepted_at is not None
    if facts.state is State.ACCEPTED or (facts.state is State.UNKNOWN and accepted):
        changes["state"] = State.PROCESSING
    elif turn.closed or facts.first_at is None:
        turn.note(Rule.TRANSITION, f"{facts.state if facts.first_at is not None else ''}>transferred")


def hold(turn: Turn, *, other_body: bool) -> None:
    """Note whether another body holds the dossier from this moment on."""
    away, moment = turn.facts.away, turn.event.at
    if other_body and not turn.facts.other_body:
        turn.changes["away"] = (*away, Away(moment))
    elif turn.facts.other_body and not other_body:
        turn.changes["away"] = (*away[:-1], Away(away[-1].since, moment))
