"""Looks at who is who: everybody must be somebody whom a mail reaches, and no deputy may lead in a circle."""

from collections.abc import Iterator

from alerts.core.people import Directory
from deploy.doctoring.line import Grade, Line
from streams.core.moments import Moment


def looked_at(directory: Directory, *, now: Moment) -> Iterator[Line]:
    """Return a line for each fault, or one that all is well."""
    faults = [*_silent(directory, now), *_circles(directory, now)]
    yield from faults
    if not faults:
        found = f"{len(directory.officers)} officers, {len(directory.units)} units, each can be written to"
        yield Line("people", Grade.FINE, found)


def _silent(directory: Directory, now: Moment) -> Iterator[Line]:
    mute = sorted(each.id for each in directory.officers.values() if not each.address)
    if mute:
        yield Line("people", Grade.WARNING, f"without an address: {', '.join(mute)}", "write it into officers.csv")
    for unit in directory.units.values():
        if not (unit.head or unit.address or unit.successor or unit.has_ended(now)):
            found = f"{unit.id} has neither head nor mailbox"
            yield Line("people", Grade.WARNING, found, "name one in units.csv, or its leader is told of everything")


def _circles(directory: Directory, now: Moment) -> Iterator[Line]:
    told: set[str] = set()
    for officer in directory.officers:
        way = [officer]
        while (away := _away(directory, way[-1], now)) and away not in way:
            way.append(away)
        if away and frozenset(way[way.index(away) :]).isdisjoint(told):
            circle = way[way.index(away) :]
            told.update(circle)
            found = f"away and standing in for each other: {', '.join(circle)}"
            yield Line("people", Grade.WRONG, found, "name another deputy in absences.csv")


def _away(directory: Directory, id: str, now: Moment) -> str:
    officer = directory.officers.get(id)
    absence = None if officer is None else officer.absence(now)
    return "" if absence is None else absence.deputy
