"""One partition of the register run again, epoch line by epoch line, over the same records.

Equal epoch lines give equal bytes. What a partition keeps is handed from one worker to the next through its state, so
a run again that meets a line which only a worker that has just begun writes begins anew itself, from the state so far.
Other rules are none: like the worker, the register turns to them by what it knows of the reference.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from prometheus_client import CollectorRegistry

from deploy.reading import Stored
from deploy.verify.ruling import Followed, Ruling
from streams.border import Epoch, Poisoned
from streams.metrics import RegisterMetrics
from streams.register.entries import PARTITION_KEY, Entry, partition_of
from streams.register.redating import SLICE
from streams.register.register import Register
from streams.topics import REFERENCE, STATE
from streams.wire.trail import EpochLine

FAULTS = 3
"""Records of the reference that were left out, named beside the rules that are missing."""


Earlier: TypeAlias = Callable[[Sequence[int]], Iterable[Stored]]
"""Gives the records at these offsets of the partition of `dossier.events`, as far as they are there."""


class CannotRun(Exception):
    """The line cannot be run again; the message says why."""


class EventMissing(CannotRun):
    """The line took more records than are there."""


class EpochMissing(CannotRun):
    """There are records that no line has taken."""


class RulesMissing(CannotRun):
    """The line was decided by rules, or by a reference, that is not there."""


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

    def __init__(self, partition: int, *, ruling: Ruling, replay: bool = False, redated: int = SLICE) -> None:
        """Begin before the first epoch; `replay` and `redated` as the workers have them (see Register)."""
        self.partition = partition
        self.state: dict[bytes, bytes] = {}
        self.events = Ahead()
        self.earlier: Earlier = lambda _: ()
        self._ruling = ruling
        self._replay, self._redated = replay, redated
        self._skipped: set[int] = set()
        self._metrics = RegisterMetrics(CollectorRegistry())
        self._followed: Followed | None = None
        self._register: Register | None = None

    @property
    def register(self) -> Register:
        """The register as it stands; CannotRun before the first epoch."""
        if self._register is None:
            raise CannotRun("no epoch was run yet")
        return self._register

    @property
    def settled(self) -> bool:
        """Whether every dossier has been judged by the rules that count."""
        kept = partition_of(self.state.get(PARTITION_KEY))
        return kept is None or kept.cursor is None

    def entry(self, key: bytes) -> Entry | None:
        """Return what the register holds of a dossier."""
        return None if self._register is None else self._register.entry(key)

    def run(self, line: EpochLine, skipped: Sequence[int]) -> Epoch:
        """Run one epoch; `skipped` are the offsets that its lines say were passed over. Raises CannotRun."""
        followed = self._follow(line)
        if self._register is None:
            self._begin(followed)
        self._skipped.update(skipped)
        epoch = self._run(line, followed)
        for key, value in epoch.outputs.get((STATE.name, self.partition), ()):
            if value is None:
                self.state.pop(key or b"", None)
            else:
                self.state[key or b""] = value
        return epoch

    def _run(self, line: EpochLine, followed: Followed) -> Epoch:
        if line.next_offset == -1:
            epoch = self.register.tick(line.clock)
            if not epoch.outputs:
                # Only a worker that has just begun says that nothing happened.
                self._begin(followed)
                epoch = self.register.tick(line.clock)
            return epoch
        batch = self.events.look(line.taken + line.full)
        check(line, batch)
        if offsets := self.register.needs(batch):
            self.register.give_back(self.earlier(offsets))
        try:
            epoch = self.register.take(batch, now=line.clock, behind=line.behind)
        except (Poisoned, ArithmeticError, LookupError, ValueError, TypeError) as error:
            raise CannotRun(f"the rules cannot take the records before {line.next_offset}: {error}") from error
        self.events.take(min(line.taken, len(batch)))
        return epoch

    def _follow(self, line: EpochLine) -> Followed:
        """Know of the reference what the epoch knew."""
        known = self._ruling.at(line.position)
        if known is None:
            raise RulesMissing(self._missing(f"no record of {REFERENCE.name} ends at the position {line.position}"))
        if self._ruling.named(line.reference) is None:
            raise RulesMissing(self._missing(f"decided by the rules {line.reference}, which are not at hand"))
        if self._followed is None:
            self._followed = Followed(known)
        self._followed.known = known
        return self._followed

    def _missing(self, what: str) -> str:
        return "; ".join((what, *self._ruling.faults[:FAULTS]))

    def _begin(self, followed: Followed) -> None:
        self._register = Register(
            self.partition,
            rules=followed,
            metrics=self._metrics,
            replay=self._replay,
            skipped=self._skipped,
            redated=self._redated,
        )
        self._register.restore(list(self.state.items()))
