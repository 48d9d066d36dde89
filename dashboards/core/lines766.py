"""The lines of the 766 index: how many points each has, from where on in full, and by which source that is known.

They are configuration; a weight known from memory only is marked so (`confirmed` False) and not to be printed as law.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

FORMULA: Final = "formula document of the 766 index"
MEMORY: Final = "766/QĐ-TTg, weight not checked against the text"


class Measure(enum.StrEnum):
    """The rate of a line that tallies can give."""

    PROGRESS = "progress"
    ONLINE = "online"
    SYNCHRONISED = "synchronised"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: points up to `maximum`, in full from `threshold` on (1: linear); `measure` None: a file gives them."""

    name: str
    maximum: Fraction
    threshold: Fraction = Fraction(1)
    measure: Measure | None = None
    citation: str = MEMORY
    confirmed: bool = False


LINES766: Final = (
    Line("transparency", Fraction(18), Fraction(80, 100)),
    Line("progress", Fraction(20), Fraction(1), Measure.PROGRESS, citation=FORMULA, confirmed=True),
    Line("online_service", Fraction(12), Fraction(50, 100), Measure.ONLINE, citation=FORMULA, confirmed=True),
    Line("online_payment", Fraction(10), Fraction(80, 100)),
    Line("digitisation", Fraction(22), Fraction(80, 100)),
    Line("satisfaction", Fraction(18), Fraction(90, 100)),
)
"""The whole index; `divided` splits a line whose parts are known, as synchronisation within transparency."""


def divided(lines: Iterable[Line], name: str, parts: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines with one replaced by its parts; parts that do not add up to it raise ValueError."""
    whole = tuple(lines)
    found = [line for line in whole if line.name == name]
    if len(found) != 1 or sum((part.maximum for part in parts), Fraction(0)) != found[0].maximum:
        raise ValueError(f"the parts of {name} do not add up to its maximum")
    return tuple(piece for line in whole for piece in (parts if line.name == name else (line,)))


def partial_points(rate: Fraction, line: Line) -> Fraction:
    """Return min(1, rate / threshold) of the line's maximum; a rate outside 0 to 1 raises ValueError."""
    if not 0 <= rate <= 1:
        raise ValueError(f"{line.name}: a rate lies between 0 and 1, not at {rate}")
    return min(Fraction(1), rate / line.threshold) * line.maximum
