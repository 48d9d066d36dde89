"""A process that a test begins, hears Ctrl-C, and is gone at the end of its block, whatever becomes of the test."""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def begun(command: Sequence[str | Path], **how: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Begin it as `subprocess.Popen` does; killed at the end of the block where it has not ended by itself."""
    # Whoever runs the tests in the background of a shell has SIGINT ignored, and so would whatever we begin.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, **how)
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()
