"""Signed checkpoints of the trail: how many lines each partition had, and the hash they came to.

One JSON object, whose last member is `signature`: Ed25519, in hexadecimal, over the object's own bytes without that
member. A checkpoint that is kept where nobody who can write to the log can write proves what the log held then.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from deploy.signing import PrivateKey, PublicKey
from streams.core.moments import Moment, datetime_of

MARK: Final = b',"signature":"'
_SUFFIX: Final = ".checkpoint.json"


class Forged(Exception):
    """No checkpoint that our key signed; the message says why."""


class Head(msgspec.Struct, frozen=True):
    """One partition: the offset of its last line, how many lines there were up to it, and that line's hash."""

    partition: int
    offset: int
    count: int
    head: str


class Checkpoint(msgspec.Struct, frozen=True):
    """All partitions of one trail (`topic`, with its prefix) at a moment; `key` names the key that signed.

    `acts` is the same of `office.acts`, `reference` of `reference`, whose hash is reckoned by who signs (chain.Sealed).
    """

    topic: str
    at: Moment
    key: str
    heads: tuple[Head, ...]
    acts: Head | None = None
    reference: Head | None = None
    version: int = 1


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Checkpoint)


class Heads(msgspec.Struct, frozen=True):
    """All that a checkpoint says of a log: the trail's partitions, `office.acts`, `reference`."""

    trail: tuple[Head, ...]
    acts: Head | None = None
    reference: Head | None = None

    @property
    def lines(self) -> int:
        """How many lines of the trail there are."""
        return sum(head.count for head in self.trail)


def signed(topic: str, heads: Heads, *, at: Moment, key: PrivateKey) -> bytes:
    """Return the bytes of a checkpoint."""
    said = Checkpoint(topic, at, key.public.name, heads.trail, heads.acts, heads.reference)
    body = _encoder.encode(said)
    return b'%b%b%b"}' % (body[:-1], MARK, key.sign(body).hex().encode())


def opened(value: bytes, key: PublicKey) -> Checkpoint:
    """Return the checkpoint of these bytes; raises Forged unless this key signed exactly them."""
    body, mark, rest = value.strip().rpartition(MARK)
    try:
        signature = bytes.fromhex(rest.removesuffix(b'"}').decode())
        checkpoint = _decoder.decode(body + b"}")
    except (ValueError, msgspec.MsgspecError) as error:
        raise Forged(f"not a checkpoint: {error}") from error
    if not mark or not key.signed(body + b"}", signature):
        raise Forged(f"not signed by the key {key.name}")
    return checkpoint


def keep(value: bytes, checkpoint: Checkpoint, folder: Path) -> Path:
    """Write a checkpoint into the folder, under its trail's name and its moment; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime_of(checkpoint.at).strftime("%Y%m%dT%H%M%S%z")
    file = folder / f"{checkpoint.topic}-{stamp}{_SUFFIX}"
    # Under another name first: who reads the folder meanwhile must not take half a file for a forgery.
    beside = file.with_suffix(".part")
    beside.write_bytes(value + b"\n")
    beside.replace(file)
    return file


def kept(folder: Path, key: PublicKey) -> tuple[list[Checkpoint], list[str]]:
    """Return the checkpoints of a folder, oldest first, and a line for each file that is none. Raises OSError."""
    found: list[Checkpoint] = []
    forged: list[str] = []
    for file in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            found.append(opened(file.read_bytes(), key))
        except Forged as error:
            forged.append(f"{file.name}: {error}")
    return sorted(found, key=lambda one: one.at), forged


def heads_of(checkpoints: Sequence[Checkpoint], *, topic: str, partition: int) -> list[tuple[Moment, Head]]:
    """Return what the checkpoints of a trail say of one partition."""
    return [
        (one.at, head) for one in checkpoints if one.topic == topic for head in one.heads if head.partition == partition
    ]


def acts_of(checkpoints: Sequence[Checkpoint], *, topic: str) -> list[tuple[Moment, Head]]:
    """Return what the checkpoints of a trail say of `office.acts` beside it."""
    return [(one.at, one.acts) for one in checkpoints if one.topic == topic and one.acts is not None]


def reference_of(checkpoints: Sequence[Checkpoint], *, topic: str) -> list[tuple[Moment, Head]]:
    """Return what the checkpoints of a trail say of `reference` beside it."""
    return [(one.at, one.reference) for one in checkpoints if one.topic == topic and one.reference is not None]
