"""Temporal units: who answers today for what a unit received before it was merged or abolished.

On 1 July 2025 districts were abolished and communes merged: a ranking over that day puts a predecessor's dossiers on
its one successor. A unit split among several, or abolished without a successor, stays itself: nobody answers for it.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboards.core.counts import Counts
from streams.core.moments import Day


@dataclass(frozen=True, slots=True)
class Successor:
    """`unit` answers from the day `since` for what `predecessor` did; several of one predecessor are a split."""

    predecessor: str
    unit: str
    since: Day


class Fate(enum.StrEnum):
    """What became of a unit: it stands, its dossiers moved whole, or they can be attributed to no single one."""

    STANDS = "stands"
    MERGED = "merged"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Heir:
    """The unit that answers, and why it is this one."""

    unit: str
    fate: Fate


def heir_of(unit: str, successors: Iterable[Successor], *, on: Day) -> Heir:
    """Return who answers for the unit on the day, following mergers of mergers; a circle raises ValueError.

    A unit that succeeds itself, others having been merged into it under its name, stands.
    """
    since: dict[str, set[str]] = {}
    for line in successors:
        if line.since <= on:
            since.setdefault(line.predecessor, set()).add(line.unit)
    met, now = {unit}, unit
    while (following := since.get(now, {now})) != {now}:
        if len(following) > 1:
            return Heir(now, Fate.SPLIT)
        (now,) = following
        if now in met:
            raise ValueError(f"the successors of {unit} go round in a circle at {now}")
        met.add(now)
    return Heir(now, Fate.STANDS if now == unit else Fate.MERGED)


@dataclass(frozen=True, slots=True)
class Succeeded:
    """Counts by the unit that answers; `merged` says who came into whom, `split` who could be given to nobody."""

    units: Mapping[str, Counts]
    merged: Mapping[str, str]
    split: tuple[str, ...]


def succeeded(units: Mapping[str, Counts], successors: Iterable[Successor], *, on: Day) -> Succeeded:
    """Return the counts as the units stand on the day; the sum over all units is unchanged."""
    known = tuple(successors)
    heirs = {unit: heir_of(unit, known, on=on) for unit in sorted(units)}
    answered: dict[str, Counts] = {}
    for unit, heir in heirs.items():
        answered[heir.unit] = answered.get(heir.unit, Counts()) + units[unit]
    return Succeeded(
        units=answered,
        merged={unit: heir.unit for unit, heir in heirs.items() if heir.unit != unit},
        split=tuple(unit for unit, heir in heirs.items() if heir.fate is Fate.SPLIT),
    )
