"""An exported file, whatever its kind, as numbered rows of cells, in bounded memory.

A file that changes while it is read is not believed: `check` says so, and is asked before anything read is used.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, NamedTuple, Self

import msgspec

from deploy.connect.cells import SPOILED, Cell
from deploy.connect.lines import encoding_of, rows_of, separator_of
from deploy.connect.workbook import MEMORY, OLE, Answer, Rows, Spoiled, Unreadable
from streams.core.moments import Moment

WORKBOOK: Final = b"PK\x03\x04"
WEB_PAGE: Final = (b"<html", b"<!doctype", b"<table", b"<?xml")
LONGEST_ANSWER: Final = 256 << 20
_ANSWERS: Final = msgspec.msgpack.Decoder(Answer)


class BadExport(Exception):
    """The file as a whole cannot be read; the message says why, and what to do."""


class Numbered(NamedTuple):
    """One row: its line in the file, from 1, and its cells or what is wrong with it."""

    line: int
    cells: Sequence[Cell]
    problem: str = ""


class Export:
    """One file, to be read once; a context manager."""

    def __init__(self, path: Path, *, sheet: str | None = None, encoding: str | None = None) -> None:
        """Open the file; raises BadExport."""
        self.path = path
        self._heard: Callable[[float], None] = lambda _: None
        self._sheet = sheet
        self._encoding = encoding
        try:
            self.file: BinaryIO = path.open("rb")
            self._stood = self._stand()
        except OSError as wrong:
            raise BadExport(f"{path}: {wrong.strerror}") from wrong

    def __enter__(self) -> Self:
        """Return the export."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file."""
        self.file.close()

    @property
    def saved_at(self) -> Moment:
        """Return when the file was last written."""
        return self._stood[1] // 1_000_000_000

    def watched_by(self, heard: Callable[[float], None]) -> None:
        """Tell `heard`, from time to time, how much of the file has been read, 0 to 1."""
        self._heard = heard

    def check(self) -> None:
        """Raise BadExport if the file is no longer what was opened."""
        try:
            stands = self._stand()
        except OSError as wrong:
            raise BadExport(f"{self.path}: has gone while it was read") from wrong
        if stands != self._stood:
            raise BadExport(f"{self.path}: has changed while it was read; try again when it is whole")

    def rows(self) -> Iterator[Numbered]:
        """Yield every row; raises BadExport."""
        begins = self.file.read(512)
        if begins.startswith((WORKBOOK, OLE)) or begins.lstrip().lower().startswith(WEB_PAGE):
            return self._of_workbook()
        if not begins:
            raise BadExport(f"{self.path}: is empty")
        return self._of_text()

    def _of_text(self) -> Iterator[Numbered]:
        encoding = self._encoding or encoding_of(self.file)
        separator = separator_of(self.file, encoding)
        size = max(self._stood[0], 1)
        for line in rows_of(self.file, encoding, separator):
            if not line.number % 5_000:
                self._heard(min(self.file.tell() / size, 1.0))
            yield Numbered(*line)

    def _of_workbook(self) -> Iterator[Numbered]:
        spoiled: dict[int, list[int]] = {}
        with closing(_answers(self.path, self._sheet or "")) as answers:
            for answer in answers:
                match answer:
                    case Unreadable(problem):
                        raise BadExport(f"{self.path}: {problem}")
                    case Spoiled(places):
                        for row, column in places:
                            spoiled.setdefault(row, []).append(column)
                    case Rows():
                        self._heard((answer.first + len(answer.cells)) / max(answer.of, 1))
                        for number, cells in enumerate(answer.cells, answer.first):
                            for column in spoiled.get(number, ()):
                                cells[column] = SPOILED
                            yield Numbered(number + 1, cells)

    def _stand(self) -> tuple[int, int, int]:
        found = os.stat(self.path)  # noqa: PTH116 - a path that was deleted and made anew has another inode
        return found.st_size, found.st_mtime_ns, found.st_ino


def _answers(path: Path, sheet: str) -> Generator[Answer]:
    """Yield what the reading process says of a workbook; raises BadExport when it ends before it has said all."""
    command = [sys.executable, "-m", "deploy.connect.workbook", str(path), sheet]
    with tempfile.TemporaryFile() as said:
        reading: subprocess.Popen[bytes] = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said)  # noqa: S603 - ours
        try:
            assert reading.stdout is not None  # noqa: S101 - it is piped
            yield from _messages(reading.stdout)
            ended = reading.wait()
        finally:
            reading.kill()
            reading.communicate()
        if ended:
            said.seek(0)
            raise BadExport(f"{path}: {_reason(ended, said.read(4096))}")


def _messages(pipe: Any) -> Iterator[Answer]:
    while len(length := pipe.read(4)) == 4:  # noqa: PLR2004 - four bytes of length
        size = int.from_bytes(length, "big")
        message = pipe.read(size) if size <= LONGEST_ANSWER else b""
        if len(message) < size:
            return
        yield _ANSWERS.decode(message)


def _reason(code: int, said: bytes) -> str:
    if b"memory allocation" in said or b"MemoryError" in said or b"capacity overflow" in said:
        return (
            f"the sheet needs more than {MEMORY >> 20} MiB; delete the empty rows and columns "
            "to the right of the table and below it, or save it as CSV"
        )
    last = said.decode(errors="replace").strip().splitlines()[-1:] or [""]
    return f"the workbook cannot be read (ended with {code}): {last[0][:200]}"
