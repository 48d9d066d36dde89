"""What people call the units: the one module of the dashboards that reads `units.csv`."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from dashboards.core.periods import Period
from streams.core.moments import date_of


def names_in(folder: Path) -> dict[str, str]:
    """Return the name of each unit by its id; empty where the folder has no `units.csv`, or none with these columns.

    A unit without a name is left to be shown by its id: a figure must not fail for want of a word.
    """
    return {row["id"]: row["name"].strip() for row in _rows(folder) if (row.get("name") or "").strip()}


def expected_in(folder: Path, *, on: date) -> frozenset[str]:
    """Return the units that must be heard of: those in force on that day, without the ones that only stand over others.

    A unit that has others under it may receive nothing itself. A `valid_to` that is no day counts as none.
    """
    rows = list(_rows(folder))
    parents = {row.get("parent") for row in rows}
    return frozenset(row["id"] for row in rows if row["id"] not in parents and not _ended(row, on))


def standing_in(folder: Path, period: Period) -> frozenset[str]:
    """Return the units that stood on some day of the period, by `valid_from` and `valid_to` (ISO dates, or empty).

    Of a unit that was abolished before the period nobody expects a dossier. A day that is none counts as none.
    """
    first, last = date_of(period.first), date_of(period.last)
    return frozenset(row["id"] for row in _rows(folder) if not _ended(row, first) and not _begins_after(row, last))


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    file = folder / "units.csv"
    if not file.exists():
        return
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from (row for row in csv.DictReader(lines) if row.get("id"))


def _ended(row: dict[str, str], on: date) -> bool:
    try:
        return date.fromisoformat(row.get("valid_to") or "9999-12-31") < on
    except ValueError:
        return False


def _begins_after(row: dict[str, str], on: date) -> bool:
    try:
        return date.fromisoformat(row.get("valid_from") or "0001-01-01") > on
    except ValueError:
        return False
