"""Who is told: the officer or their deputy, else the head of the unit, its mailbox, the next accountable unit's.

Nobody is an orphan: whoever cannot be told is passed over with the reason, and the next accountable person is told. A
notice is routed without a time first, so that its withdrawal, by the same fields, finds the same person; who is absent
is seen when the mail is due, and from there it is passed on.
"""

import enum
from collections.abc import Collection, Iterator
from typing import NamedTuple

import msgspec

from alerts.core.people import Directory, Unit
from streams.core.moments import Moment
from streams.core.stages import Addressee


class Via(enum.StrEnum):
    """As what somebody is told."""

    OFFICER = "officer"
    DEPUTY = "deputy"
    HEAD = "head"
    MAILBOX = "mailbox"
    HEAD_ABOVE = "head_above"
    MAILBOX_ABOVE = "mailbox_above"
    LEADER = "leader"
    """As the one who leads, told of what stayed overdue; the same for the head of a unit."""


class Why(enum.StrEnum):
    """Why somebody was passed over."""

    NOT_NAMED = "not_named"
    UNKNOWN = "unknown"
    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    AWAY = "away"


class PassedOver(msgspec.Struct, frozen=True):
    """One place on the way that could not be told; `id` is empty where nobody was named."""

    via: Via
    id: str
    why: Why


class Route(msgspec.Struct, frozen=True):
    """Who is told and as what; `recipient` is empty and `via` None where nobody below could be told.

    `behalf` is who is absent, where a deputy is told.
    """

    recipient: str
    via: Via | None
    passed_over: tuple[PassedOver, ...] = ()
    behalf: str = ""


class Place(NamedTuple):
    """One place on the way."""

    via: Via
    id: str
    behalf: str = ""


class Concern(msgspec.Struct, frozen=True):
    """What a route depends on: who holds the dossier, whom its notice is for, and when (None: whenever)."""

    unit: str
    officer: str | None
    to: Addressee = Addressee.OFFICER
    at: Moment | None = None


def route(directory: Directory, concern: Concern, *, refused: Collection[str] = ()) -> Route:
    """Return the first accountable person who can be told; `refused` are the ids whose mail server refused them."""
    passed: list[PassedOver] = []
    for via, id, behalf in _places(directory, concern):
        why = _hindrance(directory, id, refused, at=concern.at)
        if why is None:
            return Route(recipient=id, via=via, passed_over=tuple(passed), behalf=behalf)
        passed.append(PassedOver(via=via, id=id, why=why))
    return Route(recipient="", via=None, passed_over=tuple(passed))


def _places(directory: Directory, concern: Concern) -> Iterator[Place]:
    for place in _accountable(directory, concern):
        yield place
        yield from _deputies(directory, place.id, concern.at)


def _accountable(directory: Directory, concern: Concern) -> Iterator[Place]:
    upwards = list(_upwards(directory, concern.unit, concern.at))
    match concern.to:
        case Addressee.OFFICER:
            yield Place(Via.OFFICER, concern.officer or "")
        case Addressee.HEAD if upwards:
            yield Place(Via.LEADER, upwards[0].head)
        case Addressee.LEADER if upwards:
            yield Place(Via.LEADER, upwards[-1].head)
        case _:
            pass
    for height, above in enumerate(upwards):
        yield Place(Via.HEAD_ABOVE if height else Via.HEAD, above.head)
        yield Place(Via.MAILBOX_ABOVE if height else Via.MAILBOX, above.id)


def _deputies(directory: Directory, id: str, at: Moment | None) -> Iterator[Place]:
    """Yield who stands in for an absent officer: their deputy, the deputy's deputy, each once."""
    seen = {id}
    officer = directory.officers.get(id)
    while at is not None and officer is not None and (away := officer.absence(at)) and away.deputy not in seen:
        seen.add(away.deputy)
        if away.deputy:
            yield Place(Via.DEPUTY, away.deputy, id)
        officer = directory.officers.get(away.deputy)


def _upwards(directory: Directory, unit: str, at: Moment | None) -> Iterator[Unit]:
    # A tree kept by hand can run in a circle; each unit is asked once.
    seen: set[str] = set()
    while unit not in seen and unit in directory.units:
        seen.add(unit)
        this = directory.units[unit]
        if this.has_ended(at):
            unit = this.successor or this.parent
        else:
            yield this
            unit = this.parent


def _hindrance(directory: Directory, id: str, refused: Collection[str], *, at: Moment | None) -> Why | None:
    if not id:
        return Why.NOT_NAMED
    if id not in directory.officers and id not in directory.units:
        return Why.UNKNOWN
    if directory.person(id) is None:
        return Why.NO_ADDRESS
    if id in refused:
        return Why.REFUSED
    return Why.AWAY if at is not None and directory.is_away(id, at) else None
