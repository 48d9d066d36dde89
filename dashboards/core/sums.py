"""Sums of tallies: what half a million of them are packed into, so that any period is added up in a second."""

from collections import defaultdict
from typing import Final, TypeAlias

from dashboards.core.counts import COHORTS, Counts, Kind
from dashboards.core.periods import Period
from streams.core.counting import Cohort
from streams.core.moments import Day

# A cohort and kind is written as a number: its place in the board's list.
Packed: TypeAlias = tuple[str, Day, tuple[tuple[int, int], ...]]
"""A tally's unit, its day, and the count of each slot."""
Sums: TypeAlias = defaultdict[int, int]
Running: TypeAlias = defaultdict[str, tuple[Sums, Sums]]
"""For each unit the sums of a period's own days, and of all days before it."""


_CARRIED: Final = tuple({Cohort.RECEIVED: 1, Cohort.CLOSED: -1}.get(cohort, 0) for cohort in COHORTS)
"""How a received or closed dossier of an earlier day counts in what is carried over."""


def no_sums() -> tuple[Sums, Sums]:
    """Return the sums of a unit of which nothing is counted."""
    return defaultdict(int), defaultdict(int)


def add(running: Running, packed: Packed, *, period: Period, sign: int) -> None:
    """Add the tally to the sums of its unit, or take it out (`sign` -1)."""
    unit, day, counts = packed
    if day <= period.last:
        sums = running[unit][day < period.first]
        for slot, count in counts:
            sums[slot] += sign * count


def counts_of(places: tuple[tuple[int, Kind], ...], own: Sums, past: Sums) -> Counts:
    """Return the counts of a unit from its sums; `places` says which cohort and kind each slot is."""
    cohorts: tuple[dict[Kind, int], ...] = tuple({} for _ in COHORTS)
    for slot, count in own.items():
        cohort, kind = places[slot]
        if count:
            cohorts[cohort][kind] = count
    carried: defaultdict[Kind, int] = defaultdict(int)
    for slot, count in past.items():
        cohort, kind = places[slot]
        # A closed dossier is of one kind in all its cohorts, so its closing takes out the very one that was received.
        carried[kind] += count * _CARRIED[cohort]
    received, accepted, due, closed = cohorts
    return Counts(received, accepted, due, closed, {kind: count for kind, count in carried.items() if count})
