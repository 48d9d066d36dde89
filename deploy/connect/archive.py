"""The parts of a workbook, unpacked once before the library does so: their size, and which cells are spoiled."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

UNPACKED: Final = 2 << 30
"""Bytes of all parts of the workbook, unpacked."""
PIECE: Final = 1 << 20
_SPOILED: Final = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?:[^>]*\bt="e"|[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>)'
)
"""A cell with an error, or a formula that was never calculated: the library shows both as empty."""
_TAIL: Final = 4096


class TooLarge(Exception):
    """The workbook is larger, when unpacked, than any export is."""


def measured(path: Path, most: int) -> list[tuple[int, int]]:
    """Unpack every part piece by piece, believing no size that the file states; return the spoiled cells.

    Raises TooLarge beyond `most` bytes, and what the standard library raises for a damaged archive.
    """
    size = 0
    spoiled: list[tuple[int, int]] = []
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        sheets = [part for part in archive.infolist() if part.filename.startswith("xl/worksheets/sheet")]
        for part in archive.infolist():
            tail = b""
            for piece in _unpacked(file, part):
                size += len(piece)
                if size > most:
                    raise TooLarge(f"more than {most >> 20} MiB when unpacked; no export is so large")
                if len(sheets) == 1 and part is sheets[0]:
                    spoiled += _spoiled_in(tail + piece, len(tail))
                    tail = piece[-_TAIL:]
    return spoiled


def _spoiled_in(text: bytes, known: int) -> Iterator[tuple[int, int]]:
    # A cell that ends within what was seen before was found then.
    for found in _SPOILED.finditer(text):
        if found.end() > known:
            yield int(found[2]) - 1, _column(found[1])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _unpacked(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    file.seek(part.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("a part is not where it should be")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = part.compress_size
    unpack = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left and (packed := file.read(min(PIECE, left))):
        left -= len(packed)
        if unpack is None:
            yield packed
            continue
        while packed:
            yield unpack.decompress(packed, PIECE)
            packed = unpack.unconsumed_tail
