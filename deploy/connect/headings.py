"""Where the table begins: the row whose cells are the headings that the source's document names.

Above it stand titles, often merged over many columns; headings themselves may take two rows, one of groups and one of
columns, in which a heading merged over both stands in the upper one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from deploy.connect.cells import BadCell, Cell, text_of
from deploy.connect.sources import Column, Source
from deploy.connect.words import plain

DEPTH: Final = 60
"""Rows in which the headings must come."""
_NUMBERING: Final = re.compile(r"\(?[0-9A-Z]{1,2}\)?")


class Headings(NamedTuple):
    """The table's columns: its row of headings (from 0), which column has which field, and headings not read."""

    row: int
    places: Mapping[Column, int]
    names: tuple[str, ...]
    missing: tuple[Column, ...]
    unread: tuple[str, ...]
    twice: tuple[str, ...]


def find_headings(rows: Sequence[Sequence[Cell]], source: Source) -> Headings | None:
    """Return where the headings stand among the first rows; None when no row has the code's and one more."""
    best: Headings | None = None
    before: tuple[str, ...] = ()
    for number, row in enumerate(rows[:DEPTH]):
        alone = named(row)
        for names in (alone, _over(before, alone)):
            found = _placed(number, names, source)
            if Column.CODE in found.places and (best is None or len(found.places) > len(best.places)):
                best = found
        before = alone
    if best is None or len(best.places) < min(2, len(source.columns)):
        return None
    return best


def named(row: Iterable[Cell]) -> tuple[str, ...]:
    """Return the cells of a row as headings; what is no text is none."""
    return tuple(_heading(cell) for cell in row)


def is_numbering(cells: Iterable[str]) -> bool:
    """Return whether a row below the headings only numbers the columns: `(1) (2) (3)` or `A B 1 2`."""
    said = [cell for cell in cells if cell]
    return len(said) > 1 and len(set(said)) == len(said) and all(_NUMBERING.fullmatch(cell) for cell in said)


def _heading(cell: Cell) -> str:
    try:
        return " ".join(text_of(cell).split()) if isinstance(cell, str) else ""
    except BadCell:
        return ""


def _over(upper: tuple[str, ...], lower: tuple[str, ...]) -> tuple[str, ...]:
    width = max(len(upper), len(lower))
    padded = (*upper, *[""] * (width - len(upper))), (*lower, *[""] * (width - len(lower)))
    return tuple(low or up for up, low in zip(*padded, strict=True))


def _placed(number: int, names: tuple[str, ...], source: Source) -> Headings:
    places: dict[str, int] = {}
    twice: list[str] = []
    for place, name in enumerate(names):
        if name and plain(name) in places:
            twice.append(name)
        elif name:
            places[plain(name)] = place
    firsts = {column: _first(wanted, places) for column, wanted in source.columns.items()}
    found = {column: place for column, place in firsts.items() if place is not None}
    known = {plain(name) for wanted in source.columns.values() for name in wanted}
    return Headings(
        row=number,
        places=found,
        names=names,
        missing=tuple(column for column in source.columns if column not in found),
        unread=tuple(name for name in names if name and plain(name) not in known),
        twice=tuple(name for name in twice if plain(name) in known),
    )


def _first(wanted: tuple[str, ...], places: Mapping[str, int]) -> int | None:
    return next((places[plain(name)] for name in wanted if plain(name) in places), None)
