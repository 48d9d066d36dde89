"""The manifest of a backup: what was copied, up to where, and what everything must come to.

One JSON object, whose last member is `sha256`, over the object's own bytes without that member.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

import msgspec

from deploy.backup.pieces import Damaged, Piece, pieces_in
from deploy.verify.checkpoints import Head
from streams.core.moments import Moment

NAME: Final = "manifest.json"
VERSION: Final = 1
_MARK: Final = b',"sha256":"'


class Place(msgspec.Struct, frozen=True):
    """One partition: what is kept of it lies between the offsets `start` and `end`, in these files.

    `dense`: a compacted topic, whose offsets nobody names; it is laid again without its holes.
    """

    topic: str
    partition: int
    start: int
    end: int
    pieces: tuple[Piece, ...]
    dense: bool = False

    @property
    def records(self) -> int:
        """How many records are kept of it."""
        return sum(piece.records for piece in self.pieces)


class Reached(msgspec.Struct, frozen=True):
    """How far a group (`worker`, `route`, `send`) had committed in a partition, and its note beside that."""

    group: str
    topic: str
    partition: int
    offset: int
    note: str = ""


class Manifest(msgspec.Struct, frozen=True):
    """All of a backup; `heads` and `acts` are what a checkpoint of the trail would sign.

    `wrong` says what did not hold together in the chains when they were copied.
    """

    made_at: Moment
    release: str
    prefix: str
    partitions: int
    places: tuple[Place, ...]
    reached: tuple[Reached, ...]
    heads: tuple[Head, ...]
    acts: Head
    version: int = VERSION
    wrong: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """How many records are in it."""
        return sum(place.records for place in self.places)


def sealed(manifest: Manifest) -> bytes:
    """Return the bytes of a manifest."""
    body = msgspec.json.encode(manifest)
    return b'%b%b%b"}\n' % (body[:-1], _MARK, hashlib.sha256(body).hexdigest().encode())


def opened(value: bytes) -> Manifest:
    """Return the manifest of these bytes; raises Damaged."""
    body, mark, rest = value.strip().rpartition(_MARK)
    body += b"}"
    if not mark or hashlib.sha256(body).hexdigest() != rest.removesuffix(b'"}').decode(errors="replace"):
        raise Damaged(f"{NAME}: not what was written")
    try:
        version = msgspec.json.decode(body, type=_Versioned).version
        if version != VERSION:
            raise Damaged(f"{NAME}: version {version}; this release reads {VERSION}")
        return msgspec.json.decode(body, type=Manifest)
    except msgspec.MsgspecError as error:
        raise Damaged(f"{NAME}: {error}") from error


class _Versioned(msgspec.Struct):
    version: int


def manifest_in(folder: Path) -> Manifest | None:
    """Return the manifest of a folder, None where there is none; raises Damaged, OSError."""
    file = folder / NAME
    return opened(file.read_bytes()) if file.exists() else None


def keep(manifest: Manifest, folder: Path) -> None:
    """Put the manifest in place of the last one, then remove those of our files that it does not name; raises OSError.

    Each step is on the disk before the next: a backup that was cut short, by a power cut too, leaves the one before it
    whole.
    """
    beside = folder / f"{NAME}.part"
    with beside.open("wb") as content:
        content.write(sealed(manifest))
        content.flush()
        os.fsync(content.fileno())
    beside.replace(folder / NAME)
    names = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(names)
    finally:
        os.close(names)
    named = {piece.name for place in manifest.places for piece in place.pieces}
    for file in pieces_in(folder):
        if file.name not in named:
            file.unlink()
