"""`make bench`: every bench beside this file that has `figures()`, into `build/bench.json`. ARGS="name" for some."""

import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    rows = []
    for file in sorted(HERE.glob("[a-z]*.py")):
        if wanted not in file.stem or "def figures()" not in file.read_text(encoding="utf-8"):
            continue
        for row in importlib.import_module(f"tests.bench.{file.stem}").figures():
            rows.append(row)
            print("{name:<76}{value:>14,} {unit:<6} against {against:>12,}  ratio {ratio}".format(**row), flush=True)
    Path("build").mkdir(exist_ok=True)
    Path("build/bench.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
