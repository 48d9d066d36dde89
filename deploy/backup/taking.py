"""Takes a backup: every topic up to one end, into files; what a folder has already is not copied again."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from deploy.backup.chains import is_last, walked
from deploy.backup.groups import Groups
from deploy.backup.manifest import Manifest, Place, keep, manifest_in
from deploy.backup.pieces import Kept, Title, name_of, write
from deploy.reading import Log, Stored
from streams.cluster import Address
from streams.core.moments import Moment
from streams.topics import ACTS, INBOX, LEDGER, TOPICS, TRAIL, Topic

OPEN_FOR: Final = 30.0
"""Seconds in which a transaction is given up whose writer was killed."""


class NotNow(Exception):
    """A backup cannot be taken as things are; the message says what is in the way, and what to do."""


class Source(NamedTuple):
    """What is copied: the topics of a prefix on a cluster, with so many partitions."""

    bootstrap: Address
    prefix: str
    partitions: int


class Taken(NamedTuple):
    """A backup: its manifest, and how many of its records are new in the folder."""

    manifest: Manifest
    copied: int


_BY_NAME: Final = {topic.name: topic for topic in TOPICS}
Ends = dict[tuple[str, int], tuple[int, int]]


def is_dense(topic: Topic) -> bool:
    """Tell whether nobody names the topic's offsets, so that its holes may close: it is compacted."""
    return topic.settings["cleanup.policy"] == "compact"


class _Logs(NamedTuple):
    committed: Log
    everything: Log


@contextlib.contextmanager
def _logs(source: Source) -> Iterator[_Logs]:
    with (
        Log(source.bootstrap, prefix=source.prefix) as log,
        Log(source.bootstrap, prefix=source.prefix, also_aborted=True) as everything,
    ):
        yield _Logs(log, everything)


def take(source: Source, folder: Path, *, now: Moment, release: str) -> Taken:
    """Copy what the folder does not have yet; raises NotNow, LogUnreadable, AdminError, Damaged, OSError.

    Workers and couriers have to be stopped, and nobody may publish; sources and the gateway may go on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), Groups(source.bootstrap, prefix=source.prefix) as groups, _logs(source) as logs:
        before = manifest_in(folder)
        ends = _looked(source, logs, groups=groups, before=before)
        copying = _Copying(logs, folder, before)
        places = tuple(copying.place(_BY_NAME[name], at, bounds) for (name, at), bounds in sorted(ends.items()))
        reached = groups.reached()
        _nobody(groups)
        moved = {
            name for (name, at), end in _ends(logs.committed, source.partitions).items() if end[1] != ends[name, at][1]
        }
        if moved := moved - {INBOX.name}:
            raise NotNow(
                f"{', '.join(sorted(moved))}: written while it was copied; stop whoever writes, and begin again"
            )
        heads, acts, wrong = walked(folder, places, before=before)
        made = Manifest(now, release, source.prefix, source.partitions, places, reached, heads, acts, wrong=wrong)
        keep(made, folder)
    return Taken(made, copying.copied)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Raise NotNow while another backup is written into the folder; its file names would be ours."""
    door = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotNow(f"{folder}: another backup is being written there") from error
        yield
    finally:
        os.close(door)


def looked(source: Source, folder: Path) -> int:
    """Return how many offsets `take` would copy now, and write nothing; raises what `take` raises."""
    before = manifest_in(folder)
    with Groups(source.bootstrap, prefix=source.prefix) as groups, _logs(source) as logs:
        ends = _looked(source, logs, groups=groups, before=before)
    had = {(one.topic, one.partition): one.end for one in before.places if not one.dense} if before else {}
    return sum(end - max(start, had.get(place, 0)) for place, (start, end) in ends.items())


def _looked(source: Source, logs: _Logs, *, groups: Groups, before: Manifest | None) -> Ends:
    _nobody(groups)
    deadline = time.monotonic() + OPEN_FOR
    while True:
        ends = _ends(logs.committed, source.partitions)
        written = _ends(logs.everything, source.partitions)
        still_open = {name for (name, at), end in ends.items() if end[1] != written[name, at][1]} - {INBOX.name}
        if not still_open:
            break
        if time.monotonic() > deadline:
            raise NotNow(f"{', '.join(sorted(still_open))}: a transaction is open; who writes?")
        time.sleep(0.5)
    if before is not None:
        _continues(logs.committed, before, source=source, ends=ends)
    return ends


def _continues(log: Log, before: Manifest, *, source: Source, ends: Ends) -> None:
    """Raise NotNow unless the log goes on from what the folder has."""
    if (before.prefix, before.partitions) != (source.prefix, source.partitions):
        raise NotNow(f"the folder has the topics of prefix {before.prefix!r} with {before.partitions} partitions")
    short = {one.topic for one in before.places if ends[one.topic, one.partition][1] < one.end}
    for topic, head in [*((TRAIL, head) for head in before.heads), (ACTS, before.acts)]:
        if head.count and head.offset >= ends[topic.name, head.partition][0]:
            last = [one.value for one in log.some(topic, head.partition, [head.offset])]
            if not last or not is_last(head, last[0]):
                short.add(topic.name)
    if short:
        raise NotNow(f"{', '.join(sorted(short))}: not the log that the folder has; take another folder")


def _nobody(groups: Groups) -> None:
    if busy := groups.at_work():
        raise NotNow(f"{', '.join(busy)}: at work; stop every worker and courier (a killed one is counted for 45 s)")


def _ends(log: Log, partitions: int) -> Ends:
    found: Ends = {}
    for topic in TOPICS:
        there, wanted = log.partitions(topic), 1 if topic.single else partitions
        if there != wanted:
            raise NotNow(f"{topic.name} has {there} partitions, not {wanted} (kafka.partitions)")
        found |= {(topic.name, partition): log.bounds(topic, partition) for partition in range(there)}
    return found


class _Copying:
    def __init__(self, logs: _Logs, folder: Path, before: Manifest | None) -> None:
        self._logs, self._folder = logs, folder
        self._before = {(one.topic, one.partition): one for one in before.places} if before else {}
        self.copied = 0

    def place(self, topic: Topic, partition: int, bounds: tuple[int, int]) -> Place:
        start, end = bounds
        dense = is_dense(topic)
        had = self._before.get((topic.name, partition))
        if dense and had is not None and had.end == end:
            return had
        pieces = [] if dense or had is None else [piece for piece in had.pieces if piece.last >= start]
        since = start if dense or had is None else max(start, had.end)
        if since < end:
            title, span = Title(topic.name, partition), (since, end)
            new = write(self._folder / name_of(title, span), title, self._records(topic, partition, span))
            pieces += [new] if new else []
            self.copied += new.records if new else 0
        return Place(topic.name, partition, start, end, tuple(pieces), dense)

    def _records(self, topic: Topic, partition: int, span: tuple[int, int]) -> Iterator[Kept]:
        committed = self._logs.committed.between(topic, partition, span)
        if topic is not LEDGER:
            yield from (_kept(one) for one in committed)
            return
        # A courier that was killed has noted there what it sent; its successor finds it though it was never committed.
        seen = next(committed, None)
        for one in self._logs.everything.between(topic, partition, span):
            is_committed = seen is not None and seen.offset == one.offset
            yield _kept(one, aborted=not is_committed)
            seen = next(committed, None) if is_committed else seen


def _kept(one: Stored, *, aborted: bool = False) -> Kept:
    return Kept(one.offset, one.timestamp, one.key, one.value, one.headers, aborted)
