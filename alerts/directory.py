"""Reads who is who from two tables a clerk can edit: `units.csv` and `officers.csv`.

Columns: units `id,name,head,parent,address`; officers `id,name,unit,address`. Others are ignored, so that the same file
can serve other readers. UTF-8, a header line, commas.
"""

import csv
import io
import re
from collections.abc import Container, Iterator
from typing import Final, NamedTuple

from alerts.core.people import Directory, Officer, Unit


class Table(NamedTuple):
    """A file and the columns it must have."""

    file: str
    columns: tuple[str, ...]


UNITS: Final = Table("units.csv", ("id", "name", "head", "parent", "address"))
OFFICERS: Final = Table("officers.csv", ("id", "name", "unit", "address"))
ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

Row = tuple[int, dict[str, str]]


class DirectoryError(ValueError):
    """The tables are wrong; the message names every fault with its file, line and field."""


def parse(units_csv: str, officers_csv: str) -> Directory:
    """Return the directory; raise DirectoryError with all faults at once."""
    faults: list[str] = []
    unit_rows = list(_rows(UNITS, units_csv, faults))
    officer_rows = list(_rows(OFFICERS, officers_csv, faults))
    units = {row["id"]: Unit(**row) for _, row in unit_rows}
    officers = {row["id"]: Officer(**row) for _, row in officer_rows}
    for line, row in unit_rows:
        faults.extend(_refer(f"units.csv line {line}, head", row["head"], officers))
        faults.extend(_refer(f"units.csv line {line}, parent", row["parent"], units))
    for line, row in officer_rows:
        faults.extend(_refer(f"officers.csv line {line}, unit", row["unit"], units))
        if row["id"] in units:
            faults.append(f"officers.csv line {line}, id: {row['id']!r} is also a unit's")
    if faults:
        raise DirectoryError("\n".join(faults))
    return Directory(officers=officers, units=units)


def _rows(table: Table, text: str, faults: list[str]) -> Iterator[Row]:
    file, columns = table
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="")
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    faults.extend(f"{file} line 1, {column}: the column is missing" for column in missing)
    if missing:
        return
    seen: set[str] = set()
    for raw in reader:
        row = {column: (raw[column] or "").strip() for column in columns}
        line = reader.line_num
        faults.extend(f"{file} line {line}, {column}: is empty" for column in ("id", "name") if not row[column])
        if row["id"] in seen:
            faults.append(f"{file} line {line}, id: {row['id']!r} is there twice")
        if row["address"] and not _is_address(row["address"]):
            faults.append(f"{file} line {line}, address: {row['address']!r} is no e-mail address")
        seen.add(row["id"])
        yield line, row


def _is_address(text: str) -> bool:
    # Narrow on purpose: what an SMTP envelope and a header carry without any quoting.
    return ADDRESS.fullmatch(text) is not None


def _refer(where: str, id: str, known: Container[str]) -> Iterator[str]:
    if id and id not in known:
        yield f"{where}: {id!r} is not known"
