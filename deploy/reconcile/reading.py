"""A list out of an exported file: its rows by the readers and mappings of an import, and the mapping that fits it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Final

from deploy.connect.exports import BadExport, Export
from deploy.connect.headings import DEPTH, find_headings
from deploy.connect.rows import Problem, Row, RowReader
from deploy.connect.sources import Column, Form, Source
from deploy.connect.table import below
from streams.core.moments import Moment

TABLES: Final = (Form.TABLE, Form.PAYLOAD)
"""Documents that name the columns of a list."""
Tell = Callable[[Problem], None]


@dataclass(slots=True)
class Sheet:
    """One list as it was read: whose it is, when it was so, its rows with their lines, and how many could not be read.

    `unmapped` counts words of states, units, … that the mapping does not know, by column and word.
    """

    source: Source
    as_of: Moment
    rows: list[tuple[int, Row]] = field(default_factory=list)
    unread: int = 0
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)


def read(path: Path, source: Source, *, as_of: Moment | None, tell: Tell) -> Sheet:
    """Return the rows of a file, every one that cannot be read told; raises BadExport for the file as a whole.

    `as_of` is when the file was exported; None: when it was saved. Of a code that stands twice the first row counts.
    """
    with Export(path, sheet=source.sheet, encoding=source.encoding) as export:
        sheet = Sheet(source, export.saved_at if as_of is None else as_of)
        rows = export.rows()
        first = list(islice(rows, DEPTH))
        headings = find_headings([one.cells for one in first], source)
        if headings is None:
            wanted = ", ".join(source.columns.get(Column.CODE, ()))
            raise BadExport(f"{path}: no row of the first {DEPTH} has the code's heading ({wanted}) of {source.name}")
        reader = RowReader(source, headings, as_of=sheet.as_of)
        seen: dict[str, int] = {}
        for numbered in below(chain(first[headings.row + 1 :], rows), headings):
            line = numbered.line
            row = reader.read(line, numbered.cells) if not numbered.problem else (Problem(line, "", numbered.problem),)
            if isinstance(row, Row) and (before := seen.setdefault(row.code, line)) != line:
                code = headings.names[headings.places[Column.CODE]]
                row = (Problem(line, code, f"the code stands on line {before} already"),)
            _take(row, line, sheet, tell=tell)
        export.check()
        sheet.unmapped = reader.unmapped
    return sheet


def _take(row: Row | tuple[Problem, ...], line: int, sheet: Sheet, *, tell: Tell) -> None:
    if isinstance(row, Row):
        sheet.rows.append((line, row))
        return
    sheet.unread += 1
    for problem in row:
        tell(problem)


def fitting(path: Path, sources: Sequence[Source]) -> Source | None:
    """Return the mapping of which the file has the most headings, None where it fits none; raises BadExport."""
    best: tuple[int, Source] | None = None
    for source in sources:
        if source.form not in TABLES:
            continue
        with Export(path, sheet=source.sheet, encoding=source.encoding) as export:
            headings = find_headings([one.cells for one in islice(export.rows(), DEPTH)], source)
        if headings is not None and (best is None or len(headings.places) > best[0]):
            best = len(headings.places), source
    return None if best is None else best[1]
