"""The trail as a proof: every partition walked, compared with what was signed, and signed again."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from deploy.reading import Log, Stored
from deploy.signing import PrivateKey, PublicKey
from deploy.verify.chain import Sealed, Walk
from deploy.verify.checkpoints import (
    Checkpoint,
    Head,
    Heads,
    acts_of,
    heads_of,
    keep,
    kept,
    opened,
    reference_of,
    signed,
)
from deploy.verify.differences import Difference, Found, Kind
from streams.core.moments import Moment
from streams.topics import ACTS, REFERENCE, TRAIL, prefixed


class Walked(NamedTuple):
    """How far each partition's chain reaches, and what is wrong with it."""

    heads: Heads
    found: Found


def walked(log: Log, checkpoints: Sequence[Checkpoint], *, prefix: str) -> Walked:
    """Walk the whole trail and the acts; raises LogUnreadable."""
    found, heads = Found(), []
    for partition in range(log.partitions(TRAIL)):
        walk = walk_of(partition, checkpoints, prefix=prefix)
        found.add(_differences(walk, log.whole(TRAIL, partition)))
        heads.append(head_of(walk))
    acts = acts_walk(checkpoints, prefix=prefix)
    found.add(_differences(acts, log.whole(ACTS, acts.partition)))
    reference = reference_walk(checkpoints, prefix=prefix)
    found.add(seal(reference, log))
    return Walked(Heads(tuple(heads), head_of(acts), head_of(reference)), found)


def _differences(walk: Walk, records: Iterable[Stored]) -> Iterator[Difference]:
    for record in records:
        yield from walk.take(record.offset, record.value or b"")
    yield from walk.end()


def walk_of(partition: int, checkpoints: Sequence[Checkpoint], *, prefix: str) -> Walk:
    """Return the walk of a partition against these checkpoints."""
    return Walk(partition, heads_of(checkpoints, topic=prefixed(prefix, TRAIL), partition=partition))


def acts_walk(checkpoints: Sequence[Checkpoint], *, prefix: str) -> Walk:
    """Return the walk of `office.acts` against these checkpoints."""
    return Walk(0, acts_of(checkpoints, topic=prefixed(prefix, TRAIL)), topic=ACTS)


def reference_walk(checkpoints: Sequence[Checkpoint], *, prefix: str) -> Sealed:
    """Return the walk of `reference` against these checkpoints."""
    return Sealed(0, reference_of(checkpoints, topic=prefixed(prefix, TRAIL)), topic=REFERENCE)


def seal(walk: Sealed, log: Log) -> Iterator[Difference]:
    """Read on in `reference`; yields what is not as it was signed; raises LogUnreadable."""
    for record in log.since(REFERENCE, walk.partition, walk.offset + 1):
        yield from walk.add(record.offset, record.key or b"", record.value or b"")
    yield from walk.end()


def head_of(walk: Walk) -> Head:
    """Return how far a walk has come."""
    return Head(walk.partition, walk.offset, walk.count, walk.head.hex())


def sign(heads: Heads, *, prefix: str, at: Moment, key: PrivateKey) -> tuple[bytes, Checkpoint]:
    """Return a checkpoint, signed and as a value."""
    value = signed(prefixed(prefix, TRAIL), heads, at=at, key=key)
    return value, opened(value, key.public)


def checkpoints_in(folder: Path | None, key: PublicKey | None) -> tuple[list[Checkpoint], list[Difference]]:
    """Return the checkpoints that are kept, and what in the folder is none; nothing without folder or key.

    Raises OSError when the folder cannot be read: a proof that is not there is not a proof that holds.
    """
    if folder is None or key is None:
        return [], []
    folder.stat()
    checkpoints, forged = kept(folder, key)
    return checkpoints, [Difference(Kind.CHECKPOINT_FORGED, TRAIL.name, -1, "", told) for told in forged]


__all__ = [
    "Walked",
    "acts_walk",
    "checkpoints_in",
    "head_of",
    "keep",
    "reference_walk",
    "seal",
    "sign",
    "walk_of",
    "walked",
]
