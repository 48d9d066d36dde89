"""Snapshots: a system that publishes states, not events, implies the events that lead to the state it shows.

Where the dossier is there already nothing is implied, so a snapshot that is sent again changes nothing.
"""

from typing import Final, TypeVar

import msgspec

from streams.core.events import (
    Accepted,
    AnyBody,
    Done,
    Event,
    Observed,
    PaymentReceived,
    PaymentRequested,
    Refused,
    Reopened,
    Resumed,
    Returned,
    Stopped,
    Submitted,
    SupplementReceived,
    SupplementRequested,
    WithdrawalRequested,
)
from streams.core.facts import Facts, PauseKind
from streams.core.findings import Rule
from streams.core.folding import folded, hold
from streams.core.labels import State
from streams.core.receiving import appoint, describe
from streams.core.transitions import CLOSED, WAITING, Turn

CODES: Final = {
    "1": State.SUBMITTED,
    "2": State.ACCEPTED,
    "3": State.REFUSED,
    "4": State.PROCESSING,
    "5": State.AWAITING_SUPPLEMENT,
    "6": State.AWAITING_PAYMENT,
    "7": State.WITHDRAWAL_REQUESTED,
    "8": State.STOPPED,
    "9": State.DONE,
    "10": State.RETURNED,
}
"""The national state codes (DOMAIN §2)."""
OPENED: Final = frozenset({State.ACCEPTED, State.PROCESSING})

_ENDS: Final[dict[PauseKind, AnyBody]] = {
    PauseKind.SUPPLEMENT: SupplementReceived(),
    PauseKind.PAYMENT: PaymentReceived(),
    PauseKind.SUSPENSION: Resumed(),
}
F = TypeVar("F", bound=Facts)


def seen(facts: F, event: Event, snapshot: Observed) -> F:
    """Return the facts after a snapshot: what its state implies, and then what stands beside it."""
    state = CODES.get(snapshot.state_code)
    fresh = snapshot.state_code != facts.snapshot_code
    if state is not None and (fresh or facts.state not in CLOSED or state not in CLOSED):
        for body in implied(facts, snapshot, state):
            facts = folded(facts, event, body)
    turn = Turn(facts, event)
    turn.changes["snapshot_code"] = snapshot.state_code
    if state is None:
        _unknown(turn, snapshot.state_code, fresh=fresh)
    elif not turn.closed:
        turn.changes["state"] = state
    _beside(turn, snapshot)
    return msgspec.structs.replace(facts, **turn.changes)


def _unknown(turn: Turn, code: str, *, fresh: bool) -> None:
    if fresh:
        turn.note(Rule.UNKNOWN_CODE, code)
    if not turn.closed:
        turn.changes["state"] = State.UNKNOWN


def _beside(turn: Turn, snapshot: Observed) -> None:
    letter = snapshot.letter or ""
    # The letter stands in every later snapshot too; it is a new one only with a new due moment.
    if letter and snapshot.due_at is not None and snapshot.due_at != turn.facts.appointed_due_at:
        appoint(turn, snapshot.due_at, letter=letter)
        describe(turn, msgspec.structs.replace(snapshot, due_at=None))
    else:
        describe(turn, snapshot)
    if snapshot.other_body is not None:
        hold(turn, other_body=snapshot.other_body)


def implied(facts: Facts, snapshot: Observed, state: State) -> tuple[AnyBody, ...]:
    """Return what must have happened for the dossier to be in `state`; nothing where it already is."""
    if facts.state is state:
        return ()
    if state in CLOSED:
        return (_closing(snapshot, state),)
    before: tuple[AnyBody, ...] = (Reopened(),) if facts.state in CLOSED else ()
    if state is State.SUBMITTED:
        return (*before, _submitted(snapshot))
    if state in OPENED:
        return (*before, *_to_work(facts, snapshot, state))
    if state is State.WITHDRAWAL_REQUESTED:
        return (*before, WithdrawalRequested())
    kind = PauseKind.SUPPLEMENT if state is State.AWAITING_SUPPLEMENT else PauseKind.PAYMENT
    before = (*before, *_ended(facts, kind))
    if any(pause.kind is kind for pause in facts.open_pauses):
        return before
    if kind is PauseKind.SUPPLEMENT:
        return (*before, SupplementRequested(snapshot.until))
    return (*before, PaymentRequested(snapshot.until))


def _to_work(facts: Facts, snapshot: Observed, state: State) -> tuple[AnyBody, ...]:
    if state is State.ACCEPTED:
        return (_accepted(snapshot),)
    wish: tuple[AnyBody, ...] = (Resumed(),) if facts.state is State.WITHDRAWAL_REQUESTED else ()
    if facts.accepted_at is None:
        # Somebody must have accepted what is in work, whatever else was heard of it; that ends its pauses.
        return (*wish, _accepted(snapshot))
    return (*_ended(facts, None), *wish)


def _ended(facts: Facts, but: PauseKind | None) -> tuple[AnyBody, ...]:
    """Return the ends of the open pauses of every kind but one: a dossier has one state at a time."""
    open_kinds = {pause.kind for pause in facts.open_pauses}
    return tuple(_ENDS[kind] for kind in WAITING if kind in open_kinds and kind is not but)


def _closing(snapshot: Observed, state: State) -> AnyBody:
    match state:
        case State.REFUSED:
            return Refused()
        case State.STOPPED:
            return Stopped()
        case State.DONE:
            return Done(snapshot.result)
        case _:
            return Returned()


def _submitted(snapshot: Observed) -> Submitted:
    return Submitted(snapshot.procedure or "", snapshot.unit or "")


def _accepted(snapshot: Observed) -> Accepted:
    return Accepted(snapshot.procedure or "", snapshot.unit or "")
