"""Reads who is who from tables a clerk can edit: `units.csv`, `officers.csv` and, where there is one, `absences.csv`.

Columns: units `id,name,head,parent,address` and, if wanted, `successor,valid_to,unit_group`; officers
`id,name,unit,address`; absences `officer,from,to,deputy`. Days are written 2020-07-10 and both count. Others are
ignored, so that the same file can serve other readers. UTF-8, a header line, commas.
"""

import csv
import io
import re
from collections.abc import Container, Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from alerts.core.people import Absence, Directory, Officer, Unit
from streams.core.moments import Day, day_on, moment_on


class Table(NamedTuple):
    """A file, the columns it must have, and those it may have."""

    file: str
    columns: tuple[str, ...]
    more: tuple[str, ...] = ()


UNITS: Final = Table("units.csv", ("id", "name", "head", "parent", "address"), ("successor", "valid_to", "unit_group"))
OFFICERS: Final = Table("officers.csv", ("id", "name", "unit", "address"))
ABSENCES: Final = Table("absences.csv", ("officer", "from", "to", "deputy"))
ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

Row = tuple[int, dict[str, str]]


class DirectoryError(ValueError):
    """The tables are wrong; the message names every fault with its file, line and field."""


def parse(units_csv: str, officers_csv: str, absences_csv: str = "") -> Directory:
    """Return the directory; raise DirectoryError with all faults at once."""
    faults: list[str] = []
    unit_rows = list(_known(UNITS, units_csv, faults))
    officer_rows = list(_known(OFFICERS, officers_csv, faults))
    absence_rows = list(_rows(ABSENCES, absences_csv, faults)) if absences_csv.strip() else []
    units, officers = ({row["id"]: row for _, row in rows} for rows in (unit_rows, officer_rows))
    for line, row in unit_rows:
        faults.extend(_refer(f"units.csv line {line}, head", row["head"], officers))
        for column in ("parent", "successor"):
            faults.extend(_refer(f"units.csv line {line}, {column}", row[column], units))
    for line, row in officer_rows:
        faults.extend(_refer(f"officers.csv line {line}, unit", row["unit"], units))
        if row["id"] in units:
            faults.append(f"officers.csv line {line}, id: {row['id']!r} is also a unit's")
    absences = dict(_absences(absence_rows, officers, faults))
    ends = {row["id"]: _day(f"units.csv line {line}, valid_to", row["valid_to"], faults) for line, row in unit_rows}
    if faults:
        raise DirectoryError("\n".join(faults))
    return Directory(
        officers={id: _officer(row, absences.get(id, ())) for id, row in officers.items()},
        units={id: _unit(row, ends[id]) for id, row in units.items()},
    )


def _officer(row: dict[str, str], absences: tuple[Absence, ...]) -> Officer:
    return Officer(id=row["id"], name=row["name"], unit=row["unit"], address=row["address"], absences=absences)


def _unit(row: dict[str, str], last: Day | None) -> Unit:
    return Unit(
        id=row["id"],
        name=row["name"],
        head=row["head"],
        parent=row["parent"],
        address=row["address"],
        successor=row["successor"],
        group=row["unit_group"],
        ended_at=None if last is None else moment_on(last + 1),
    )


def _absences(
    rows: Iterable[Row], officers: Container[str], faults: list[str]
) -> Iterator[tuple[str, tuple[Absence, ...]]]:
    found: dict[str, tuple[Absence, ...]] = {}
    for line, row in rows:
        where = f"absences.csv line {line}"
        for column in ("officer", "deputy"):
            faults.extend(_refer(f"{where}, {column}", row[column], officers))
        first, last = (_day(f"{where}, {column}", row[column], faults) for column in ("from", "to"))
        if first is None or last is None or last < first:
            faults.append(f"{where}: an absence has a first day and a last day, in this order")
            continue
        away = Absence(since=moment_on(first), until=moment_on(last + 1), deputy=row["deputy"])
        found[row["officer"]] = (*found.get(row["officer"], ()), away)
    yield from found.items()


def _day(where: str, text: str, faults: list[str]) -> Day | None:
    try:
        return day_on(date.fromisoformat(text)) if text else None
    except ValueError:
        faults.append(f"{where}: {text!r} is no day")
        return None


def _known(table: Table, text: str, faults: list[str]) -> Iterator[Row]:
    """Yield the rows of people or units, each with an id of its own, a name and an address that can be written to."""
    file, seen = table.file, set[str]()
    for line, row in _rows(table, text, faults):
        faults.extend(f"{file} line {line}, {column}: is empty" for column in ("id", "name") if not row[column])
        if row["id"] in seen:
            faults.append(f"{file} line {line}, id: {row['id']!r} is there twice")
        if row["address"] and not _is_address(row["address"]):
            faults.append(f"{file} line {line}, address: {row['address']!r} is no e-mail address")
        seen.add(row["id"])
        yield line, row


def _rows(table: Table, text: str, faults: list[str]) -> Iterator[Row]:
    file, columns, more = table
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="")
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    faults.extend(f"{file} line 1, {column}: the column is missing" for column in missing)
    if missing:
        return
    for raw in reader:
        yield reader.line_num, {column: (raw.get(column) or "").strip() for column in (*columns, *more)}


def _is_address(text: str) -> bool:
    # Narrow on purpose: what an SMTP envelope and a header carry without any quoting.
    return ADDRESS.fullmatch(text) is not None


def _refer(where: str, id: str, known: Container[str]) -> Iterator[str]:
    if id and id not in known:
        yield f"{where}: {id!r} is not known"
