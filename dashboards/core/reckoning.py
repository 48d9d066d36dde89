"""The reckoning: what was read of `unit.tallies`, what of it could not be read, and whether it is everything."""

from collections.abc import Mapping, Sequence

from dashboards.core.board import Board
from dashboards.core.counts import unreceived
from dashboards.core.periods import ALL, Period
from dashboards.core.sheet import MOST_SERIES, SINGLE_SERIES, Sheet, block_of, fitted
from streams.wire.records import Counted, Tally


class Reckoning:
    """A board and the keys that are missing from it; `partitions` are the decide partitions that must stand counted."""

    def __init__(self, partitions: frozenset[int]) -> None:
        """Begin with nothing read."""
        self.board = Board()
        self._unreadable: dict[str, str] = {}
        self._partitions = partitions

    def take(self, records: Mapping[str, Tally | Counted | None], unreadable: Mapping[str, str]) -> dict[str, str]:
        """Take the newest record of each key; return the keys that could not be taken, with why.

        `unreadable` are keys whose record was no tally. What an unreadable record replaced holds no longer, so it is
        removed, and the whole is incomplete until the key is written again.
        """
        refused = dict(unreadable)
        for key, record in records.items():
            try:
                self.board.put(key, record)
            except ValueError as why:
                refused[key] = str(why)
        for key in refused:
            self.board.put(key, None)
        self._unreadable = {key: why for key, why in self._unreadable.items() if key not in records} | refused
        return refused

    @property
    def complete(self) -> bool:
        """Whether every partition stands counted and no record is missing."""
        return not self._unreadable and self.board.counted.keys() >= self._partitions

    def sheet(
        self, periods: Sequence[tuple[str, Period]], names: Mapping[str, str] | None = None, *, beside: int = 0
    ) -> Sheet:
        """Return what is to be shown for these periods, each under its name, where `beside` series are shown too.

        `names` are those of the units by id.
        """
        blocks = [
            block_of(unit, name, counts)
            for name, period in periods
            for unit, counts in self.board.counts(period).items()
        ]
        called = {unit: (names or {}).get(unit, unit) for unit in self.board.units}
        findings = self.board.found.everywhere
        shown, left_out = fitted(blocks, MOST_SERIES - SINGLE_SERIES - len(called) - len(findings) - beside)
        counted = len(self.board.counted.keys() & self._partitions)
        return Sheet(
            shown,
            left_out,
            complete=self.complete,
            counted=counted,
            violations=self.board.violations,
            unreadable=len(self._unreadable),
            as_of=max(self.board.counted.values(), default=None),
            names=called,
            findings=findings,
            unreceived=sum(unreceived(counts) for counts in self.board.counts(ALL).values()),
        )
