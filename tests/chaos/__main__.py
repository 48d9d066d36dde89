"""`make chaos`: run the storms and write `build/chaos.json`; exit code 1 if anything but a control comes out unclean.

FULL=1 in the environment: five seeds of the kill storm and longer storms. ARGS="name" runs those whose name has it.
"""

import json
import os
import sys
from pathlib import Path

from tests.chaos import courier, gateway, laid_again, matrix, upgrading
from tests.chaos.disk import Unavailable
from tests.chaos.storms import STORMS, weathered

LINE = "{name:<48}{events:>9} events {lost:>6} lost {repeated:>6} repeated {wrong:>6} wrong {seconds:>7} s"


def main() -> int:
    full = bool(os.environ.get("FULL"))  # noqa: TID251 - a test run's own switch
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    rows, unclean = [], 0
    for storm in STORMS:
        if wanted not in storm.name:
            continue
        for seed in range(1, 6 if full and storm.name == "kill storm" else 2):
            try:
                finding, seconds = weathered(storm, seed=seed, seconds=110 if full else 15)
            except Unavailable as why:
                print(f"NOT RUN: {storm.name}: {why}", flush=True)
                continue
            name = f"{storm.name}, seed {seed}"
            row = {"name": name, "events": finding.events, "lost": finding.lost, "repeated": finding.repeated}
            row |= {"wrong": finding.wrong, "seconds": round(seconds, 1)}
            rows.append(row)
            unclean += not finding.clean and not storm.control
            print(LINE.format(**row), flush=True)
    for name, trial in courier.STORMS:
        if wanted in name:
            try:
                row, clean = courier.weather(name, trial, full=full)
            except Unavailable as why:
                print(f"NOT RUN: {name}: {why}", flush=True)
                continue
            rows.append(row)
            unclean += not clean
            print(LINE.format(**row), f"(may repeat {row['may_repeat']})", flush=True)
    unclean += _others(wanted, rows, full=full)
    Path("build").mkdir(exist_ok=True)
    Path("build/chaos.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 1 if unclean else 0


def _others(wanted: str, rows: list[dict[str, object]], *, full: bool) -> int:
    """Run the storms that are one of their kind; return how many came out unclean."""
    unclean = 0
    for storm in (gateway, laid_again, upgrading):
        if wanted in storm.STORM:
            try:
                row, clean = storm.weather(full=full)
            except Unavailable as why:
                print(f"NOT RUN: {storm.STORM}: {why}", flush=True)
                continue
            rows.append(row)
            print(LINE.format(**row), flush=True)
            unclean += not clean
    for row, clean in matrix.weather(wanted, full=full):
        rows.append(row)
        print(LINE.format(**row), f"(may repeat {row['may_repeat']})", flush=True)
        unclean += not clean
    return unclean


if __name__ == "__main__":
    sys.exit(main())
