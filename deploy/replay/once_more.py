"""A partition of the register once more, by whatever rules: led by the epoch lines of then, and not held to them.

`deploy.verify.rerun` wants the same bytes and so the same rules. Here only what a line says of the world counts: which
records it took, and when. Other rules decide more or less in an epoch, so a line may need several epochs here.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from prometheus_client import CollectorRegistry

from deploy.replay.daybook import Daybook
from deploy.verify.rerun import Ahead, CannotRun, Earlier, check
from streams.border import Epoch, Incoming, Poisoned
from streams.core.editions import Known
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from streams.topics import NOTICES, TRAIL
from streams.wire.trail import EpochLine

EVERY: Final = 1 << 62
"""Dossiers judged again in one epoch: nothing that arrives waits here."""


class OnceMore:
    """One partition; what it decides is entered in the daybook, and nobody is told."""

    def __init__(self, daybook: Daybook, *, partition: int, rules: Rulebook | Known, replay: bool) -> None:
        """Begin with no dossier; when other rules count every dossier is judged again at once."""
        self.events = Ahead()
        self.daybook = daybook
        self.taken = 0
        self.earlier: Earlier = lambda _: ()
        self._skipped: set[int] = set()
        self._register = Register(
            partition,
            rules=rules,
            metrics=RegisterMetrics(CollectorRegistry()),
            replay=replay,
            skipped=self._skipped,
            redated=EVERY,
        )
        self.partition = partition
        self._replay = replay

    def run(self, line: EpochLine, skipped: Iterable[int]) -> None:
        """Do what the worker did when it wrote this line; raises CannotRun."""
        self._skipped.update(skipped)
        if line.next_offset == -1:
            # Time passed then, whatever these rules make of it.
            self._enter(self._register.tick(line.clock, always=True))
            return
        batch = self.events.look(line.taken + line.full)
        check(line, batch)
        # Where decisions filled the epoch, time had not come to its clock.
        self.take(batch[: line.taken], now=line.clock, behind=line.behind or line.full)
        self.events.take(line.taken)

    def take(self, batch: Sequence[Incoming], *, now: Moment, behind: bool) -> None:
        """Take all of these records, in as many epochs as that needs; raises CannotRun."""
        while batch:
            if offsets := self._register.needs(batch):
                self._register.give_back(self.earlier(offsets))
            try:
                epoch = self._register.take(batch, now=now, behind=behind)
            except (Poisoned, ArithmeticError, LookupError, ValueError, TypeError) as error:
                raise CannotRun(f"these rules cannot take the records from {batch[0].offset}: {error}") from error
            self.taken += epoch.taken
            batch = batch[epoch.taken :]
            self._enter(epoch)

    def pass_to(self, now: Moment) -> None:
        """Let time pass, as it did for a worker that had nothing more to take; in a replay the ticks alone do that."""
        while not self._replay and (next_at := self._register.next_at) is not None and next_at <= now:
            self._enter(self._register.tick(now))

    def _enter(self, epoch: Epoch) -> None:
        lines = [value or b"" for _, value in epoch.outputs.get((TRAIL.name, self.partition), ())]
        notices = (value or b"" for _, value in epoch.outputs.get((NOTICES.name, self.partition), ()))
        self.daybook.enter(lines, came_to=self._register.now, notices=notices)
