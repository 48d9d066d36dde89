"""Who is who: the officers and units a notice can be routed to, as one plain value."""

import msgspec


class Officer(msgspec.Struct, frozen=True):
    """One officer; without an address nobody can write to them, and whoever is next is told."""

    id: str
    name: str
    unit: str
    address: str = ""


class Unit(msgspec.Struct, frozen=True):
    """One unit; `head` is an officer's id, `parent` a unit's, `address` its own mailbox; empty where there is none."""

    id: str
    name: str
    head: str = ""
    parent: str = ""
    address: str = ""


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

    def unit_name(self, id: str) -> str:
        """Return the unit's name, or its id where it is not in the directory."""
        unit = self.units.get(id)
        return unit.name if unit else id
