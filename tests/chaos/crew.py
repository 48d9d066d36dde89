"""Worker processes of one group, each of which can be killed, frozen and started again."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.layout import Layout


class Crew:
    """Processes of one module, `python -m MODULE BOOTSTRAP PREFIX [ARGUMENTS]`; what ends by itself starts again."""

    def __init__(
        self,
        bootstrap: str,
        layout: Layout,
        *,
        module: str = "tests.chaos.counting",
        arguments: Sequence[str] = (),
        static: bool = False,
    ) -> None:
        """With `static` each process has a name in the group (KIP-345), which whoever follows it takes over."""
        self.bootstrap, self.layout = bootstrap, layout
        self._command = [sys.executable, "-m", module, bootstrap, layout.prefix, *arguments]
        self._static = static
        self._names: dict[int, str] = {}
        self._folders: dict[int, Path | None] = {}
        self.folder: Path | None = None
        """Whose code those run who are started from now on; None for this."""
        self.workers: list[subprocess.Popen[bytes]] = []
        self.endings: list[int] = []

    def start(self, count: int = 1) -> None:
        for _ in range(count):
            taken = {self._names[worker.pid] for worker in self.workers}
            name = next(name for number in range(len(taken) + 1) if (name := f"member={number}") not in taken)
            self.workers.append(self._started(name, self.folder))

    def _started(self, name: str, folder: Path | None) -> subprocess.Popen[bytes]:
        command = [*self._command, name] if self._static else self._command
        worker = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self._names[worker.pid], self._folders[worker.pid] = name, folder
        return worker

    def tell(self, place: int, number: signal.Signals) -> None:
        self.workers[place].send_signal(number)

    def end(self, place: int, number: signal.Signals) -> None:
        """Take a worker away, and wait until it has gone."""
        worker = self.workers.pop(place)
        worker.send_signal(number)
        worker.wait(60)

    def replace(self, place: int, number: signal.Signals) -> None:
        self.end(place, number)
        self.start()

    def supervise(self) -> None:
        """Start again whoever has ended by itself, as a supervisor does, and remember with which code."""
        for place, worker in enumerate(self.workers):
            if (code := worker.poll()) is not None:
                self.endings.append(code)
                self.workers[place] = self._started(self._names[worker.pid], self._folders[worker.pid])

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.workers.clear()
