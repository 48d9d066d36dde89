"""A rolling upgrade and the way back, under load: workers of an earlier release, then of this, then the earlier again.

One worker after the other, asked to stop or killed, while the others go on and events keep coming; so each release
restores what the other wrote. Judged by the code of this release, as `dunghan verify` is after an upgrade.
"""

import random
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from streams.topics import EVENTS, prefixed
from tests.chaos import deciding
from tests.chaos.crew import Crew
from tests.chaos.disk import Unavailable
from tests.chaos.storms import Scene, Source, Storm, cluster, settled

STORM: Final = "rolling upgrade and back, the register, run again"
EARLIER: Final = "34194e6"
"""Older than the records that are kept as `tests/data/written/1.jsonl`; after a release, that release's tag."""
ROOT: Final = Path(__file__).parents[2]
WORKERS: Final = 3


@contextmanager
def earlier(commit: str) -> Iterator[Path]:
    """Give a folder with the whole tree of an earlier commit; raises Unavailable where the history is not here."""
    command = ["git", "-C", str(ROOT), "archive", commit]
    packed = subprocess.run(command, capture_output=True, check=False)
    if packed.returncode:
        raise Unavailable(f"git archive {commit}: {packed.stderr.decode().strip()}")
    with tempfile.TemporaryDirectory(prefix="dunghan-") as name, tarfile.open(fileobj=BytesIO(packed.stdout)) as tar:
        tar.extractall(name, filter="data")
        yield Path(name)


def replaced(scene: Scene, folder: Path | None) -> None:
    """Let each worker be followed by one that runs the code of this folder, every other after a kill -9."""
    scene.crew.folder = folder
    for place in range(WORKERS):
        # The next is always the first: who is new stands at the end.
        scene.crew.replace(0, signal.SIGKILL if place % 2 else signal.SIGTERM)
        until = time.monotonic() + scene.dice.uniform(4, 8)
        while time.monotonic() < until:
            scene.crew.supervise()
            time.sleep(0.2)


def weather(*, full: bool) -> tuple[dict[str, object], bool]:
    """Run the storm; return its row, and whether it came out clean. Raises Unavailable."""
    began = time.monotonic()
    storm = Storm(STORM, weather=lambda _: None, module=deciding.__name__, rate=300)
    with earlier(EARLIER) as folder, cluster(storm) as (kafka, layout, _):
        crew = Crew(kafka.bootstrap, layout, module=storm.module)
        source = Source(kafka.bootstrap, prefixed(layout.prefix, EVENTS), storm.rate, deciding.numbered)
        scene = Scene(kafka, crew, random.Random(1), until=began)
        try:
            crew.folder = folder
            crew.start(WORKERS)
            source.start()
            for _ in range(3 if full else 1):
                replaced(scene, folder)
                replaced(scene, None)
                replaced(scene, folder)
            replaced(scene, None)
            source.stop()
            finding = settled(kafka.bootstrap, layout, crew, source=source, storm=storm)
        finally:
            source.stop()
            crew.stop()
    row: dict[str, object] = {"name": STORM, "events": finding.events, "lost": finding.lost}
    row |= {"repeated": finding.repeated, "wrong": finding.wrong, "seconds": round(time.monotonic() - began, 1)}
    return row, finding.clean
