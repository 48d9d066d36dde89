"""The lines of a report that speak of all units together: months, the 766 index, levels of service."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from dashboards.core.board import Board
from dashboards.core.counts import CLOSED_IN_TIME, LATE, Counts, total
from dashboards.core.grades import Grade, grade_of
from dashboards.core.index766 import Index, Origin, Scored
from dashboards.core.lines766 import Measure
from dashboards.core.periods import Period
from dashboards.core.rates import synchronised
from dashboards.core.report import GradeLine, IndexLine, LevelLine, MonthLine
from streams.core.moments import Day, date_of, day_on

MOST_MONTHS: Final = 24
UNWEIGHTED: Final = "no weight is configured (lines766.csv)"


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


def index_lines(index: Index, counts: Counts) -> tuple[IndexLine, ...]:
    """Return the lines of the 766 index; synchronisation is shown with its counts even while it has no weight."""
    shown = tuple(_index_line(scored) for scored in index.lines)
    if any(scored.line.measure is Measure.SYNCHRONISED for scored in index.lines):
        return shown
    part, whole = synchronised(counts)
    name, origin = Measure.SYNCHRONISED.value, Origin.COMPUTED.value
    return (*shown, IndexLine(name, "", "", origin, UNWEIGHTED, confirmed=False, part=part, whole=whole))


def _index_line(scored: Scored) -> IndexLine:
    given = scored.overruled
    return IndexLine(
        scored.line.name,
        f"{float(scored.line.maximum):g}",
        "" if scored.points is None else f"{float(scored.points):.2f}",
        scored.origin.value,
        scored.source or scored.line.citation,
        scored.line.confirmed,
        scored.numerator,
        scored.denominator,
        ""
        if given is None
        else f"{float(given.points if given.points is not None else given.rate or 0):g} ({given.source})",
    )


def grade_line(index: Index, grades: tuple[Grade, ...]) -> GradeLine | None:
    """Return the band of the index's sum; none while lines are missing, for what is not counted is not nought."""
    if not grades:
        return None
    points, missing = f"{float(index.total):.2f}", index.missing
    grade = None if missing else grade_of(index.total, grades)
    if grade is None:
        return GradeLine(points, "", "", "", confirmed=False, missing=missing)
    return GradeLine(points, grade.name, f"{float(grade.at_least):g}", grade.citation, grade.confirmed)


def levels_of(counts: Counts) -> tuple[LevelLine, ...]:
    """Return levels 3 and 4, and any other that occurs, with what of it was handed in online."""
    found: dict[int, list[int]] = {3: [0, 0], 4: [0, 0]}
    for kind, count in counts.received.items():
        if kind.level:
            both = found.setdefault(kind.level, [0, 0])
            both[0] += count if kind.channel == "online" else 0
            both[1] += count
    return tuple(LevelLine(level, online, received) for level, (online, received) in sorted(found.items()))
