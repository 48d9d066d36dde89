"""The service index of decision 766/QĐ-TTg, 100 points: computed where events allow it, else from a file.

Each line says where its points come from: computed from tallies with the raw counts, taken from a file with its source,
or missing. What a file gives for a line that was computed is not used, and shown.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from dashboards.core.counts import Counts
from dashboards.core.lines766 import LINES766, Line, Measure, partial_points
from dashboards.core.rates import RateName, online, rate_of, synchronised


class Origin(enum.StrEnum):
    """Where a line's points come from."""

    COMPUTED = "computed"
    FILE = "file"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Given:
    """A line's points, or its rate, as a file states them, with where the file has them from. One of the two."""

    line: str
    source: str
    points: Fraction | None = None
    rate: Fraction | None = None

    def __post_init__(self) -> None:
        if (self.points is None) == (self.rate is None) or not self.source.strip():
            raise ValueError(f"{self.line}: give either points or a rate, and the source")


@dataclass(frozen=True, slots=True)
class Scored:
    """One line's points; `numerator` and `denominator` where it was computed, `source` where it was taken.

    `overruled` is what a file gave for a line that was computed.
    """

    line: Line
    points: Fraction | None
    origin: Origin
    numerator: int | None = None
    denominator: int | None = None
    source: str = ""
    overruled: Given | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """The lines and their sum; `missing` lines have no points, and the sum is then of the others only."""

    lines: tuple[Scored, ...]

    @property
    def total(self) -> Fraction:
        """Return the points of the lines that have any."""
        return sum((line.points for line in self.lines if line.points is not None), Fraction(0))

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the names of the lines without points."""
        return tuple(line.line.name for line in self.lines if line.points is None)


def measured(measure: Measure, counts: Counts) -> tuple[int, int]:
    """Return numerator and denominator of what the tallies say of the line."""
    match measure:
        case Measure.PROGRESS:
            progress = rate_of(counts, RateName.BOARD766)
            return progress.numerator, progress.denominator
        case Measure.ONLINE:
            return online(counts)
        case Measure.SYNCHRONISED:
            return synchronised(counts)
        case _:
            assert_never(measure)


def _scored(line: Line, counts: Counts, given: Given | None) -> Scored:
    if line.measure is not None:
        numerator, denominator = measured(line.measure, counts)
        if denominator > 0:
            computed = partial_points(Fraction(numerator, denominator), line)
            return Scored(line, computed, Origin.COMPUTED, numerator, denominator, overruled=given)
    if given is None:
        return Scored(line, None, Origin.MISSING)
    points = given.points if given.rate is None else partial_points(given.rate, line)
    if points is None or not 0 <= points <= line.maximum:
        raise ValueError(f"{line.name}: {points} points of {line.maximum}")
    return Scored(line, points, Origin.FILE, source=given.source)


def index_of(counts: Counts, given: Iterable[Given], lines: tuple[Line, ...] = LINES766) -> Index:
    """Return the index: a line is computed, else as given, else missing; one given for no line raises ValueError."""
    by_line = {entry.line: entry for entry in given}
    if unknown := by_line.keys() - {line.name for line in lines}:
        raise ValueError(f"no such line in the index: {', '.join(sorted(unknown))}")
    return Index(tuple(_scored(line, counts, by_line.get(line.name)) for line in lines))
