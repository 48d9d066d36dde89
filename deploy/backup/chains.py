"""The chains of a backup, walked in its files: the trail's, and that of the acts."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.backup.manifest import Place
from deploy.backup.pieces import Kept, read
from deploy.verify.chain import Walk
from deploy.verify.checkpoints import Head
from deploy.verify.differences import Difference
from deploy.verify.proof import head_of
from streams.topics import ACTS, TRAIL


def kept_of(folder: Path, place: Place) -> Iterator[Kept]:
    """Yield what is kept of a partition, in order; raises Damaged, OSError."""
    for piece in place.pieces:
        for one in read(folder, piece, topic=place.topic, partition=place.partition):
            # What the log had given up when the backup was taken is not brought back.
            if one.offset >= place.start or place.dense:
                yield one


def walked(folder: Path, places: Sequence[Place]) -> tuple[tuple[Head, ...], Head, tuple[Difference, ...]]:
    """Return how far the trail reaches in each partition, the acts, and what is wrong; raises Damaged, OSError."""
    heads: list[Head] = []
    acts = head_of(Walk(0, topic=ACTS))
    wrong: list[Difference] = []
    for place in places:
        if place.topic not in (TRAIL.name, ACTS.name):
            continue
        walk = Walk(place.partition, topic=TRAIL if place.topic == TRAIL.name else ACTS)
        for one in kept_of(folder, place):
            wrong += walk.take(one.offset, one.value or b"")
        if place.topic == TRAIL.name:
            heads.append(head_of(walk))
        else:
            acts = head_of(walk)
    return tuple(heads), acts, tuple(wrong)
