"""Who is told: the officer, else the head of the unit, else the unit's mailbox, else the next accountable unit's.

Nobody is an orphan: whoever cannot be told is passed over with the reason, and the next accountable person is told. The
same fields and the same directory always give the same recipient, so a withdrawal finds the way its notice went.
"""

import enum
from collections.abc import Collection, Iterator

import msgspec

from alerts.core.people import Directory, Unit


class Via(enum.StrEnum):
    """As what somebody is told."""

    OFFICER = "officer"
    HEAD = "head"
    MAILBOX = "mailbox"
    HEAD_ABOVE = "head_above"
    MAILBOX_ABOVE = "mailbox_above"


class Why(enum.StrEnum):
    """Why somebody was passed over."""

    NOT_NAMED = "not_named"
    UNKNOWN = "unknown"
    NO_ADDRESS = "no_address"
    REFUSED = "refused"


class PassedOver(msgspec.Struct, frozen=True):
    """One place on the way that could not be told; `id` is empty where nobody was named."""

    via: Via
    id: str
    why: Why


class Route(msgspec.Struct, frozen=True):
    """Who is told and as what; `recipient` is empty and `via` None where nobody below could be told."""

    recipient: str
    via: Via | None
    passed_over: tuple[PassedOver, ...] = ()


def route(directory: Directory, *, unit: str, officer: str | None, refused: Collection[str] = ()) -> Route:
    """Return the first accountable person who can be told; `refused` are the ids whose mail server refused them."""
    passed: list[PassedOver] = []
    for via, id in _accountable(directory, unit=unit, officer=officer):
        why = _hindrance(directory, id, refused)
        if why is None:
            return Route(recipient=id, via=via, passed_over=tuple(passed))
        passed.append(PassedOver(via=via, id=id, why=why))
    return Route(recipient="", via=None, passed_over=tuple(passed))


def _accountable(directory: Directory, *, unit: str, officer: str | None) -> Iterator[tuple[Via, str]]:
    yield Via.OFFICER, officer or ""
    for height, above in enumerate(_upwards(directory, unit)):
        yield (Via.HEAD_ABOVE if height else Via.HEAD), above.head
        yield (Via.MAILBOX_ABOVE if height else Via.MAILBOX), above.id


def _upwards(directory: Directory, unit: str) -> Iterator[Unit]:
    # A tree kept by hand can run in a circle; each unit is asked once.
    seen: set[str] = set()
    while unit not in seen and unit in directory.units:
        seen.add(unit)
        yield directory.units[unit]
        unit = directory.units[unit].parent


def _hindrance(directory: Directory, id: str, refused: Collection[str]) -> Why | None:
    if not id:
        return Why.NOT_NAMED
    if id not in directory.officers and id not in directory.units:
        return Why.UNKNOWN
    if directory.person(id) is None:
        return Why.NO_ADDRESS
    return Why.REFUSED if id in refused else None
