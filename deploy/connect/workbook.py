"""Reads a workbook in a process of its own: `python -m deploy.connect.workbook FILE SHEET` writes its rows as msgpack.

The library builds the whole rectangle between a sheet's first and last cell in memory, and ends the process when there
is not enough; so it gets a process that may be ended, and a bound. Each answer is four bytes of length and a message.
"""

import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

import msgspec
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from deploy.connect.archive import PIECE, UNPACKED, TooLarge, measured
from deploy.connect.cells import Cell

MEMORY: Final = 900 << 20
"""Bytes of address space beyond what the process has at its start."""
AT_ONCE: Final = 1000
"""Rows of one message."""
OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
HALF_A_SECOND: Final = timedelta(milliseconds=500)
"""A workbook keeps a clock as a fraction of a day, a hair beside the second that was meant."""
DAMAGED: Final = (
    *(CalamineError, zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError),
    *(LookupError, ValueError, ArithmeticError, NotImplementedError),
)
"""What reading a damaged archive ends in, the standard library's own surprises among them."""


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


def answers(path: Path, sheet: str, *, most: int = UNPACKED) -> Iterator[Answer]:
    """Yield what the workbook says, or why it cannot be read; an empty `sheet` is the first that is not hidden.

    `most` is how many bytes all its parts may have when unpacked.
    """
    try:
        with path.open("rb") as file:
            _check_kind(file)
        spoiled = measured(path, most)
        with CalamineWorkbook.from_path(path) as book:
            found = book.get_sheet_by_name(_name(book, sheet))
            left = (found.start or (0, 0))[1]
            yield Spoiled([(row, column - left) for row, column in spoiled if column >= left])
            yield from _rows(found)
    except (_Refused, TooLarge) as refused:
        yield Unreadable(str(refused))
    except PasswordError:
        yield Unreadable("the workbook is protected by a password; save a copy without one")
    except DAMAGED as wrong:
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
