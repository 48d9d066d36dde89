"""What was decided then against what would be decided now: by dossier and stage or verdict."""

import enum
from collections.abc import Iterable, Iterator
from itertools import zip_longest

import msgspec

from deploy.replay.daybook import Decision, What


class How(enum.StrEnum):
    """How the two differ."""

    ONLY_THEN = "only_then"
    ONLY_NOW = "only_now"
    DIFFERENTLY = "differently"


class Difference(msgspec.Struct, frozen=True):
    """One decision that is not the same; at least one of the two is there."""

    how: How
    then: Decision | None
    now: Decision | None

    @property
    def about(self) -> Decision:
        """The decision that it is about: then's where there was one."""
        one = self.then or self.now
        assert one is not None  # noqa: S101 - `differing` makes no other
        return one


def differing(then: Iterable[Decision], now: Iterable[Decision]) -> Iterator[Difference]:
    """Yield every difference, by dossier; moments of deciding, and the order among dossiers, are not compared.

    Of the same dossier's decisions of the same stage or verdict the alike are paired first; what is left over is
    paired in its order, and differs.
    """
    both: dict[tuple[str, What, str], tuple[list[Decision], list[Decision]]] = {}
    for side, decisions in enumerate((then, now)):
        for one in decisions:
            both.setdefault((one.dossier, one.what, one.name), ([], []))[side].append(one)
    for key in sorted(both):
        yield from _pairs(*_unlike(*both[key]))


def alike(then: Decision, now: Decision) -> bool:
    """Return whether two decisions of the same stage or verdict of a dossier say the same.

    A notice's id stands for its clock, its due moment and whom it concerns. What is not known of a notice that is
    no longer kept is not compared.
    """
    if (then.id, then.stage_at) != (now.id, now.stage_at):
        return False
    if then.what is What.NOTICE and not (then.reason and now.reason):
        return True
    return (then.reason, then.due_at) == (now.reason, now.due_at)


def _unlike(then: list[Decision], now: list[Decision]) -> tuple[list[Decision], list[Decision]]:
    left: list[Decision] = []
    rest = list(now)
    for one in then:
        place = next((place for place, other in enumerate(rest) if alike(one, other)), None)
        if place is None:
            left.append(one)
        else:
            del rest[place]
    return left, rest


def _pairs(then: list[Decision], now: list[Decision]) -> Iterator[Difference]:
    for before, after in zip_longest(then, now):
        how = How.ONLY_THEN if after is None else How.ONLY_NOW if before is None else How.DIFFERENTLY
        yield Difference(how, before, after)
