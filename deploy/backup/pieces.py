"""The files of a backup: one run of records of one partition each, in order, as JSON lines under gzip.

The first line says what the file is; every other line is a record. Anybody with gzip and a JSON reader can read it.
"""

import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

FORMAT: Final = 1
FIELDS: Final = (
    "offset; timestamp: milliseconds since 1970; key, value, headers [name, value]: bytes in base64, "
    "absent where null; aborted: written and never committed"
)


class Damaged(Exception):
    """A file of the backup is not what was written; the message names it and says why."""


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record as it stood in its partition; `aborted`: it was written, and its transaction never committed."""

    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    aborted: bool = False


class Title(msgspec.Struct, frozen=True):
    """The first line of a file."""

    topic: str
    partition: int
    format: int = FORMAT
    fields: str = FIELDS


class Piece(msgspec.Struct, frozen=True):
    """One file, as the manifest names it: its records, from offset `first` to `last`, and its SHA-256."""

    name: str
    first: int
    last: int
    records: int
    sha256: str


_NAME: Final = re.compile(r"[a-z.]+-\d{3,}-\d{20}-\d{20}\.jsonl\.gz")
_LINE: Final = msgspec.json.Encoder()
_KEPT: Final = msgspec.json.Decoder(Kept)
_TITLE: Final = msgspec.json.Decoder(Title)


def name_of(title: Title, span: tuple[int, int]) -> str:
    """Return the name of the file for what lies between two offsets."""
    start, end = span
    return f"{title.topic}-{title.partition:03}-{start:020}-{end:020}.jsonl.gz"


def pieces_in(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that are named as ours are."""
    return (file for file in folder.iterdir() if _NAME.fullmatch(file.name))


def write(file: Path, title: Title, records: Iterable[Kept]) -> Piece | None:
    """Write the records to a file that its owner alone can read; None, and no file, without any. Raises OSError."""
    first, last, count = -1, -1, 0
    file.touch(mode=0o600)
    # No name and no time in the gzip header: the same records give the same file.
    with file.open("wb") as plain, gzip.GzipFile("", "wb", 6, plain, mtime=0) as packed:
        packed.write(_LINE.encode(title) + b"\n")
        for one in records:
            packed.write(_LINE.encode(one) + b"\n")
            first, last, count = (one.offset if first < 0 else first), one.offset, count + 1
    if not count:
        file.unlink()
        return None
    with file.open("rb+") as written:
        os.fsync(written.fileno())
    return Piece(file.name, first, last, count, digest(file))


def digest(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal; raises OSError."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def read(folder: Path, piece: Piece, *, topic: str, partition: int) -> Iterator[Kept]:
    """Yield the records of a file, checked against what the manifest says of it; raises Damaged, OSError."""
    count, last = 0, piece.first - 1
    try:
        with gzip.open(folder / piece.name, "rb") as packed:
            title = _TITLE.decode(packed.readline())
            if (title.topic, title.partition, title.format) != (topic, partition, FORMAT):
                raise Damaged(f"{piece.name}: {title.topic}/{title.partition}, format {title.format}")
            for line in packed:
                one = _KEPT.decode(line)
                if one.offset <= last:
                    raise Damaged(f"{piece.name}: offset {one.offset} after {last}")
                count, last = count + 1, one.offset
                yield one
    except (EOFError, gzip.BadGzipFile, zlib.error, msgspec.MsgspecError) as error:
        raise Damaged(f"{piece.name}: {error}") from error
    if (count, last) != (piece.records, piece.last):
        raise Damaged(f"{piece.name}: {count} records to offset {last}, not {piece.records} to {piece.last}")
