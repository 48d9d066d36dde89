"""The sheet that `/metrics` shows: one block for each unit and period, at most so many series, the rest counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dashboards.core.counts import Counts, by_label, total
from dashboards.core.rates import Rate, rates_of
from streams.core.findings import Rule
from streams.core.labels import Label
from streams.core.moments import Moment

MOST_SERIES: Final = 10_000
SINGLE_SERIES: Final = 7
"""The figures about the sheet itself: complete, counted, as of, violations, left out, unreadable, unreceived."""


@dataclass(frozen=True, slots=True)
class Block:
    """What is shown of one unit in one period: every label, what was received, and the rates that have a value."""

    unit: str
    period: str
    labels: Mapping[Label, int]
    received: int
    rates: tuple[Rate, ...]

    @property
    def series(self) -> int:
        """Return how many series the block takes."""
        return len(self.labels) + 1 + len(self.rates)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The blocks shown, how many series of others were left out, and what is wrong with the whole.

    `complete` is False while a partition is missing or a record cannot be read; `counted` partitions stand counted.
    `unreceived` dossiers, at the least, have no day of receipt, so that no block holds them. `as_of` is the latest
    moment that is counted, None before any is; `names` says what people call each unit of the blocks.
    `findings` are the dossiers of all days of which a finding holds, by unit and rule.
    """

    blocks: tuple[Block, ...] = ()
    left_out: int = 0
    complete: bool = False
    counted: int = 0
    violations: int = 0
    unreadable: int = 0
    unreceived: int = 0
    as_of: Moment | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[tuple[str, Rule], int] = field(default_factory=dict)


def block_of(unit: str, period: str, counts: Counts) -> Block:
    """Return the block of one unit in the period of that name."""
    rates = tuple(rate for rate in rates_of(counts) if rate.value is not None)
    return Block(unit, period, by_label(counts.received), total(counts.received), rates)


def fitted(blocks: Sequence[Block], most: int = MOST_SERIES - SINGLE_SERIES) -> tuple[tuple[Block, ...], int]:
    """Return the blocks that fit and how many series of the others do not.

    Whole blocks only, so that no unit is shown in part: period by period as they come, in each the units that received
    most first. After the first that does not fit none is shown, or a small unit would stand in for a great one.
    """
    periods = {period: place for place, period in enumerate(dict.fromkeys(block.period for block in blocks))}
    ordered = sorted(blocks, key=lambda block: (periods[block.period], -block.received, block.unit))
    taken = 0
    for place, block in enumerate(ordered):
        if taken + block.series > most:
            return tuple(ordered[:place]), sum(left.series for left in ordered[place:])
        taken += block.series
    return tuple(ordered), 0
