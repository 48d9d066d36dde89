"""The rows below the headings that are rows of the table."""

from collections.abc import Iterator

from deploy.connect.cells import BadCell, Cell, text_of
from deploy.connect.exports import Numbered
from deploy.connect.headings import Headings, is_numbering
from deploy.connect.sources import Column


def below(rows: Iterator[Numbered], headings: Headings) -> Iterator[Numbered]:
    """Yield the rows of the table: not the empty ones, nor headings that are printed again on every page."""
    first = True
    place = headings.places[Column.CODE]
    for row in rows:
        cells = row.cells
        if not row.problem:
            if not any(cell if not isinstance(cell, str) else cell.strip() for cell in cells):
                continue
            again = place < len(cells) and cells[place] == headings.names[place]
            if again or (first and is_numbering(map(_shown, cells))):
                continue
        first = False
        yield row


def _shown(cell: Cell) -> str:
    if not isinstance(cell, str):
        return "…"
    try:
        return text_of(cell)
    except BadCell:
        return "…"
