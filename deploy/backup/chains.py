"""The chains of a backup, walked in its files: the trail's, and that of the acts."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from deploy.backup.manifest import Manifest, Place
from deploy.backup.pieces import Kept, read
from deploy.verify.chain import Walk
from deploy.verify.checkpoints import Head
from deploy.verify.proof import head_of
from streams.topics import ACTS, TRAIL


def kept_of(folder: Path, place: Place, *, after: int = -1) -> Iterator[Kept]:
    """Yield what is kept of a partition in the files that reach beyond an offset, in order; raises Damaged, OSError."""
    for piece in place.pieces:
        if piece.last <= after:
            continue
        for one in read(folder, piece, topic=place.topic, partition=place.partition):
            # What the log had given up when the backup was taken is not brought back.
            if one.offset >= place.start or place.dense:
                yield one


def is_last(head: Head, value: bytes | None) -> bool:
    """Tell whether a line of a chain is the one at which `head` was; anything may be asked about, also what is none."""
    return (value or b"").endswith(b'"hash":"%b"}' % head.head.encode())


class Walked(NamedTuple):
    """How far the trail reaches in each partition, the acts, and what is wrong."""

    heads: tuple[Head, ...]
    acts: Head
    wrong: tuple[str, ...]


def walked(folder: Path, places: Sequence[Place], *, before: Manifest | None = None) -> Walked:
    """Walk the chains; raises Damaged, OSError.

    With `before`, the manifest of an earlier backup in the folder, from where that one came to, so that a day's files
    are read and not a year's; what was wrong then still is.
    """
    heads: list[Head] = []
    acts = head_of(Walk(0, topic=ACTS))
    wrong: list[str] = [] if before is None else list(before.wrong)
    known = {} if before is None else {(TRAIL.name, one.partition): one for one in before.heads}
    if before is not None:
        known[ACTS.name, before.acts.partition] = before.acts
    for place in places:
        if place.topic not in (TRAIL.name, ACTS.name):
            continue
        walk = Walk(place.partition, topic=TRAIL if place.topic == TRAIL.name else ACTS)
        if (head := known.get((place.topic, place.partition))) is not None:
            walk.go_on(head)
        for one in kept_of(folder, place, after=walk.offset):
            wrong += map(str, walk.take(one.offset, one.value or b""))
        if place.topic == TRAIL.name:
            heads.append(head_of(walk))
        else:
            acts = head_of(walk)
    return Walked(tuple(heads), acts, tuple(wrong))
