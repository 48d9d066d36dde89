"""What people call the units: the one module of the dashboards that reads `units.csv`."""

import csv
from pathlib import Path


def names_in(folder: Path) -> dict[str, str]:
    """Return the name of each unit by its id; empty where the folder has no `units.csv`, or none with these columns.

    A unit without a name is left to be shown by its id: a figure must not fail for want of a word.
    """
    file = folder / "units.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row["id"]: row["name"].strip() for row in rows if row.get("id") and (row.get("name") or "").strip()}
