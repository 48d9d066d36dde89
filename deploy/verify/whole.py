"""The verification of everything: every partition run again, then the mails; once, or again and again."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from alerts.log import Follower, LogError
from deploy.reading import Log, LogUnreadable
from deploy.verify.checkpoints import Checkpoint, Heads, reference_of
from deploy.verify.differences import Difference, Found
from deploy.verify.mails import Awaited, Mails, Routed
from deploy.verify.office import Consents, Office
from deploy.verify.partition import AGAIN, Logs, Partition
from deploy.verify.proof import acts_walk, head_of, seal, walk_of
from deploy.verify.releases import Releases
from deploy.verify.rerun import Rerun
from deploy.verify.ruling import Ruling
from streams.cluster import Address
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.register.redating import SLICE
from streams.topics import NOTICES, OUTBOX, REFERENCE, TRAIL, prefixed


class Source(NamedTuple):
    """Where the log is, and by what it was decided: `first` counts before anything was published in `reference`."""

    bootstrap: Address
    prefix: str
    first: Rulebook
    replay: bool = False
    redated: int = SLICE
    consents: Consents | None = None


class Verified(NamedTuple):
    """What came of it: of `reached` stages of open dossiers and notices the courier has come to, `answered` ended."""

    found: Found
    heads: Heads
    epochs: int
    reached: int
    answered: int

    @property
    def ratio(self) -> float:
        """How much of what should have had exactly one outcome has it; 1 where nothing should."""
        return self.answered / self.reached if self.reached else 1.0

    @property
    def lines(self) -> int:
        """How many lines of the trail were read."""
        return self.heads.lines


class Verification:
    """Everything under verification, a context manager; each `look` reads what has come since the last.

    With `once`, a partition is let go of as soon as it was looked at: one at a time is held in memory.
    """

    def __init__(self, source: Source, checkpoints: Sequence[Checkpoint] = (), *, once: bool = False) -> None:
        """Prepare; nothing connects before the block is entered."""
        self._source, self._checkpoints, self._once = source, checkpoints, once
        self._stack = ExitStack()
        self._mails = Mails()
        signed = reference_of(checkpoints, topic=prefixed(source.prefix, TRAIL))
        self._releases = Releases(signed, source.first)
        self._office = Office(acts_walk(checkpoints, prefix=source.prefix), source.consents)
        self._partitions: dict[int, Partition] = {}

    def __enter__(self) -> Self:
        """Connect; raises LogUnreadable."""
        prefix = self._source.prefix
        app = prefix or "dunghan"
        with ExitStack() as stack, _ours():
            self._logs = Logs(
                *(stack.enter_context(Log(self._source.bootstrap, prefix=prefix)) for _ in Logs.__struct_fields__)
            )
            self._ruling = Ruling(self._source.first, partial(self._logs.reference.since, REFERENCE, 0))
            self._routing = Follower(self._source.bootstrap, group=f"{app}-route", topic=prefixed(prefix, NOTICES))
            stack.callback(self._routing.close)
            self._sending = Follower(self._source.bootstrap, group=f"{app}-send", topic=prefixed(prefix, OUTBOX))
            stack.callback(self._sending.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the connections."""
        self._stack.close()

    @property
    def log(self) -> Log:
        """A reader of the log, between one look and the next."""
        return self._logs.outputs

    def look(self, *, now: Moment) -> Verified:
        """Read on and judge everything as it stands; raises LogUnreadable."""
        found, notices, trail = Found(), list[Awaited](), self._logs.trail
        # First of all, so that what is read after it holds all that was written with it.
        ends = [trail.bounds(TRAIL, number)[1] for number in range(trail.partitions(TRAIL))]
        found.add(seal(self._releases, self._logs.outputs))
        found.add(self._acts())
        self._mails.read(self._logs.outputs, self._routed())
        for number, end in enumerate(ends):
            it = self._partitions.get(number) or self._begin(number)
            found.add(it.look(self._logs, sure=end, now=now))
            found.add(it.walk.end())
            notices += it.fresh()
            if self._once:
                it.forget()
        found.add(self._mails.judged(self._decided, notices))
        return self._verified(found)

    def _acts(self) -> Iterator[Difference]:
        for last in (False, False, True):
            yield from self._office.look(self._logs.outputs)
            self._releases.tell(self._office.fresh())
            if last or not self._releases.waits:
                break
            # A release and its act are one transaction, whose end shows in one of both a little before the other.
            time.sleep(AGAIN)
        yield from self._office.walk.end()
        yield from self._releases.without_act()

    def _begin(self, number: int) -> Partition:
        source = self._source
        walk = walk_of(number, self._checkpoints, prefix=source.prefix)
        rerun = Rerun(number, ruling=self._ruling, replay=source.replay, redated=source.redated)
        it = self._partitions[number] = Partition(walk, rerun, ruling=self._ruling)
        return it

    def _routed(self) -> Routed:
        with _ours():
            routing, sending = self._routing.positions(), self._sending.positions()
        return Routed(
            {partition: one.offset for partition, one in routing.items()},
            {partition: one.offset for partition, one in sending.items()},
        )

    def _decided(self, notice: str) -> int:
        return sum(it.decided(notice) for it in self._partitions.values())

    def _verified(self, found: Found) -> Verified:
        every = self._partitions.values()
        return Verified(
            found,
            Heads(tuple(head_of(it.walk) for it in every), head_of(self._office.walk), head_of(self._releases)),
            sum(it.epochs for it in every),
            self._mails.expected + sum(it.outcomes.reached for it in every),
            self._mails.answered + sum(it.outcomes.answered for it in every),
        )


def verified(source: Source, checkpoints: Sequence[Checkpoint] = (), *, now: Moment) -> Verified:
    """Verify everything once; raises LogUnreadable."""
    with Verification(source, checkpoints, once=True) as verification:
        return verification.look(now=now)


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except LogError as error:
        raise LogUnreadable(str(error)) from error
