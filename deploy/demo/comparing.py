"""Published against computed: the article's lines beside what the pipeline counted."""

from dataclasses import dataclass
from typing import Any

from dashboards.core.board import Board
from dashboards.core.counts import by_label
from dashboards.core.periods import Period
from deploy.demo.article import LINES, TABLES, Published
from streams.core.moments import day_on


@dataclass(frozen=True, slots=True)
class Compared:
    """One table of the article and what came out."""

    name: str
    published: dict[str, int]
    computed: dict[str, int]

    @property
    def equal(self) -> bool:
        """Whether every figure that was published came out."""
        return self.published == self.computed

    def as_dict(self) -> dict[str, Any]:
        """Return the table as `--json` prints it."""
        return {"name": self.name, "published": self.published, "computed": self.computed, "equal": self.equal}


def compared(board: Board) -> list[Compared]:
    """Return every table of the article beside the board's figures."""
    return [Compared(table.name, table.figures, _computed(board, table)) for table in TABLES]


def _computed(board: Board, table: Published) -> dict[str, int]:
    counts = board.counts(Period(day_on(table.first), day_on(table.last)))
    units = counts if table.units is None else table.units
    labels = [by_label(counts[unit].received) for unit in units if unit in counts]
    lines = {line: sum(each[label] for each in labels for label in of) for line, of in LINES.items()}
    lines["received"] = sum(sum(each.values()) for each in labels)
    return {name: lines[name] for name in table.figures}
