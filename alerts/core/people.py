"""Who is who: the officers and units a notice can be routed to, as one plain value."""

import msgspec

from streams.core.moments import Moment


class Absence(msgspec.Struct, frozen=True):
    """From `since` to before `until` somebody is away; `deputy` is an officer's id, empty where nobody was named."""

    since: Moment
    until: Moment
    deputy: str = ""


class Officer(msgspec.Struct, frozen=True):
    """One officer; without an address nobody can write to them, and whoever is next is told."""

    id: str
    name: str
    unit: str
    address: str = ""
    absences: tuple[Absence, ...] = ()

    def absence(self, at: Moment) -> Absence | None:
        """Return the absence that `at` lies in."""
        return next((away for away in self.absences if away.since <= at < away.until), None)


class Unit(msgspec.Struct, frozen=True):
    """One unit; `head` is an officer's id, `parent` a unit's, `address` its own mailbox; empty where there is none.

    From `ended_at` on the unit is no more and `successor` answers for what it held, else its parent. `group` names its
    hours in the calendar, where it has its own.
    """

    id: str
    name: str
    head: str = ""
    parent: str = ""
    address: str = ""
    successor: str = ""
    group: str = ""
    ended_at: Moment | None = None

    def has_ended(self, at: Moment | None) -> bool:
        """Return whether the unit is no more at `at`; where no time is asked about, it still is."""
        return at is not None and self.ended_at is not None and self.ended_at <= at


class Person(msgspec.Struct, frozen=True):
    """Somebody who can be written to: an officer, or a unit's mailbox."""

    id: str
    name: str
    address: str


class Directory(msgspec.Struct, frozen=True):
    """Officers and units by id; the two kinds of id do not overlap. Addresses are here and nowhere else."""

    officers: dict[str, Officer] = {}
    units: dict[str, Unit] = {}

    def person(self, id: str) -> Person | None:
        """Return who is meant by a recipient id, or None where nobody of that id can be written to."""
        known = self.officers.get(id) or self.units.get(id)
        return Person(id=known.id, name=known.name, address=known.address) if known and known.address else None

    def is_away(self, id: str, at: Moment) -> bool:
        """Return whether an officer is absent, or a unit no more, at `at`."""
        officer, unit = self.officers.get(id), self.units.get(id)
        return (officer is not None and officer.absence(at) is not None) or (unit is not None and unit.has_ended(at))

    def unit_name(self, id: str) -> str:
        """Return the unit's name, or its id where it is not in the directory."""
        unit = self.units.get(id)
        return unit.name if unit else id

    def name(self, id: str) -> str:
        """Return an officer's name, or a unit's, or the id itself."""
        officer = self.officers.get(id)
        return officer.name if officer else self.unit_name(id)
