"""How far an import has come, as a bar on the error stream where that is a terminal."""

import sys
from types import TracebackType
from typing import Any, Self

import click

from deploy.connect.exports import Export

STEPS = 1000


class Progress:
    """A bar on the error stream, where that is a terminal: how much of the file has been read."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> Self:
        """Return the bar, which is not there yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the line."""
        if self._bar is not None:
            self._bar.render_finish()

    def watch(self, export: Export) -> None:
        """Show how far the reading of this export has come."""
        if sys.stderr.isatty():
            self._bar = click.progressbar(length=STEPS, label=export.path.name, file=sys.stderr)
            export.watched_by(self._show)

    def _show(self, share: float) -> None:
        self._bar.update(int(share * STEPS) - self._bar.pos)
