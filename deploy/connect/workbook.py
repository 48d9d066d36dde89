"""Reads a workbook in a process of its own: `python -m deploy.connect.workbook FILE SHEET` writes its rows as msgpack.

The library builds the whole rectangle between a sheet's first and last cell in memory, and ends the process when there
is not enough; so it gets a process that may be ended, and a bound. Each answer is four bytes of length and a message.
"""

import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

import msgspec
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from deploy.connect.cells import Cell

MEMORY: Final = 900 << 20
"""Bytes of address space beyond what the process has at its start."""
UNPACKED: Final = 2 << 30
"""Bytes of all parts of the workbook, unpacked."""
AT_ONCE: Final = 1000
"""Rows of one message."""
PIECE: Final = 1 << 20
OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_SPOILED: Final = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?:[^>]*\bt="e"|[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>)'
)
"""A cell with an error, or a formula that was never calculated: the library shows both as empty."""
HALF_A_SECOND: Final = timedelta(milliseconds=500)
"""A workbook keeps a clock as a fraction of a day, a hair beside the second that was meant."""
_TAIL: Final = 4096


class Spoiled(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Cells, by row and column from 0, whose value is an error or was never calculated."""

    cells: list[tuple[int, int]]


class Rows(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Rows from the one with this number (from 0) on; `of` is how many there are in all."""

    first: int
    of: int
    cells: list[list[Any]]


class Unreadable(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Why the workbook cannot be read."""

    problem: str


Answer: TypeAlias = Spoiled | Rows | Unreadable


class _Refused(Exception):
    pass


def answers(path: Path, sheet: str) -> Iterator[Answer]:
    """Yield what the workbook says, or why it cannot be read; an empty `sheet` is the first that is not hidden."""
    try:
        with path.open("rb") as file:
            _check_kind(file)
        spoiled = _measured(path)
        with CalamineWorkbook.from_path(path) as book:
            found = book.get_sheet_by_name(_name(book, sheet))
            left = (found.start or (0, 0))[1]
            yield Spoiled([(row, column - left) for row, column in spoiled if column >= left])
            yield from _rows(found)
    except _Refused as refused:
        yield Unreadable(str(refused))
    except PasswordError:
        yield Unreadable("the workbook is protected by a password; save a copy without one")
    except (CalamineError, zipfile.BadZipFile, zlib.error, OSError, IndexError, EOFError) as wrong:
        yield Unreadable(f"no whole workbook: damaged, or still being written ({wrong})")


def _name(book: CalamineWorkbook, wanted: str) -> str:
    if wanted and wanted not in book.sheet_names:
        raise _Refused(f"there is no sheet {wanted!r}; there are {', '.join(book.sheet_names)}")
    shown = [one.name for one in book.sheets_metadata if one.visible is SheetVisibleEnum.Visible]
    return wanted or (shown or book.sheet_names)[0]


def _check_kind(file: BinaryIO) -> None:
    begins = file.read(512)
    if begins.startswith(OLE):
        overlap = begins
        while piece := file.read(PIECE):
            if _ENCRYPTED in overlap + piece:
                raise _Refused("the workbook is protected by a password; save a copy without one")
            overlap = piece[-64:]
        raise _Refused("a workbook of the old kind (.xls); save it as .xlsx")
    if begins.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
        raise _Refused("a web page named as a workbook; open it and save it as .xlsx")


def _measured(path: Path) -> list[tuple[int, int]]:
    """Unpack every part piece by piece, believing no size that the file states; return the spoiled cells."""
    size = 0
    spoiled: list[tuple[int, int]] = []
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        sheets = [part for part in archive.infolist() if part.filename.startswith("xl/worksheets/sheet")]
        for part in archive.infolist():
            tail = b""
            for piece in _unpacked(file, part):
                size += len(piece)
                if size > UNPACKED:
                    raise _Refused(f"more than {UNPACKED >> 30} GiB when unpacked; no export is so large")
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


def _rows(sheet: Any) -> Iterator[Rows]:
    total, number = sheet.total_height, 0
    pending: list[list[Any]] = []
    # The library leaves out empty columns at the left, and no rows at the top.
    for row in sheet.iter_rows():
        pending.append([_plain(cell) for cell in row])
        number += 1
        if len(pending) == AT_ONCE:
            yield Rows(number - AT_ONCE, total, pending)
            pending = []
    yield Rows(number - len(pending), total, pending)


def _plain(cell: Any) -> Cell:
    """Return a cell as one of the kinds of `Cell`; a date's clock is that of the wall, its zone stands for none."""
    if isinstance(cell, datetime):
        return (cell + HALF_A_SECOND).replace(microsecond=0, tzinfo=UTC)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day, tzinfo=UTC)
    return cell if isinstance(cell, str | float | int | bool) else str(cell)


def main() -> None:
    """Write the answers to the standard output."""
    path, sheet = sys.argv[1:3]
    statm = Path("/proc/self/statm")
    here = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
    resource.setrlimit(resource.RLIMIT_AS, (here + MEMORY, here + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    encode = msgspec.msgpack.Encoder().encode
    for answer in answers(Path(path), sheet):
        message = encode(answer)
        sys.stdout.buffer.write(len(message).to_bytes(4, "big") + message)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
