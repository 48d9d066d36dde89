"""What a ranking and an index rest on, from files a clerk keeps: exemptions, successors, index lines, procedures.

`exemptions.csv` unit,first,last,reason,document,signed_by,signed_on · `successors.csv` predecessor,unit,since ·
`index766.csv` line,points,rate,source · `lines766.csv` of,line,maximum,threshold,measure,citation,confirmed ·
`grades.csv` name,at_least,citation,confirmed · `procedures.csv` id,name. A file that is not there says nothing.
"""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from dashboards.core.emulation import Grounds
from dashboards.core.exemptions import Exemption
from dashboards.core.grades import Grade
from dashboards.core.index766 import Given
from dashboards.core.lines766 import LINES766, Line, Measure, divided
from dashboards.core.periods import Period
from dashboards.core.ranking import Rules
from dashboards.core.succession import Successor
from streams.core.moments import Day, day_on

Read = TypeVar("Read")


class BadGrounds(ValueError):
    """A line of these files cannot be used; the message names file and line."""


def grounds_in(folder: Path, rules: Rules) -> Grounds:
    """Return exemptions and successors with the rules; raises BadGrounds."""
    exemptions = tuple(_each(folder / "exemptions.csv", _exemption))
    return Grounds(rules, exemptions, tuple(_each(folder / "successors.csv", _successor)))


def given_in(folder: Path) -> tuple[Given, ...]:
    """Return the lines of the index that the file gives; raises BadGrounds."""
    return tuple(_each(folder / "index766.csv", _given))


def lines_in(folder: Path) -> tuple[Line, ...]:
    """Return the lines of the 766 index, those divided (or confirmed) that the file names; raises BadGrounds."""
    lines: tuple[Line, ...] = LINES766
    parts: dict[str, tuple[Line, ...]] = {}
    for of, part in _each(folder / "lines766.csv", _part):
        parts[of] = (*parts.get(of, ()), part)
    for of, its in parts.items():
        try:
            lines = divided(lines, of, its)
        except ValueError as wrong:
            raise BadGrounds(f"lines766.csv: {wrong}") from wrong
    return lines


def grades_in(folder: Path) -> tuple[Grade, ...]:
    """Return the bands of the index's sum; none where nobody configured any. Raises BadGrounds."""
    return tuple(_each(folder / "grades.csv", _grade))


def procedures_in(folder: Path) -> dict[str, str]:
    """Return the name of each procedure on the list by its id; raises BadGrounds."""
    return dict(_each(folder / "procedures.csv", lambda row: (row["id"], row.get("name") or row["id"])))


def _each(file: Path, read: Callable[[dict[str, str]], Read]) -> Iterator[Read]:
    if not file.exists():
        return
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                yield read(row)
            except (KeyError, ValueError, TypeError, AttributeError) as wrong:
                raise BadGrounds(f"{file.name}, line {number}: {wrong!r}") from wrong


def _day(text: str) -> Day:
    return day_on(date.fromisoformat(text))


def _exemption(row: dict[str, str]) -> Exemption:
    days = Period(_day(row["first"]), _day(row["last"]))
    return Exemption(row["unit"], days, row["reason"], row["document"], row["signed_by"], _day(row["signed_on"]))


def _successor(row: dict[str, str]) -> Successor:
    return Successor(row["predecessor"], row["unit"], _day(row["since"]))


def _given(row: dict[str, str]) -> Given:
    points, rate = row.get("points") or None, row.get("rate") or None
    return Given(
        row["line"],
        row["source"],
        None if points is None else Fraction(points),
        None if rate is None else Fraction(rate),
    )


def _part(row: dict[str, str]) -> tuple[str, Line]:
    measure = Measure(row["measure"]) if row.get("measure") else None
    threshold = Fraction(row.get("threshold") or 1)
    weight = Fraction(row["maximum"])
    return row["of"], Line(row["line"], weight, threshold, measure, row["citation"].strip(), _yes(row["confirmed"]))


def _grade(row: dict[str, str]) -> Grade:
    return Grade(row["name"], Fraction(row["at_least"]), row["citation"], _yes(row["confirmed"]))


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"confirmed is yes or no, not {text!r}")
    return text == "yes"
