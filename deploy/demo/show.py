"""Runs the demo: sets the stage, plays the half-year, waits until everybody has been told, and compares."""

import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerts.courier import settled_to
from dashboards.scoreboard import read_board
from deploy.demo.comparing import Compared, compared
from deploy.demo.histories import AS_OF, messages, ticks
from deploy.demo.play import play
from deploy.demo.stage import PARTITIONS, Stage, stage
from deploy.rulebook import load_rulebook
from streams.core.moments import Moment

PATIENCE = 600.0
"""Seconds without the end of the play after which something must be wrong."""
POLL = 0.5


class Incomplete(Exception):
    """The play did not come to its end, or the board lacks a partition."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo found, and where to look further."""

    tables: list[Compared]
    mails: int
    recipients: int
    seconds: float
    example: Path | None
    metrics: str

    @property
    def equal(self) -> bool:
        """Whether every published figure came out."""
        return all(table.equal for table in self.tables)

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "tables": [table.as_dict() for table in self.tables],
            "mails": self.mails,
            "recipients": self.recipients,
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True, slots=True)
class Progress:
    """What a person watching is told: messages sent so far, or the moment of the log up to which all is settled."""

    sent: Callable[[int], None]
    settled: Callable[[Moment | None, int], None]


def show(folder: Path, *, workers: int, progress: Progress, stay: Callable[[Outcome], None]) -> Outcome:
    """Run the demo in `folder`, which is emptied first; `stay` is called while everything still runs."""
    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    prefix = f"demo-{uuid.uuid4().hex[:8]}"
    with stage(folder, workers=workers, prefix=prefix) as running:
        sent = messages(load_rulebook(None).calendar_for(None))
        play(running.bootstrap, prefix, messages=sent, ticks=ticks(), partitions=PARTITIONS, told=progress.sent)
        _until_settled(running, progress)
        outcome = _outcome(running, time.monotonic() - began)
        stay(outcome)
        return outcome


def _until_settled(running: Stage, progress: Progress) -> None:
    deadline = time.monotonic() + PATIENCE
    while (settled := settled_to(running.bootstrap, running.prefix)) is None or settled < AS_OF:
        running.crew.supervise()
        progress.settled(settled, len(running.mailbox.mails()))
        if time.monotonic() > deadline:
            raise Incomplete(f"after {PATIENCE:g} s the log has come to {settled}, not to its end; see {running.logs}")
        time.sleep(POLL)
    progress.settled(settled, len(running.mailbox.mails()))


def _outcome(running: Stage, seconds: float) -> Outcome:
    board, complete = read_board(running.bootstrap, running.prefix)
    if not complete:
        raise Incomplete("a partition has not been counted")
    mails = running.mailbox.mails()
    recipients = {recipient for mail in mails for recipient in mail.recipients}
    example = mails[len(mails) * 3 // 4].file if mails else None
    return Outcome(compared(board), len(mails), len(recipients), seconds, example, running.metrics)
