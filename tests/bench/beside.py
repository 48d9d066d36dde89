"""Throughput to committed with 1,000, 100,000 and 1,000,000 keys, beside quixstreams 3 doing the same fold.

Both read the same topic, one after the other, on the same broker; quixstreams is stopped after SECONDS, and its rate is
that of what it had done. KEYS=1000,100000 in the environment chooses the numbers of keys: each takes minutes.
"""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from deploy.local.kafka import LocalKafka
from deploy.settings import without_settings
from streams.topics import EVENTS, prefixed
from tests.bench.engine import loaded, process, rate, worker
from tests.bench.engine import row as row_of
from tests.bench.loads import STEPS

QUIX = "quixstreams==3.28.1"
FOLDER = Path("build/quixstreams")
SECONDS = 60.0
EVENTS_OF = {1_000: 10, 100_000: 10, 1_000_000: 2}
"""Events of each key; ten of a million would not fit into minutes."""


def quix() -> Path:
    """Return a Python that has quixstreams, made for this bench alone from the package index."""
    python = FOLDER / "bin" / "python"
    if not (FOLDER / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        wanted = [QUIX, f"msgspec=={version('msgspec')}"]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *wanted], check=True)
        (FOLDER / "ready").touch()
    return python


def figures() -> list[dict[str, object]]:
    """Return the rows; `against` is quixstreams in the same run, exactly once as we are."""
    python, rows = quix(), []
    chosen = os.environ.get("KEYS", "1000,100000,1000000")  # noqa: TID251 - a bench's own switch
    for keys in (int(each) for each in chosen.split(",")):
        with LocalKafka(heap_mb=512) as kafka:
            prefix, events = f"keys{keys}", EVENTS_OF.get(keys, 10)
            count = loaded(kafka.bootstrap, prefix, keys, steps=STEPS[:events])
            topic = prefixed(prefix, EVENTS)
            with process(*worker(kafka.bootstrap, prefix, replay=True)):
                ours = rate(kafka.bootstrap, f"{prefix}-worker", topic, count)
            command = [str(python), "-m", "tests.bench.quix", kafka.bootstrap, prefix, "exactly-once"]
            with process(command, without_settings() | {"PYTHONPATH": str(Path.cwd())}):
                theirs = rate(kafka.bootstrap, f"{prefix}-quix", topic, count, most=SECONDS)
        name = f"engine: to committed, {keys} keys of {events} events, against quixstreams 3"
        rows.append(row_of(name, ours, "1/s", theirs, ours / theirs))
    return rows
