"""One partition of the register run again, epoch line by epoch line, over the same records.

Equal epoch lines give equal bytes. What a partition keeps is handed from one worker to the next through its state, so
a run again that meets a line which only a worker that has just begun writes begins anew itself, from the state so far.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from prometheus_client import CollectorRegistry

from deploy.reading import Stored
from streams.border import Epoch, Poisoned
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.entries import Entry
from streams.register.register import Register
from streams.topics import STATE
from streams.wire.trail import EpochLine

RulesOf: TypeAlias = Callable[[str], Rulebook | None]
"""The rules of a version as an epoch line names it; None where they are not at hand."""


class CannotRun(Exception):
    """The line cannot be run again; the message says why."""


class EventMissing(CannotRun):
    """The line took more records than are there."""


class EpochMissing(CannotRun):
    """There are records that no line has taken."""


class RulesMissing(CannotRun):
    """The line was decided by rules that are not at hand."""


class Ahead:
    """Records of a partition in order, to look at before they are taken."""

    def __init__(self) -> None:
        """Begin with none."""
        self._looked: deque[Stored] = deque()
        self._more: Iterator[Stored] = iter(())
        self.next_offset = 0

    def refill(self, records: Iterator[Stored]) -> None:
        """Go on with these, which begin at `next_offset`."""
        self._more = records

    def look(self, count: int) -> list[Stored]:
        """Return the next records, up to so many, without taking them."""
        while len(self._looked) < count and (record := next(self._more, None)) is not None:
            self._looked.append(record)
            self.next_offset = record.offset + 1
        return [self._looked[place] for place in range(min(count, len(self._looked)))]

    def take(self, count: int) -> None:
        """Take so many."""
        for _ in range(count):
            self._looked.popleft()


def check(line: EpochLine, batch: Sequence[Stored]) -> None:
    """Raise EventMissing or EpochMissing if these, which come next, are not the records that the line looked at."""
    ends = batch[: line.taken]
    if len(batch) < line.taken + line.full or (ends and ends[-1].offset >= line.next_offset):
        there = sum(record.offset < line.next_offset for record in ends)
        raise EventMissing(f"{line.taken} records were taken before offset {line.next_offset}, {there} are there")
    reached = ends[-1].offset + 1 if ends else batch[0].offset if batch else line.next_offset
    if reached < line.next_offset:
        raise EpochMissing(f"no line says that the records from offset {reached} to {line.next_offset} were taken")


class Rerun:
    """One partition; `state` is what its state topic should hold."""

    def __init__(self, partition: int, *, rules_of: RulesOf, replay: bool) -> None:
        """Begin before the first epoch."""
        self.partition = partition
        self.state: dict[bytes, bytes] = {}
        self.events = Ahead()
        self._rules_of = rules_of
        self._replay = replay
        self._skipped: set[int] = set()
        self._metrics = RegisterMetrics(CollectorRegistry())
        self._register: Register | None = None
        self._version = ""

    @property
    def register(self) -> Register:
        """The register as it stands; CannotRun before the first epoch."""
        if self._register is None:
            raise CannotRun("no epoch was run yet")
        return self._register

    def entry(self, key: bytes) -> Entry | None:
        """Return what the register holds of a dossier."""
        return None if self._register is None else self._register.entry(key)

    def run(self, line: EpochLine, skipped: Sequence[int]) -> Epoch:
        """Run one epoch; `skipped` are the offsets that its lines say were passed over. Raises CannotRun."""
        if self._register is None or line.reference != self._version:
            self._begin(line.reference)
        self._skipped.update(skipped)
        epoch = self._run(line)
        for key, value in epoch.outputs.get((STATE.name, self.partition), ()):
            if value is None:
                self.state.pop(key or b"", None)
            else:
                self.state[key or b""] = value
        return epoch

    def _run(self, line: EpochLine) -> Epoch:
        if line.next_offset == -1:
            epoch = self.register.tick(line.clock)
            if not epoch.outputs:
                # Only a worker that has just begun says that nothing happened.
                self._begin(line.reference)
                epoch = self.register.tick(line.clock)
            return epoch
        batch = self.events.look(line.taken + line.full)
        check(line, batch)
        try:
            epoch = self.register.take(batch, now=line.clock, behind=line.behind)
        except (Poisoned, ArithmeticError, LookupError, ValueError, TypeError) as error:
            raise CannotRun(f"the rules cannot take the records before {line.next_offset}: {error}") from error
        self.events.take(min(line.taken, len(batch)))
        return epoch

    def _begin(self, version: str) -> None:
        rules = self._rules_of(version)
        if rules is None:
            raise RulesMissing(f"decided by the rules {version}, which are not at hand")
        self._version = version
        self._register = Register(
            self.partition, rules=rules, metrics=self._metrics, replay=self._replay, skipped=self._skipped
        )
        self._register.restore(list(self.state.items()))
