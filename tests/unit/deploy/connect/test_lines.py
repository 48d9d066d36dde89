"""CSV in every encoding and with every separator that offices use, and what is wrong with a line."""

import io
import tracemalloc
import unicodedata
from typing import Any

import pytest

from deploy.connect.lines import LONGEST, Line, encoding_of, rows_of, separator_of

VIETNAMESE = "Mã hồ sơ;Trạng thái\nH18-1;Đã xử lý xong\nH18-2;Yêu cầu bổ sung giấy tờ\n"


def read(content: bytes) -> list[Line]:
    file = io.BytesIO(content)
    encoding = encoding_of(file)
    return list(rows_of(file, encoding, separator_of(file, encoding)))


def cp1258(text: str) -> bytes:
    """Return the text as Windows Vietnamese writes it: tone marks as signs of their own."""
    out = b""
    for sign in text:
        try:
            out += sign.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = list(unicodedata.normalize("NFD", sign))
            tone = next(mark for mark in reversed(marks) if mark in "\u0300\u0301\u0303\u0309\u0323")
            shape = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark != tone))
            out += shape.encode("cp1258") + tone.encode("cp1258")
    return out


@pytest.mark.parametrize(
    "content",
    [
        VIETNAMESE.encode(),
        VIETNAMESE.encode("utf-8-sig"),
        unicodedata.normalize("NFD", VIETNAMESE).encode(),
        VIETNAMESE.encode("utf-16"),
        VIETNAMESE.encode("utf-16-le"),
        VIETNAMESE.encode("utf-16-be"),
        cp1258(VIETNAMESE),
        VIETNAMESE.replace("\n", "\r\n").encode(),
        VIETNAMESE.replace(";", "\t").encode(),
        VIETNAMESE.replace(";", ",").encode(),
        VIETNAMESE.replace(";", "|").encode(),
    ],
    ids=["utf-8", "mark", "decomposed", "utf-16", "16-le", "16-be", "cp1258", "crlf", "tab", "comma", "bar"],
)
def test_the_same_rows_come_out_of_every_encoding_and_separator(content: bytes) -> None:
    wanted = [line.split(";") for line in VIETNAMESE.splitlines()]
    assert [line.cells for line in read(content)] == wanted


def test_quotes_hold_separators_and_line_ends_and_lines_are_counted_as_in_the_file() -> None:
    found = read(b'code,text\n1,"a, ""b""\nand more"\n2,c\n')
    assert found == [Line(1, ["code", "text"]), Line(2, ["1", 'a, "b"\nand more']), Line(4, ["2", "c"])]


def test_a_quote_that_is_never_closed_spoils_its_own_row_alone() -> None:
    found = read(b'code,text\n1,"never closed\n2,b\n' + b"3,c\n" * 200)
    assert (found[1].number, found[1].problem) == (2, "a quote that is never closed")
    assert [line.cells for line in found[2:4]] == [["2", "b"], ["3", "c"]]
    assert len(found) == 203


def test_bytes_that_are_no_text_spoil_their_own_row_alone() -> None:
    found = read(VIETNAMESE.encode() + b"H18-3;\xff\xfe\nH18-4;Xong\n")
    assert (found[3].problem, found[4].cells) == ("bytes that are no text in the file's encoding", ["H18-4", "Xong"])


def test_zero_bytes_of_a_file_that_is_still_being_written_are_told() -> None:
    assert "still being written" in read(b"code,text\n1,b\n" + b"\0" * 5000)[2].problem


def test_a_line_of_two_gigabytes_is_told_and_takes_no_memory() -> None:
    class Endless(io.RawIOBase):
        """A heading, one line of 300 MB, and a row after it; nothing of it is ever there as a whole."""

        left = 300 << 20
        head, tail = b"code,text\n", b"\n1,b\n"

        def readinto(self, buffer: Any) -> int:
            said = self.head[: len(buffer)] or b"x" * min(len(buffer), self.left) or self.tail[: len(buffer)]
            if self.head:
                self.head = self.head[len(said) :]
            elif self.left:
                self.left -= len(said)
            else:
                self.tail = self.tail[len(said) :]
            buffer[: len(said)] = said
            return len(said)

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def seek(self, *_: int) -> int:
            return 0

    tracemalloc.start()
    found = list(rows_of(io.BufferedReader(Endless()), "utf-8", ","))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [line.number for line in found] == [1, 2, 3]
    assert found[1].problem == f"a line of more than {LONGEST:,} characters"
    assert found[2].cells == ["1", "b"]
    assert most < 20 << 20


def test_a_quote_too_many_in_two_rows_tells_both_and_makes_no_row_of_them() -> None:
    found = read(b'code,name,state\n1,"A,open\n2,"B,open\n3,C,open\n')
    assert [(line.number, bool(line.problem)) for line in found] == [(1, False), (2, True), (3, True), (4, False)]


@pytest.mark.parametrize("end", [b"\x00\xd8;\x00\n\x00H\x00;\x00a\x00\n\x00", b"H\x00;\x00a\x00\n\x00\x41"])
def test_damaged_utf_16_is_told_and_the_other_rows_are_read(end: bytes) -> None:
    found = read(VIETNAMESE.encode("utf-16-le") + end)
    assert [line.problem for line in found if line.problem] == ["bytes that are no text in the file's encoding"]
    assert found[-1].cells == ["H", "a"] or found[-2].cells == ["H", "a"]
