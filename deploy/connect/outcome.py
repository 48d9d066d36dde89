"""What came of an import: counts of rows and events, and everything that needs a person."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from deploy.connect.headings import Headings
from deploy.connect.rows import Problem
from streams.core.moments import Moment

MOST_KEPT: Final = 10_000
"""Problems that are remembered; all are told and counted."""


class Missing(NamedTuple):
    """A dossier that was open in an earlier export and is in none since that moment."""

    dossier: str
    since: Moment
    state: str


@dataclass(slots=True)
class Outcome:
    """What came of an import: counts of rows and events, and everything that was odd."""

    rows: int = 0
    unchanged: int = 0
    changed: int = 0
    unread: int = 0
    events: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    without_date: int = 0
    missing: list[Missing] = field(default_factory=list)
    closed_and_gone: int = 0
    headings: Headings | None = None

    def refuse(self, *problems: Problem) -> None:
        """Count a row that was left out, and remember why."""
        self.unread += 1
        self.problem_count += len(problems)
        self.problems += problems[: max(MOST_KEPT - len(self.problems), 0)]

    @property
    def sound(self) -> bool:
        """Whether nothing needs a person."""
        return not (self.problem_count or self.missing or self.unmapped)
