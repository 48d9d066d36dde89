"""Receipt and appointment: what an event says about the dossier itself, and about the due moment it was given."""

from typing import TypeAlias, TypeVar

import msgspec

from streams.core.events import Accepted, Event, Observed, Submitted
from streams.core.facts import Facts
from streams.core.findings import Rule
from streams.core.labels import State
from streams.core.moments import Moment
from streams.core.pausing import ended
from streams.core.transitions import Turn

Telling: TypeAlias = Submitted | Accepted | Observed
F = TypeVar("F", bound=Facts)

_TOLD = ("unit", "procedure", "field", "channel", "level", "officer", "national_code", "limit")


def receive(turn: Turn, said: Submitted | Accepted) -> None:
    """Take the dossier in; the first submission and the first acceptance are the ones that count."""
    moment = turn.event.at
    if turn.closed:
        turn.note(Rule.BACKWARDS, f"{said.name} after {turn.facts.state}")
    elif isinstance(said, Accepted):
        turn.move(State.ACCEPTED)
        turn.changes["pauses"] = ended(turn.facts.pauses, moment)
    else:
        turn.move(State.SUBMITTED)
    if isinstance(said, Accepted):
        if turn.facts.accepted_at is None:
            turn.changes["accepted_at"] = moment
            turn.changes["due_known_at"] = turn.event.arrived_at
    elif turn.facts.submitted_at is None:
        turn.changes["submitted_at"] = moment
    describe(turn, said)


def describe(turn: Turn, said: Telling) -> None:
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
    """Return the facts with what an echo says where nobody who counts said anything; themselves when it adds nothing."""
    said = event.body
    if not isinstance(said, Submitted | Accepted | Observed):
        return facts
    told = {name: getattr(said, name, None) for name in _TOLD if getattr(facts, name) is None}
    found = {name: value for name, value in told.items() if value not in {None, ""}}
    due_at = None if isinstance(said, Submitted) else said.due_at
    if facts.appointed_due_at is None and due_at is not None:
        found |= {"appointed_due_at": due_at, "appointed_at": event.at, "due_known_at": event.arrived_at}
    return msgspec.structs.replace(facts, **found) if found else facts
