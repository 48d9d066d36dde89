"""The set of events of a dossier: their order, repeats, two contents under one id, and corrections.

Everything here is a function of the set, never of the order of arrival. Nothing leaves the set: a voided event, or the
content that lost, stays in it as evidence and is left out of the fold.
"""

from bisect import insort
from collections import Counter
from typing import TypeAlias

from streams.core.events import Corrected, Event
from streams.core.findings import Finding, Rule
from streams.core.moments import Moment

Events: TypeAlias = tuple[Event, ...]
Name: TypeAlias = tuple[str, str]
"""What names an event: its source, and its id there."""


def place(event: Event) -> tuple[Moment, int, str, str, bytes]:
    """Return the place of the event in the history; the content tells two events of one id and moment apart."""
    return (*event.order, event.content)


def known(events: Events, event: Event) -> Event | None:
    """Return the event of the set that this one repeats: the same source, id and content."""
    for other in events:
        if other.id == event.id and other.content == event.content and other.source == event.source:
            return other
    return None


def joined(events: Events, event: Event) -> Events:
    """Return the set with the event in its place. Of a repeat the earliest arrival is kept."""
    same = known(events, event)
    if same is not None:
        if same.arrived_at <= event.arrived_at:
            return events
        events = tuple(other for other in events if other is not same)
    placed = list(events)
    insort(placed, event, key=place)
    return tuple(placed)


def standing(events: Events) -> tuple[Events, tuple[Finding, ...]]:
    """Return the events that count, in order, and what was odd about the others.

    Of one id with two contents the lower content counts. A correction voids the event of its source that it names,
    wherever the two stand in the order, and a correction may be corrected itself.
    """
    chosen, findings = _one_content_each(events)
    corrections = [event for event in chosen if isinstance(event.body, Corrected)]
    if not corrections:
        return chosen, findings
    names = {(event.source, event.id) for event in chosen}
    findings += tuple(
        Finding(Rule.CORRECTION, (event.id, _voided(event)[1]), event.at, "voids an unknown event")
        for event in corrections
        if _voided(event) not in names
    )
    voids = _in_force(corrections)
    return tuple(event for event in chosen if (event.source, event.id) not in voids), findings


def _voided(correction: Event) -> Name:
    return (correction.source, correction.body.voids if isinstance(correction.body, Corrected) else "")


def _one_content_each(events: Events) -> tuple[Events, tuple[Finding, ...]]:
    names = [(event.source, event.id) for event in events]
    if len(set(names)) == len(names):
        return events, ()
    counts = Counter(names)
    lowest: dict[Name, Event] = {}
    for event in events:
        name = (event.source, event.id)
        if name not in lowest or event.content < lowest[name].content:
            lowest[name] = event
    findings = tuple(
        Finding(Rule.TWO_CONTENTS, (event.id,), event.at, f"{event.source} {event.content.hex()}")
        for event in events
        if counts[event.source, event.id] > 1
    )
    return tuple(event for event in events if lowest[event.source, event.id] is event), findings


def _in_force(corrections: list[Event]) -> set[Name]:
    """Return the names of the events that are void.

    A correction holds once every correction that names it is itself void. Those that name each other in a ring hold
    nobody: neither can be preferred, so what they name stands.
    """
    against: dict[Name, set[Name]] = {}
    for event in corrections:
        against.setdefault(_voided(event), set()).add((event.source, event.id))
    waiting = {(event.source, event.id): _voided(event) for event in corrections}
    void: set[Name] = set()
    while True:
        holding = [name for name in waiting if name not in void and against.get(name, set()) <= void]
        if not holding:
            return void
        for name in holding:
            void.add(waiting.pop(name))
