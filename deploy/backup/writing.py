"""Lays the steps of all partitions on the cluster, side by side; the one room here that writes records.

A round takes one step of every partition: what is plain, then one transaction that is committed, then one that is given
up. So the end of a transaction is paid for once for a hundred partitions, as many as go into memory at one time.
"""

import contextlib
import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from deploy.backup.laying import Step, Way
from deploy.backup.pieces import Kept
from deploy.reading import LogUnreadable
from streams.cluster import Address
from streams.engine.connection import Connection
from streams.engine.placing import NotPlaced, Placer, Record, Run
from streams.sockets import direct

PATIENCE: Final = 60.0
"""Seconds for the ends to be seen."""
TOGETHER: Final = 16 << 20
"""Bytes, about, of what is written at one time: far below what a broker takes in one request (100 MiB)."""


class Lane:
    """One partition (`topic` with its prefix) and the steps that are left for it."""

    def __init__(self, topic: str, partition: int, steps: Iterator[Step]) -> None:
        """Take the steps, in order; they may be made while they are asked for."""
        self.topic, self.partition = topic, partition
        self._steps = steps
        self.next = next(steps, None)
        self.at = 0
        self.unsure = False

    @property
    def place(self) -> TopicPartition:
        """The partition, in the library's words."""
        return TopicPartition(self.topic, self.partition)

    def parts(self) -> Iterator[tuple[bool, Run]]:
        """Yield what is written by one hand after the other: whether it belongs to a step that is given up, and it."""
        step = self.next
        if step is None:
            return
        for aborted, some in itertools.groupby(step.records, lambda one: one.aborted):
            records = list(some)
            yield aborted, Run(self.topic, self.partition, records[0].offset, map(_record, records))
        if step.fill:
            empty = itertools.repeat(Record(step.stamp, b"", b""), step.fill)
            yield True, Run(self.topic, self.partition, step.start + len(step.records), empty)

    def done(self) -> None:
        """Say that the step has been written."""
        if self.next is not None:
            self.at, self.unsure = self.next.end, self.next.way is not Way.PLAIN
        self.next = next(self._steps, None)


class Layer:
    """Writes, and looks at the ends; a context manager, whose methods raise LogUnreadable."""

    def __init__(self, bootstrap: Address, *, name: str) -> None:
        """Prepare; `name` is the transactional id."""
        self._bootstrap = bootstrap
        self._placer = Placer(Connection(bootstrap, "", "", client_id="dunghan-restore", transaction_ms=60_000), name)
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Connect."""
        with _ours(), contextlib.ExitStack() as stack:
            stack.enter_context(self._placer)
            self._ends: Any = KafkaConsumer(**direct(self._bootstrap), group_id=None, metrics_enabled=False)
            stack.callback(self._ends.close, autocommit=False)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connections."""
        with contextlib.suppress(LogUnreadable), _ours():
            self._stack.close()

    def lay(self, lanes: Sequence[Lane]) -> None:
        """Write all steps of all lanes, every record at its offset.

        What does not come to stand at its offset ends it: somebody else writes there.
        """
        left = [lane for lane in lanes if lane.next is not None]
        while left:
            for way in Way:
                for some in _together([lane for lane in left if lane.next is not None and lane.next.way is way]):
                    with _ours():
                        self._write(some, way)
                    for lane in some:
                        lane.done()
            left = [lane for lane in left if lane.next is not None]
        self._wait_for_ends(lanes)

    def _write(self, lanes: Sequence[Lane], way: Way) -> None:
        if way is Way.PLAIN:
            # The end of a transaction is written a moment after it was decided, and would come in between.
            self._wait_for_ends([lane for lane in lanes if lane.unsure])
            for runs in _turns(lanes):
                self._placer.place(run for _, run in runs)
            return
        self._placer.begin()
        for runs in _turns(lanes):
            self._placer.place_within(run for aborted, run in runs if aborted or way is Way.COMMITTED)
            self._placer.place(run for aborted, run in runs if not aborted and way is Way.ABORTED)
        self._placer.end(committed=way is Way.COMMITTED)

    def _wait_for_ends(self, lanes: Sequence[Lane]) -> None:
        deadline = time.monotonic() + PATIENCE
        while lanes:
            ends: dict[TopicPartition, int] = {}
            with _ours(), contextlib.suppress(KeyError):
                ends = self._ends.end_offsets([lane.place for lane in lanes])
            # While the leaders of a new topic are not known yet, the client stumbles over it (KeyError).
            short = [lane for lane in lanes if ends.get(lane.place, -1) < lane.at]
            if short and time.monotonic() > deadline:
                one = short[0]
                raise LogUnreadable(f"{one.topic}/{one.partition} ends at {ends.get(one.place)}, not at {one.at}")
            lanes = short
            time.sleep(0.005 if short else 0)


def _together(lanes: Iterable[Lane]) -> Iterator[list[Lane]]:
    """Yield lanes of which a step each may be held in memory and sent at one time."""
    some: list[Lane] = []
    size = 0
    for lane in lanes:
        more = 0 if lane.next is None else lane.next.size
        if some and size + more > TOGETHER:
            yield some
            some, size = [], 0
        some.append(lane)
        size += more
    if some:
        yield some


def _turns(lanes: Sequence[Lane]) -> Iterator[list[tuple[bool, Run]]]:
    """Yield what may be written at one time: the first part of each lane, then the second, and so on."""
    for turn in itertools.zip_longest(*(lane.parts() for lane in lanes)):
        yield [part for part in turn if part is not None]


def _record(one: Kept) -> Record:
    return Record(one.timestamp, one.key, one.value, one.headers)


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except NotPlaced as error:
        raise LogUnreadable(str(error)) from error
    except (KafkaError, OSError, AssertionError) as error:
        raise LogUnreadable(f"{type(error).__name__}: {error}") from error
