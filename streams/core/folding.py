"""One step for each kind of event: the facts before it and the event give the facts after it.

No step looks at more than the facts and its own event, so folding the ordered events one by one is the whole history.
"""

from typing import Final, TypeAlias, TypeVar, assert_never

import msgspec

from streams.core.closing import close, reopen
from streams.core.events import (
    AnyBody,
    Corrected,
    Event,
    Observed,
    Reappointed,
    Reopened,
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
    "supplement_requested": PauseKind.SUPPLEMENT,
    "payment_requested": PauseKind.PAYMENT,
    "suspended": PauseKind.SUSPENSION,
}
_ENDS: Final = {
    "supplement_received": PauseKind.SUPPLEMENT,
    "payment_received": PauseKind.PAYMENT,
    "resumed": PauseKind.SUSPENSION,
}


def folded(facts: F, event: Event, said: AnyBody) -> F:
    """Return the facts after `said`, which is the event's body or a part of what a snapshot implies."""
    turn = Turn(facts, event)
    match said.name:
        case "submitted" | "accepted":
            receive(turn, said)
        case "supplement_requested" | "payment_requested" | "suspended":
            pause(turn, _PAUSES[said.name], said.until)
        case "supplement_received" | "payment_received" | "resumed":
            go_on(turn, _ENDS[said.name])
        case "refused" | "stopped" | "done" | "returned":
            close(turn, said)
        case _:
            _elsewhere(turn, said)
    return msgspec.structs.replace(facts, **turn.changes)


def _elsewhere(turn: Turn, said: Elsewhere) -> None:
    match said.name:
        case "transferred":
            _transfer(turn, said)
        case "reappointed":
            appoint(turn, said.due_at, letter=said.letter)
        case "withdrawal_requested":
            if turn.move(State.WITHDRAWAL_REQUESTED):
                turn.changes["withdrawal_requested_at"] = turn.event.at
        case "reopened":
            reopen(turn)
        case "observed" | "corrected":
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
