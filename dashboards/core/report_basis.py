"""What the ranking of a report rests on: its rules, and whom a signed record exempts from them."""

import msgspec


class Exempt(msgspec.Struct, frozen=True):
    """A signed exemption that was applied, and how many received dossiers it took out of the ranking."""

    unit: str
    first: str
    last: str
    reason: str
    document: str
    signed_by: str
    received: int


class Basis(msgspec.Struct, frozen=True):
    """What the ranking rests on: rate, view, order, minimum volume, exemptions, mergers."""

    rate: str
    view: str
    order: str
    minimum: int
    exempt: tuple[Exempt, ...] = ()
    merged: dict[str, str] = {}
