"""A child process that cannot outlive the one that started it, however that one ends (`kill -9` included).

Between the two stands a small process, the leash: it holds the reading end of a pipe whose writing end only its owner
has. Lines on the pipe are the numbers of signals for the child; the end of the pipe, which the kernel sees to when the
owner dies, kills the child and sweeps its folder away. A parent-death signal alone will not do: it fires when the
starting *thread* ends, and only Linux has it. It is used between leash and child, where both objections fall, so that
killing the leash kills the child too.

This file is run by its path, isolated, so it may import nothing but the standard library.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
EXIT_GRACE: Final = 10.0


class Leashed:
    """One running child; its standard output and error are appended to `log`."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        sweep: Path | None = None,
    ) -> None:
        """Start the command; `sweep` is the folder to remove should the owner die. No such program raises OSError."""
        if shutil.which(str(command[0])) is None:
            raise FileNotFoundError(f"no such program: {command[0]}")
        keeper = [sys.executable, "-I", "-S", __file__, str(sweep or ""), *map(str, command)]
        with log.open("ab") as lines:
            self._keeper = subprocess.Popen(  # noqa: S603 - the command is ours
                keeper,
                stdin=subprocess.PIPE,
                stdout=lines,
                stderr=lines,
                env=environment,
                # Ctrl-C in a terminal goes to the whole group: the owner decides the order in which its children end.
                start_new_session=True,
            )

    @property
    def returncode(self) -> int | None:
        """The child's exit code (128 + n after signal n), or None while it runs."""
        return self._keeper.poll()

    def signal(self, number: signal.Signals) -> None:
        """Send the child a signal; one that has ended already takes no notice."""
        pipe = self._keeper.stdin
        if pipe is None or pipe.closed:
            return
        with contextlib.suppress(BrokenPipeError):
            pipe.write(b"%d\n" % number)
            pipe.flush()

    def wait(self, seconds: float) -> int | None:
        """Return the exit code, or None when the child still runs after so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._keeper.wait(seconds)
            self._let_go()
            return code
        return None

    def stop(self, grace: float = EXIT_GRACE) -> int:
        """End the child with SIGTERM, after `grace` seconds (0: at once) with SIGKILL; return its exit code."""
        if grace > 0:
            self.signal(signal.SIGTERM)
            self.wait(grace)
        self.signal(signal.SIGKILL)
        code = self._keeper.wait()
        self._let_go()
        return code

    def _let_go(self) -> None:
        if self._keeper.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._keeper.stdin.close()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _keep(sweep: str, command: Sequence[str]) -> None:
    # Handlers, not SIG_IGN: what is ignored stays ignored in the child, and a JVM would then not hear SIGTERM.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent)  # noqa: S603, PLW1509 - one thread
    alone = threading.Event()

    def end_with_child() -> None:
        code = child.wait()
        if not alone.is_set():
            os._exit(code if code >= 0 else 128 - code)

    threading.Thread(target=end_with_child, daemon=True).start()
    for line in sys.stdin:
        child.send_signal(int(line))
    alone.set()
    child.kill()
    child.wait()
    if sweep:
        shutil.rmtree(sweep, ignore_errors=True)
        with contextlib.suppress(OSError):
            Path(sweep).parent.rmdir()
    os._exit(1)


if __name__ == "__main__":
    _keep(sys.argv[1], sys.argv[2:])
