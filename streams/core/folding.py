"""One step for each kind of event: the facts before it and the event give the facts after it.

No step looks at more than the facts and its own event, so folding the ordered events one by one is the whole history.
"""

from typing import Final, TypeAlias, TypeVar, assert_never

import msgspec

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
from streams.core.facts import Away, Facts, Pause, PauseKind
from streams.core.findings import Rule
from streams.core.labels import State
from streams.core.moments import Moment
from streams.core.transitions import CLOSED, WAITING, Turn

LONG_AGO: Final = 10 * 366 * 86_400
"""An event that arrives more than ten years after it happened is taken, and shown to an auditor."""
FIRST_REQUEST: Final = 1

Received: TypeAlias = Submitted | Accepted | Observed
Closing: TypeAlias = Refused | Stopped | Done | Returned
Elsewhere: TypeAlias = Transferred | Reappointed | WithdrawalRequested | Reopened
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
_CLOSINGS: Final = {
    Refused: State.REFUSED,
    Stopped: State.STOPPED,
    Done: State.DONE,
    Returned: State.RETURNED,
}


def folded(facts: F, event: Event, said: AnyBody) -> F:
    """Return the facts after `said`, which is the event's body or a part of what a snapshot implies."""
    turn = Turn(facts, event)
    match said:
        case Submitted() | Accepted():
            _receive(turn, said)
        case SupplementRequested() | PaymentRequested() | Suspended():
            _pause(turn, _PAUSES[type(said)], said.until)
        case SupplementReceived() | PaymentReceived() | Resumed():
            _go_on(turn, _ENDS[type(said)])
        case Refused() | Stopped() | Done() | Returned():
            _close(turn, said)
        case Corrected() | Observed():
            pass  # a correction has done its work before the fold, a snapshot is folded as what it implies
        case _:
            _elsewhere(turn, said)
    if event.arrived_at - event.at > LONG_AGO:
        turn.note(Rule.LONG_AGO)
    return msgspec.structs.replace(facts, **turn.changes)


def _receive(turn: Turn, said: Submitted | Accepted) -> None:
    moment = turn.event.at
    if turn.closed:
        turn.note(Rule.BACKWARDS, f"{said.name} after {turn.facts.state}")
    elif isinstance(said, Accepted):
        turn.move(State.ACCEPTED)
        turn.changes["pauses"] = _ended(turn.facts.pauses, moment)
    else:
        turn.move(State.SUBMITTED)
    if isinstance(said, Accepted):
        if turn.facts.accepted_at is None:
            turn.changes["accepted_at"] = moment
            turn.changes["due_known_at"] = turn.event.arrived_at
    elif turn.facts.submitted_at is None:
        turn.changes["submitted_at"] = moment
    describe(turn, said)


def describe(turn: Turn, said: Received) -> None:
    """Take over what the event says about the dossier itself; what it leaves out stays as it was."""
    changes = turn.changes
    if said.procedure:
        changes["procedure"] = said.procedure
    if said.unit:
        changes["unit"] = said.unit
    if said.field is not None:
        changes["field"] = said.field
    if said.channel is not None:
        changes["channel"] = said.channel
    if said.level is not None:
        changes["level"] = said.level
    if said.officer is not None:
        changes["officer"] = said.officer
    if said.national_code is not None:
        changes["national_code"] = said.national_code
    if not isinstance(said, Submitted):
        if said.limit is not None:
            changes["limit"] = said.limit
        if said.due_at is not None:
            appoint(turn, said.due_at, letter="")


def appoint(turn: Turn, due_at: Moment, *, letter: str) -> None:
    """Appoint the due moment. To move it takes an apology letter, and only once (NĐ 61/2018 art. 19)."""
    facts, changes = turn.facts, turn.changes
    before = facts.appointed_due_at
    if letter:
        changes["reappointments"] = facts.reappointments + 1
        if facts.reappointments:
            turn.note(Rule.DUE_MOVED, "more than once")
    elif before is not None and before != due_at:
        turn.note(Rule.DUE_MOVED, "no letter")
    if before == due_at:
        return
    changes["appointed_due_at"] = due_at
    changes["appointed_at"] = turn.event.at
    changes["due_known_at"] = turn.event.arrived_at
    received = facts.received_at if facts.received_at is not None else turn.event.at
    if due_at < received:
        turn.note(Rule.DUE_BEFORE_RECEIPT)


def _pause(turn: Turn, kind: PauseKind, until: Moment | None) -> None:
    moment = turn.event.at
    if until is not None and until < moment:
        turn.note(Rule.PAUSE_BACKWARDS)
        until = moment
    if not turn.move(WAITING[kind]):
        return
    turn.changes["pauses"] = (*turn.facts.pauses, Pause(kind, moment, until, None, turn.event.id))
    if kind is PauseKind.SUPPLEMENT:
        turn.changes["supplement_requests"] = turn.facts.supplement_requests + 1
        if turn.facts.supplement_requests == FIRST_REQUEST:
            turn.note(Rule.SECOND_SUPPLEMENT)


def _go_on(turn: Turn, kind: PauseKind) -> None:
    facts = turn.facts
    still = [pause for pause in facts.open_pauses if pause.kind is not kind]
    ends = len(still) < len(facts.open_pauses)
    withdrawn = facts.withdrawal_requested_at is not None
    if kind is PauseKind.SUSPENSION and withdrawn and not ends:
        ends = True
        withdrawn = False
        turn.changes["withdrawal_requested_at"] = None
    if not ends or turn.closed:
        turn.note(Rule.TRANSITION, f"{facts.state}>{turn.event.body.name}")
        return
    turn.changes["pauses"] = _ended(facts.pauses, turn.event.at, kind)
    if still:
        turn.changes["state"] = WAITING[still[-1].kind]
    elif withdrawn:
        turn.changes["state"] = State.WITHDRAWAL_REQUESTED
    else:
        turn.changes["state"] = in_work(facts)


def in_work(facts: Facts) -> State:
    """Return the state of an open dossier that nothing holds up."""
    waits = facts.accepted_at is None and facts.submitted_at is not None
    return State.SUBMITTED if waits else State.PROCESSING


def _ended(pauses: tuple[Pause, ...], moment: Moment, kind: PauseKind | None = None) -> tuple[Pause, ...]:
    return tuple(
        Pause(pause.kind, pause.since, pause.until, moment, pause.asked_by)
        if pause.ended_at is None and kind in {None, pause.kind}
        else pause
        for pause in pauses
    )


def _close(turn: Turn, said: Closing) -> None:
    facts, event, changes = turn.facts, turn.event, turn.changes
    if isinstance(said, Returned) and facts.state not in CLOSED:
        turn.note(Rule.BACKWARDS, "returned before done")
        changes["state"] = State.RETURNED
    elif not turn.move(_CLOSINGS[type(said)]):
        return
    changes["pauses"] = _ended(facts.pauses, event.at)
    if facts.closed_at is None:
        changes["closed_at"] = event.at
        changes["closing_known_at"] = max(event.arrived_at, event.keyed_at or event.at)
        if isinstance(said, Done | Returned):
            changes["ended_at"] = event.at
    if isinstance(said, Done) and said.result is False:
        turn.note(Rule.NO_RESULT)
    if isinstance(said, Stopped) and facts.withdrawal_requested_at is None:
        turn.note(Rule.STOPPED_UNASKED, "no request")


def _elsewhere(turn: Turn, said: Elsewhere) -> None:
    match said:
        case Transferred():
            _transfer(turn, said)
        case Reappointed():
            if not said.letter:
                turn.note(Rule.DUE_MOVED, "no letter")
            appoint(turn, said.due_at, letter=said.letter or "-")
        case WithdrawalRequested():
            if turn.move(State.WITHDRAWAL_REQUESTED):
                turn.changes["withdrawal_requested_at"] = turn.event.at
        case Reopened():
            _reopen(turn)
        case _:
            assert_never(said)


def _transfer(turn: Turn, said: Transferred) -> None:
    facts, changes = turn.facts, turn.changes
    if said.unit:
        changes["unit"] = said.unit
        changes["officer"] = said.officer
    hold(turn, other_body=said.other_body)
    if facts.state is State.ACCEPTED or (facts.state is State.UNKNOWN and facts.accepted_at is not None):
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


def _reopen(turn: Turn) -> None:
    facts, changes = turn.facts, turn.changes
    if not turn.closed:
        turn.note(Rule.TRANSITION, f"{facts.state}>reopened")
        return
    turn.note(Rule.REOPENED)
    changes["state"] = in_work(facts)
    changes["ended_at"] = changes["closed_at"] = changes["closing_known_at"] = None
    changes["withdrawal_requested_at"] = None
