"""How fast an export goes in, in how much memory, and whether its figures are those of a pivot table over it.

The command itself, on a Kafka of this machine: processor time of the import with its reading process, and the memory
of the larger of the two. The wall is not measured: what it waits for is the broker, which is not ours.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from deploy.admin import TopicAdmin
from deploy.layout import Layout as Standing
from deploy.local.kafka import LocalKafka
from deploy.settings import without_settings
from tests.exports import EXPORTED, IGATE, LAYOUTS, Layout, facts, pivot, text, workbook
from tests.imported import Office, shipped
from tests.imported import figures as counted
from tests.sources import at

BLOCK = 20_000
LINES, ROWS, PIVOT = 1_000_000, 200_000, 40_000
AS_OF = f"{EXPORTED:%Y-%m-%dT%H:%M}"


class Took(NamedTuple):
    """What one import took: seconds of processor time, MiB, and events."""

    seconds: float
    mebibytes: float
    events: int


def figures() -> Iterator[dict[str, object]]:
    """Yield the rows as they are known; `ratio` more than 1 keeps the promise."""
    with tempfile.TemporaryDirectory() as name, LocalKafka() as kafka:
        folder = Path(name)
        for what, file, goals in (
            (f"CSV, {LINES:,} rows", _lines(folder / "a.csv"), (120, 500)),
            (f"XLSX, {ROWS:,} rows", workbook(folder / "b.xlsx", IGATE, facts(ROWS)), (60, 1024)),
        ):
            prefix = file.stem
            TopicAdmin(kafka.bootstrap, Standing(prefix, 4, 1)).apply()
            first, again = (_imported(file, kafka.bootstrap, prefix) for _ in range(2))
            yield _row(f"import: {what}, {first.events:,} events published", first.seconds, "s", goals[0])
            yield _row(f"import: {what}, memory", first.mebibytes, "MiB", goals[1])
            yield _row(f"import: {what}, again, {again.events} new events", again.seconds, "s", goals[0])
            yield _row(f"import: {what}, again, memory", again.mebibytes, "MiB", goals[1])
        for layout in LAYOUTS:
            yield _differing(folder, layout)


def _lines(file: Path) -> Path:
    block = text(IGATE, facts(BLOCK)).splitlines(keepends=True)
    head = len(IGATE.titles) + 1
    with file.open("w", encoding="utf-8") as out:
        out.writelines(block[:head])
        for number in range(LINES // BLOCK):
            out.writelines(line.replace("000.00.00.H18-", f"000.00.{number:02}.H18-", 1) for line in block[head:])
    return file


def _imported(file: Path, bootstrap: str, prefix: str) -> Took:
    command = [sys.executable, "-m", "deploy", "import", str(file), "--map", IGATE.name, "--as-of", AS_OF, "--json"]
    kafka = {"DUNGHAN_KAFKA__BOOTSTRAP": bootstrap, "DUNGHAN_KAFKA__PREFIX": prefix}
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(command, stdout=said, env=without_settings() | kafka)
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        told = json.loads(said.read())
    if running.returncode:
        raise RuntimeError(f"ended with {running.returncode}: {str(told)[:500]}")
    return Took(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, sum(told["events"].values()))


def _differing(folder: Path, layout: Layout) -> dict[str, object]:
    name = layout.name
    told, office, as_of = facts(PIVOT), Office(shipped(name)), at(f"{EXPORTED:%Y-%m-%d %H:%M}")
    office.take(workbook(folder / f"{name}.xlsx", layout, told), as_of=as_of)
    found, wanted = counted(office.sent, now=as_of), pivot(told)
    differing = sum(found[cell] != wanted[cell] for cell in found.keys() | wanted.keys())
    return _row(f"import: {name}, {PIVOT:,} rows, cells that differ from the pivot table", differing, "cells", 0)


def _row(name: str, value: float, unit: str, goal: float) -> dict[str, object]:
    ratio = round(goal / value, 2) if value else float(goal == 0)
    return {"name": name, "value": round(value, 1), "unit": unit, "against": goal, "ratio": ratio}
