"""The founding article's table and short ways to write tallies, for every test of the scoreboard's core."""

from typing import Final

from dashboards.core.counts import verdict_of
from streams.core.counting import Cohort
from streams.core.labels import Cause, Label, Verdict
from streams.wire.records import Cell, Tally

MUONG_NHE: Final = {
    Label.CLOSED_EARLY: 30,
    Label.CLOSED_ON_TIME: 20,
    Label.OPEN_IN_TIME: 12,
    Label.OPEN_DUE_SOON: 5,
    Label.PAUSED: 3,
    Label.CLOSED_LATE: 431,
    Label.OPEN_OVERDUE: 32,
    Label.STOPPED: 1,
    Label.UNCLASSIFIED: 10,
}
"""Báo Điện Biên Phủ, 10/07/2020: 544 received; early and on time, and the three kinds of not yet due, split by us."""


def cell(
    cohort: Cohort,
    label: Label,
    count: int = 1,
    *,
    cause: Cause = Cause.NONE,
    board: Verdict | None = None,
    channel: str = "",
    level: int = 0,
) -> Cell:
    """Give a cell; the board's verdict is the one that the label implies unless it is told."""
    return Cell(cohort, label, cause, verdict_of(label) if board is None else board, "", channel, level, count)


def tally(unit: str, day: str, *cells: Cell, partition: int = 0) -> Tally:
    """Give a tally of one day."""
    return Tally(partition=partition, unit=unit, day=day, cells=cells)
