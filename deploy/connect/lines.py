"""A CSV export as rows of texts: whatever its encoding and separator, however long its lines, in bounded memory."""

import codecs
import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple, cast

LONGEST: Final = 1 << 20
"""Characters of a row."""
SPREAD: Final = 100
"""Lines that one row may take, its cells having line ends in quotes."""
SEPARATORS: Final = (",", ";", "\t", "|")
SAMPLE: Final = 1 << 16
_TELLING: Final = 200
"""Lines with signs beyond ASCII that are asked for the encoding."""
UNREADABLE: Final = "dunghan.unreadable"
"""How bytes are decoded that are no text: to a sign that nobody can write, in every encoding."""
codecs.register_error(UNREADABLE, lambda wrong: ("\udcff", getattr(wrong, "end", 0)))
MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Line(NamedTuple):
    """One row of the file: its first line, from 1, its cells, or what is wrong with it."""

    number: int
    cells: list[str]
    problem: str = ""


def encoding_of(file: BinaryIO) -> str:
    """Return the encoding of a file: by its mark, by its zeros, else UTF-8, else Windows Vietnamese (cp1258)."""
    file.seek(0)
    sample = file.read(SAMPLE)
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) < len(sample) // 20 < len(sample) // 4 < max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    file.seek(0)
    votes: Counter[str] = Counter()
    while votes.total() < _TELLING and (line := file.readline(SAMPLE)):
        if not line.isascii():
            votes["utf-8" if _is_utf8(line) else "cp1258"] += 1
    return "cp1258" if votes["cp1258"] > votes["utf-8"] else "utf-8"


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return True


def separator_of(file: BinaryIO, encoding: str) -> str:
    """Return the separator that stands most often in the line that has the most of one."""
    file.seek(0)
    text = _text(file, encoding, "replace")
    lines = text.read(SAMPLE).splitlines()[:100]
    return max(SEPARATORS, key=lambda sign: max((line.count(sign) for line in lines), default=0))


def rows_of(file: BinaryIO, encoding: str, separator: str) -> Iterator[Line]:
    """Yield the rows of the file, also those that cannot be read; composed (NFC), line ends in quotes kept.

    A row that has a quote too many spoils itself and no other: the lines after its first are read again.
    """
    file.seek(0)
    lines = _Lines(_text(file, encoding, UNREADABLE), separator)
    while (first := lines.next()) is not None:
        number, text, problem = first
        if problem:
            yield Line(number, [], problem)
        elif '"' not in text:
            yield Line(number, text.rstrip("\r\n").split(separator))
        else:
            yield _quoted(lines, number, text)


class _Lines:
    """The lines of a file, each with its number and what is wrong with it; those given back come again."""

    def __init__(self, text: io.TextIOWrapper, separator: str) -> None:
        self.separator = separator
        self._text = text
        self._number = 0
        self._back: list[tuple[int, str, str]] = []

    def next(self) -> tuple[int, str, str] | None:
        """Return the next line; None at the end."""
        if self._back:
            return self._back.pop()
        text = self._text.readline(LONGEST)
        if not text:
            return None
        self._number += 1
        if len(text) >= LONGEST and not text.endswith(("\n", "\r")):
            self._skip()
            return self._number, "", f"a line of more than {LONGEST:,} characters"
        return self._number, *_sound(text)

    def back(self, lines: list[tuple[int, str, str]]) -> None:
        """Give lines back, in their order."""
        self._back += reversed(lines)

    def _skip(self) -> None:
        while (more := self._text.readline(LONGEST)) and not more.endswith(("\n", "\r")):
            pass


def _sound(text: str) -> tuple[str, str]:
    if "\0" in text:
        return "", "zero bytes: the file is damaged, or is still being written"
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        try:
            text.encode()  # what could not be read was marked with signs that nobody can write
        except UnicodeEncodeError:
            return "", "bytes that are no text in the file's encoding"
    return text, ""


def _quoted(lines: _Lines, number: int, text: str) -> Line:
    taken: list[tuple[int, str, str]] = []
    size = len(text)
    while text.count('"') % 2:
        more = lines.next()
        if more is not None:
            taken.append(more)
            size += len(more[1])
        if more is None or more[2] or len(taken) >= SPREAD or size > LONGEST:
            lines.back(taken)
            return Line(number, [], "a quote that is never closed")
        text += more[1]
    try:
        # Strict where lines were joined: else a quote too many in each of two rows makes one row of both.
        return Line(number, next(csv.reader([text], delimiter=lines.separator, strict=bool(taken))))
    except (csv.Error, StopIteration) as wrong:
        lines.back(taken)
        return Line(number, [], f"cannot be taken apart: {wrong}")


def _text(file: BinaryIO, encoding: str, errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(cast(BinaryIO, _Open(file)), encoding=encoding, errors=errors, newline="")


class _Open(io.RawIOBase):
    """The file, for a wrapper that closes what it wraps when it goes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # narrower: io calls it so
        """Read into the buffer."""
        read = self._file.read(len(buffer))
        buffer[: len(read)] = read
        return len(read)
