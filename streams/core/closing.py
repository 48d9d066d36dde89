"""Closing and reopening: the first closing since the dossier was last reopened is the one that counts."""

from typing import Final, TypeAlias

from streams.core.events import Done, Refused, Returned, Stopped
from streams.core.findings import Rule
from streams.core.labels import State
from streams.core.pausing import ended, in_work
from streams.core.transitions import Turn

Closing: TypeAlias = Refused | Stopped | Done | Returned

_STATES: Final = {
    "refused": State.REFUSED,
    "stopped": State.STOPPED,
    "done": State.DONE,
    "returned": State.RETURNED,
}


def close(turn: Turn, said: Closing) -> None:
    """Close the dossier; what comes after a closing moves nothing but done on to returned."""
    facts, event, changes = turn.facts, turn.event, turn.changes
    if said.name == "returned" and not turn.closed:
        turn.note(Rule.BACKWARDS, "returned before done")
        changes["state"] = State.RETURNED
    elif not turn.move(_STATES[said.name]):
        return
    if facts.closed_at is None:
        changes["pauses"] = ended(facts.pauses, event.at)
        changes["closed_at"] = event.at
        keyed_at = event.arrived_at if event.keyed_at is None else event.keyed_at
        changes["closing_known_at"] = max(event.arrived_at, keyed_at)
        if said.name in {"done", "returned"}:
            changes["ended_at"] = event.at
    if said.name == "done" and said.result is False:
        turn.note(Rule.NO_RESULT)
    if said.name == "stopped" and facts.withdrawal_requested_at is None:
        turn.note(Rule.STOPPED_UNASKED, "no request")


def reopen(turn: Turn) -> None:
    """Open a closed dossier again: its end is forgotten, its pauses and its clock are not."""
    if not turn.closed:
        turn.note(Rule.TRANSITION, f"{turn.facts.state}>reopened")
        return
    turn.note(Rule.REOPENED)
    changes = turn.changes
    changes["state"] = in_work(turn.facts)
    changes["ended_at"] = changes["closed_at"] = changes["closing_known_at"] = None
    changes["withdrawal_requested_at"] = None
