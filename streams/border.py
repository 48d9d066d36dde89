"""The border between the engine, which knows Kafka, and the steps, which know the office.

A step is a plain object for one partition. It never waits, reads no clock and does no I/O: the engine hands it records
and the time, and writes what it answers in one transaction with the position that it reached. Whatever drives a step
(the worker, a replay, a test, `verify`) gets the same answers.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

import msgspec

from streams.core.moments import Moment

KeyValue: TypeAlias = tuple[bytes | None, bytes | None]
Destination: TypeAlias = tuple[str, int]
"""A topic, by its unprefixed name, and a partition."""


class Incoming(Protocol):
    """One record as a Kafka client returns it; `timestamp` is milliseconds since 1970, the broker's where it stamps."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def timestamp(self) -> int:
        """Its time, milliseconds."""

    @property
    def key(self) -> bytes | None:
        """Its key."""

    @property
    def value(self) -> bytes | None:
        """Its value."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """Its headers, in order."""


class Poisoned(Exception):
    """A record that a step cannot take: its rules are broken by it, and guessing would be worse than standing still."""

    def __init__(self, offset: int, why: str) -> None:
        """Name the record and what went wrong."""
        super().__init__(f"the record at offset {offset}: {why}")
        self.offset = offset


class Epoch(msgspec.Struct):
    """What one epoch writes, and how many records of the batch it took (the others come again with the next)."""

    taken: int
    outputs: dict[Destination, list[KeyValue]]

    def write(self, to: Destination, key: bytes | None, value: bytes | None) -> None:
        """Add one record to what the epoch writes; a value of None deletes the key in a compacted topic."""
        self.outputs.setdefault(to, []).append((key, value))


class Step(Protocol):
    """One partition of one step of the way."""

    @property
    def next_at(self) -> Moment | None:
        """The next moment at which something falls due without any record; None if nothing does."""

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up state that an earlier epoch wrote, in the order of its topic; called any number of times, first."""

    @property
    def corrupt(self) -> Collection[bytes]:
        """The keys whose state could not be read; the engine answers with `rebuild`."""

    def rebuild(self, records: Iterable[Incoming]) -> None:
        """Take up again what the records of the corrupt keys say, all of them before the position, in order."""

    @property
    def headless(self) -> bool:
        """Whether what the partition keeps of itself is lost or cannot be read; the engine answers with `follow`."""

    def follow(self, lines: Iterable[bytes]) -> None:
        """Take it up again from the lines of the partition's trail, in order; called any number of times."""

    def compare(self, written: Mapping[bytes, bytes]) -> Sequence[str]:
        """Return where the last values by key of the plan's `compared` topic are not what the state says, in words.

        Called once, after the state has been taken up; the next epoch writes the right values.
        """

    @property
    def kept(self) -> Mapping[str, int]:
        """How many keys the step keeps, by how."""

    def needs(self, batch: Sequence[Incoming]) -> Sequence[int]:
        """Return the offsets of earlier records of the same partition that these cannot be taken without.

        Asked before every `take`; where it names any, the engine reads them and answers with `give_back`. Where it
        cannot read them all for now, it gives what it has, takes nothing, and asks once more.
        """

    def give_back(self, records: Iterable[Incoming]) -> None:
        """Hear what was asked for; what has not come by the next `take` is not there any more, or cannot be read."""

    def take(self, batch: Sequence[Incoming], *, now: Moment, behind: bool) -> Epoch:
        """Take records in order, not always all of them; `now` is the clock, `behind` says that more are waiting."""

    def tick(self, now: Moment) -> Epoch:
        """Let time pass without a record; an epoch with no outputs changed nothing."""
