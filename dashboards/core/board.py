"""The board: the sum of all tallies, asked for any period of whole days. Plain values in, counts out, no I/O.

It holds the newest tally of each key, so the same records in any order between keys, and with repeats, give the same
figures. A period once asked is kept current by what each tally changes, so that asking again costs nothing.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import date
from typing import Final

from dashboards.core.counts import COHORTS, Counts, Kind, kind_of
from dashboards.core.found import Found
from dashboards.core.periods import Period
from dashboards.core.sums import Packed, Running, Sums, add, counts_of, no_sums
from streams.core.moments import Day, Moment, day_on
from streams.wire.records import Counted, Tally

KEPT_PERIODS: Final = 16


def tally_key(tally: Tally) -> str:
    """Return the key that the tally must stand under: `partition/unit/day`."""
    return f"{tally.partition}/{tally.unit}/{tally.day}"


class Board:
    """The sum of the tallies of every partition; a unit appears with its first tally and stays while it has one."""

    def __init__(self) -> None:
        self.found = Found()
        self._tallies: dict[str, Packed] = {}
        self._counted: dict[int, Moment] = {}
        self._units: defaultdict[str, int] = defaultdict(int)
        self._broken = 0
        self._slots: dict[tuple[int, Kind], int] = {}
        self._asked: OrderedDict[Period, Running] = OrderedDict()

    def put(self, key: str, record: Tally | Counted | None) -> None:
        """Take one record of `unit.tallies`: it replaces the earlier one of its key; None removes it.

        A tally whose key is not its own (tally_key), or whose day is no date, raises ValueError and changes nothing.
        """
        if isinstance(record, Counted):
            self._counted[record.partition] = record.now
            return
        if record is not None and tally_key(record) != key:
            raise ValueError(f"a tally of {tally_key(record)} stands under the key {key}")
        after = None if record is None else self._packed(record)
        before = self._tallies.pop(key, None)
        if before is not None:
            self._apply(before, sign=-1)
            self.found.drop(key)
        if record is not None and after is not None:
            self.found.put(key, record.unit, day=after[1], counts=record.findings)
            self._tallies[key] = after
            self._apply(after, sign=1)

    def _packed(self, tally: Tally) -> Packed:
        day, slots = day_on(date.fromisoformat(tally.day)), self._slots
        places = ((COHORTS.index(cell.cohort), kind_of(cell), cell.count) for cell in tally.cells)
        counts = tuple((slots.setdefault((cohort, kind), len(slots)), count) for cohort, kind, count in places)
        return tally.unit, day, counts

    def _apply(self, packed: Packed, *, sign: int) -> None:
        unit, _, counts = packed
        self._units[unit] += sign
        self._broken += sign * any(count < 0 for _, count in counts)
        for period, running in self._asked.items():
            add(running, packed, period=period, sign=sign)

    def copy(self) -> "Board":
        """Return the board as it stands now, which no later record moves."""
        same = Board()
        same._tallies, same._counted, same._slots = dict(self._tallies), dict(self._counted), dict(self._slots)
        same._units, same._broken, same.found = self._units.copy(), self._broken, self.found.copy()
        return same

    @property
    def units(self) -> tuple[str, ...]:
        """Return the units that have a tally, sorted."""
        return tuple(sorted(unit for unit, tallies in self._units.items() if tallies))

    @property
    def counted(self) -> Mapping[int, Moment]:
        """Return the decide partitions that say they are counted, and up to which moment."""
        return dict(self._counted)

    @property
    def violations(self) -> int:
        """Return how many tallies break conservation: with a count below zero, labels cannot sum to received."""
        return self._broken

    def counts(self, period: Period) -> dict[str, Counts]:
        """Return the counts of every unit in the period; a unit with tallies on other days only has empty ones."""
        running = self._asked.get(period)
        if running is None:
            running = self._asked[period] = defaultdict(no_sums)
            for packed in self._tallies.values():
                add(running, packed, period=period, sign=1)
            if len(self._asked) > KEPT_PERIODS:
                self._asked.popitem(last=False)
        self._asked.move_to_end(period)
        places, nothing = tuple(self._slots), no_sums()
        return {unit: counts_of(places, *running.get(unit, nothing)) for unit in self.units}

    def on_days(self, unit: str, days: Set[Day]) -> Counts:
        """Return the unit's cohorts of these days alone; nothing is carried over."""
        sums: Sums = defaultdict(int)
        for its, day, counts in self._tallies.values():
            if its == unit and day in days:
                for slot, count in counts:
                    sums[slot] += count
        return counts_of(tuple(self._slots), sums, defaultdict(int))


def board_of(records: Iterable[tuple[str, Tally | Counted | None]]) -> Board:
    """Return the board of these records, taken in order."""
    board = Board()
    for key, record in records:
        board.put(key, record)
    return board
