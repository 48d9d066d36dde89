"""Pauses: the clock stands while papers or a payment are awaited, or while the dossier is suspended."""

from streams.core.facts import Facts, Pause, PauseKind
from streams.core.findings import Rule
from streams.core.labels import State
from streams.core.moments import Moment
from streams.core.transitions import WAITING, Turn


def pause(turn: Turn, kind: PauseKind, until: Moment | None) -> None:
    """Stop the clock; a declared end before the beginning is a finding, and the pause then has no length."""
    moment = turn.event.at
    if until is not None and until < moment:
        turn.note(Rule.PAUSE_BACKWARDS)
        until = moment
    if not turn.move(WAITING[kind]):
        return
    facts, changes = turn.facts, turn.changes
    changes["pauses"] = (*facts.pauses, Pause(kind, moment, until, None, turn.event.id))
    if kind is PauseKind.SUPPLEMENT:
        changes["supplement_requests"] = facts.supplement_requests + 1
        if facts.supplement_requests == 1:
            turn.note(Rule.SECOND_SUPPLEMENT)


def go_on(turn: Turn, kind: PauseKind) -> None:
    """End every open pause of the kind; a dossier that another pause still holds up goes on waiting for that one."""
    facts, changes = turn.facts, turn.changes
    unended = facts.open_pauses
    still = [pause for pause in unended if pause.kind is not kind]
    if len(still) == len(unended):
        _go_on_unpaused(turn, kind)
        return
    changes["pauses"] = ended(facts.pauses, turn.event.at, kind)
    if still:
        changes["state"] = WAITING[still[-1].kind]
    elif facts.withdrawal_requested_at is not None:
        changes["state"] = State.WITHDRAWAL_REQUESTED
    else:
        changes["state"] = in_work(facts)


def _go_on_unpaused(turn: Turn, kind: PauseKind) -> None:
    # What takes a wish to withdraw back has no kind of its own; work that is resumed says it.
    turn.note(Rule.TRANSITION, f"{turn.facts.state}>{turn.event.body.name}")
    if kind is PauseKind.SUSPENSION and turn.facts.state is State.WITHDRAWAL_REQUESTED:
        turn.changes["withdrawal_requested_at"] = None
        turn.changes["state"] = in_work(turn.facts)


def in_work(facts: Facts) -> State:
    """Return the state of an open dossier that nothing holds up."""
    waits = facts.accepted_at is None and facts.submitted_at is not None
    return State.SUBMITTED if waits else State.PROCESSING


def ended(pauses: tuple[Pause, ...], moment: Moment, kind: PauseKind | None = None) -> tuple[Pause, ...]:
    """Return the pauses with the open ones, of the kind or of every kind, ended at the moment."""
    if not pauses:
        return ()
    return tuple(
        [
            Pause(pause.kind, pause.since, pause.until, moment, pause.asked_by)
            if pause.ended_at is None and (kind is None or kind is pause.kind)
            else pause
            for pause in pauses
        ]
    )
