"""Receipt and appointment: what an event says about the dossier itself, and about the due moment it was given."""

from typing import TypeAlias, TypeVar, cast

import msgspec

from streams.core.events import Accepted, Event, Observed, Submitted
from streams.core.facts import Facts
from streams.core.findings import Rule
from streams.core.labels import State
from streams.core.moments import Moment
from streams.core.pausing import ended
from streams.core.transitions import Changes, Turn

Telling: TypeAlias = Submitted | Accepted | Observed
F = TypeVar("F", bound=Facts)

_TOLD = ("unit", "procedure", "field", "channel", "level", "officer", "national_code", "limit")
_UNSAID = (None, "")


def receive(turn: Turn, said: Submitted | Accepted) -> None:
    """Take the dossier in; the first submission and the first acceptance are the ones that count."""
    moment = turn.event.at
    if turn.closed:
        turn.note(Rule.BACKWARDS, f"{said.name} after {turn.facts.state}")
    elif said.name == "accepted":
        turn.move(State.ACCEPTED)
        turn.changes["pauses"] = ended(turn.facts.pauses, moment)
    else:
        turn.move(State.SUBMITTED)
    if said.name == "accepted":
        if turn.facts.accepted_at is None:
            turn.changes["accepted_at"] = moment
            turn.changes["due_known_at"] = turn.event.arrived_at
    elif turn.facts.submitted_at is None:
        turn.changes["submitted_at"] = moment
    describe(turn, said)


def describe(turn: Turn, said: Telling) -> None:
    """Take over what the event says about the dossier itself; what it leaves out stays as it was."""
    told = {name: value for name in _TOLD if (value := getattr(said, name, None)) not in _UNSAID}
    turn.changes |= cast("Changes", told)
    if said.name != "submitted" and said.due_at is not None:
        appoint(turn, said.due_at, letter="")


def appoint(turn: Turn, due_at: Moment, *, letter: str) -> None:
    """Appoint the due moment. To move it takes an apology letter, and only once (NĐ 61/2018 art. 19)."""
    facts, changes = turn.facts, turn.changes
    if letter:
        changes["reappointments"] = facts.reappointments + 1
        if facts.reappointments:
            turn.note(Rule.DUE_MOVED, "more than once")
    if facts.appointed_due_at == due_at:
        return
    if not letter and facts.appointed_due_at is not None:
        turn.note(Rule.DUE_MOVED, "no letter")
    changes["appointed_due_at"] = due_at
    changes["appointed_at"] = turn.event.at
    changes["due_known_at"] = turn.event.arrived_at
    if due_at < (turn.event.at if facts.received_at is None else facts.received_at):
        turn.note(Rule.DUE_BEFORE_RECEIPT)


def filled(facts: F, event: Event) -> F:
    """Return the facts with what an echo says where nobody who counts spoke; themselves when it adds nothing."""
    said = event.body
    if not isinstance(said, Submitted | Accepted | Observed):
        return facts
    silent = [name for name in _TOLD if getattr(facts, name) is None]
    found = {name: value for name in silent if (value := getattr(said, name, None)) not in _UNSAID}
    due_at = None if isinstance(said, Submitted) else said.due_at
    if facts.appointed_due_at is None and due_at is not None:
        found |= {"appointed_due_at": due_at, "appointed_at": event.at, "due_known_at": event.arrived_at}
    return msgspec.structs.replace(facts, **found) if found else facts
