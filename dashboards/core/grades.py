"""Grade bands: configuration with a citation, never law by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Grade:
    """A band from `at_least` points up to the next one; `confirmed`: its citation was checked against the text."""

    name: str
    at_least: Fraction
    citation: str
    confirmed: bool = False

    def __post_init__(self) -> None:
        """Refuse a band that nobody can look up."""
        if not self.citation.strip():
            raise ValueError(f"the grade {self.name} cites nothing")


def grade_of(points: Fraction, grades: Iterable[Grade]) -> Grade | None:
    """Return the highest band that the points reach; None below all of them."""
    reached = [grade for grade in grades if points >= grade.at_least]
    return max(reached, key=lambda grade: grade.at_least, default=None)
