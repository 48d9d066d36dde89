"""The lines of a report that speak of all units together: months, the 766 index, levels of service."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from dashboards.core.board import Board
from dashboards.core.counts import CLOSED_IN_TIME, LATE, Counts, total
from dashboards.core.index766 import Given, index_of
from dashboards.core.periods import Period
from dashboards.core.report import IndexLine, LevelLine, MonthLine
from streams.core.moments import Day, date_of, day_on

MOST_MONTHS: Final = 24


def months_of(board: Board, period: Period, *, until: Day) -> Iterable[MonthLine]:
    """Yield the period's months up to the day `until`, the last MOST_MONTHS of them, as what came in stands now."""
    last = min(period.last, max(until, period.first))
    end = date_of(last)
    earliest = end.year * 12 + end.month - MOST_MONTHS
    month = date_of(max(period.first, day_on(date(max(1, earliest // 12), earliest % 12 + 1, 1)))).replace(day=1)
    while day_on(month) <= last:
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        days = Period(max(day_on(month), period.first), min(day_on(after) - 1, last))
        received = sum(board.counts(days).values(), Counts()).received
        yield MonthLine(f"{month:%Y-%m}", total(received), total(received, CLOSED_IN_TIME), total(received, LATE))
        month = after


def index_lines(counts: Counts, given: tuple[Given, ...]) -> tuple[IndexLine, ...]:
    """Return the lines of the 766 index, computed, from a file or missing."""
    return tuple(
        IndexLine(
            line.line.name,
            f"{float(line.line.maximum):g}",
            "" if line.points is None else f"{float(line.points):.2f}",
            line.origin.value,
            line.source or line.line.citation,
            line.line.confirmed,
        )
        for line in index_of(counts, given).lines
    )


def levels_of(counts: Counts) -> tuple[LevelLine, ...]:
    """Return levels 3 and 4, and any other that occurs, with what of it was handed in online."""
    found: dict[int, list[int]] = {3: [0, 0], 4: [0, 0]}
    for kind, count in counts.received.items():
        if kind.level:
            both = found.setdefault(kind.level, [0, 0])
            both[0] += count if kind.channel == "online" else 0
            both[1] += count
    return tuple(LevelLine(level, online, received) for level, (online, received) in sorted(found.items()))
