"""One cell of an export as a text or a code; or what is wrong with it, in words a clerk can act on.

Cells come as texts from a CSV file. From a workbook they also come as numbers, and as datetimes whose clock is that of
the wall (their zone, UTC, stands for none).
"""

import re
from datetime import datetime
from typing import Final, TypeAlias

Cell: TypeAlias = str | float | bool | datetime
LONGEST: Final = 300
"""Characters of a text, as the event contract has it."""
EXACT: Final = 10**15
"""Up to here a workbook's number has kept every digit of what was typed."""
SPOILED: Final = "=!"
"""What stands for a workbook's cell whose value is an error, or was never calculated."""

_UNSEEN: Final = " \t\r\n\v\f\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
_WHOLE: Final = re.compile(r"(\d+)\.0+")
_ROUNDED: Final = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_QUOTED: Final = re.compile(r'="?([^"]*)"')


class BadCell(ValueError):
    """A cell that cannot be read; the message says what is wrong with it."""


def text_of(cell: Cell) -> str:
    """Return what the cell says as one line of text, empty for an empty cell; raises BadCell for what is too long."""
    if isinstance(cell, str):
        text = cell.strip(_UNSEEN)
        if "\n" in text or "\r" in text:
            text = " ".join(text.split())
        if len(text) > LONGEST:
            raise BadCell(f"{len(text)} characters, at most {LONGEST}")
        if text.startswith("="):
            return _unquoted(text)
        return text
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return str(int(cell)) if float(cell).is_integer() and abs(cell) < EXACT else repr(cell)


def code_of(cell: Cell, digits: int) -> str:
    """Return a dossier's code, filled up with zeros to so many digits where it is a number; raises BadCell."""
    if isinstance(cell, datetime):
        raise BadCell("Excel has made a date of the code; format the column as text before the export is saved")
    if isinstance(cell, int | float) and abs(cell) >= EXACT:
        raise BadCell("Excel has rounded the code; format the column as text before the export is saved")
    text = text_of(cell).removeprefix("'").strip()
    if _ROUNDED.fullmatch(text):
        raise BadCell(f"Excel has rounded the code to {text}; format the column as text before the export is saved")
    whole = _WHOLE.fullmatch(text)
    text = whole[1] if whole else text
    if not text.isprintable():
        raise BadCell("the code has signs that cannot be printed")
    return text.zfill(digits) if digits and text.isdecimal() else text


def _unquoted(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    if quoted is None:
        raise BadCell("a formula or an error, not a value")
    return quoted[1].strip(_UNSEEN)
