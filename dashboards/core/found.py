"""Of how many dossiers, by unit and rule, a finding holds: kept current by each tally, asked for all days or some."""

from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

from dashboards.core.periods import Period
from streams.core.findings import Rule
from streams.core.moments import Day
from streams.wire.records import Found as Count

ByUnit: TypeAlias = Mapping[tuple[str, Rule], int]
"""Dossiers by unit and rule; what is 0 is left out."""


class Found:
    """The findings of the tallies that are held; only tallies with findings take room."""

    def __init__(self) -> None:
        self._tallies: dict[str, tuple[str, Day, tuple[Count, ...]]] = {}
        self._all: Counter[tuple[str, Rule]] = Counter()

    def put(self, key: str, unit: str, *, day: Day, counts: tuple[Count, ...]) -> None:
        """Take what a tally says; it replaces what the earlier one of its key said."""
        self.drop(key)
        if counts:
            self._tallies[key] = (unit, day, counts)
            self._add(unit, counts, 1)

    def drop(self, key: str) -> None:
        """Forget what the tally of a key said."""
        unit, _, counts = self._tallies.pop(key, ("", 0, ()))
        self._add(unit, counts, -1)

    def _add(self, unit: str, counts: tuple[Count, ...], sign: int) -> None:
        for count in counts:
            place = (unit, count.rule)
            self._all[place] += sign * count.count
            if not self._all[place]:
                del self._all[place]

    @property
    def everywhere(self) -> ByUnit:
        """Return the counts of all days there are."""
        return dict(sorted(self._all.items()))

    def within(self, period: Period) -> ByUnit:
        """Return the counts of the dossiers received in the period."""
        together: Counter[tuple[str, Rule]] = Counter()
        for unit, day, counts in self._tallies.values():
            if day in period:
                for count in counts:
                    together[unit, count.rule] += count.count
        return dict(sorted(together.items()))

    def copy(self) -> "Found":
        """Return the same as a value of its own."""
        same = Found()
        same._tallies, same._all = dict(self._tallies), self._all.copy()
        return same
