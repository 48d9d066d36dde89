"""One cell of an export as a text, a code or a moment; or what is wrong with it, in words a clerk can act on.

Cells come as texts from a CSV file. From a workbook they also come as numbers, and as datetimes whose clock is that of
the wall (their zone, UTC, stands for none).
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from streams.core.moments import Moment, day_on, moment_of, moment_on

Cell: TypeAlias = str | float | bool | datetime
FIRST_YEAR: Final = 1976
LAST_YEAR: Final = 2100
LONGEST: Final = 300
"""Characters of a text, as the event contract has it."""
EXACT: Final = 10**15
"""Up to here a workbook's number has kept every digit of what was typed."""
DAY_ZERO: Final = date(1899, 12, 30).toordinal()
SPOILED: Final = "=!"
"""What stands for a workbook's cell whose value is an error, or was never calculated."""
SERIALS: Final = (date(FIRST_YEAR, 1, 1).toordinal() - DAY_ZERO, date(LAST_YEAR, 12, 31).toordinal() - DAY_ZERO)
VIETNAM: Final = "Asia/Ho_Chi_Minh"

_UNSEEN: Final = " \t\r\n\v\f\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
_DAY: Final = r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})"
_CLOCK: Final = r"(?P<H>\d{1,2})(?::|h|g)(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.\d+)?)?(?: ?(?P<half>AM|PM|SA|CH))?"
_FORMS: Final = (
    re.compile(rf"{_DAY}(?:[ ,]+{_CLOCK})?", re.IGNORECASE),
    re.compile(rf"{_CLOCK}[ ,]+(?:ngày )?{_DAY}", re.IGNORECASE),
    re.compile(rf"(?P<y>\d{{4}})-(?P<m>\d{{2}})-(?P<d>\d{{2}})(?:[T ]{_CLOCK})?"),
    re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?)?"),
)
_ZONED: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\S+(?:Z|[+-]\d{2}:?\d{2})")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
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


def moments_in(zone: str, opening: str, closing: str) -> Callable[[Cell, bool], Moment | None]:
    """Return a reader of moments: a cell and whether it ends something → the moment, None for an empty cell.

    A date without a clock, and a midnight, is `closing` of that day where it ends something, else `opening`. The
    reader raises BadCell.
    """
    clocks = _seconds(opening), _seconds(closing)
    place = None if zone == VIETNAM else ZoneInfo(zone)

    def read(cell: Cell, ends: bool) -> Moment | None:  # noqa: FBT001 - called for every date of an export
        stated = _stated(cell)
        if stated is None:
            return None
        if isinstance(stated, int):
            return stated
        day, clock = stated
        clock = clocks[ends] if clock is None else clock
        if place is None:
            return moment_on(day_on(day), clock)
        return moment_of(datetime(day.year, day.month, day.day, clock // 3600, clock // 60 % 60, clock % 60, 0, place))

    return read


def _seconds(clock: str) -> int:
    return int(clock[:2]) * 3600 + int(clock[3:]) * 60


def _unquoted(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    if quoted is None:
        raise BadCell("a formula or an error, not a value")
    return quoted[1].strip(_UNSEEN)


def _stated(cell: Cell) -> tuple[date, int | None] | Moment | None:
    """Return the day and the clock that a cell states (None: a date alone); or the moment where it has a zone."""
    if isinstance(cell, str):
        text = text_of(cell)
        return _written(text) if text else None
    if isinstance(cell, datetime):
        return _possible(cell.date()), _clock(cell.hour * 3600 + cell.minute * 60 + cell.second)
    if isinstance(cell, bool):
        raise BadCell("not a date")
    return _serial(float(cell))


def _written(text: str) -> tuple[date, int | None] | Moment:
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            said = found.groupdict()
            return _day(said), _clock_in(said)
    if _ZONED.fullmatch(text):
        try:
            return moment_of(datetime.fromisoformat(text))
        except ValueError:
            raise BadCell(f"{_shown(text)} is no date") from None
    if _NUMBER.fullmatch(text):
        return _serial(float(text))
    raise BadCell(f"{_shown(text)} is no date; dd/mm/yyyy hh:mm is wanted")


def _day(said: dict[str, str | None]) -> date:
    day, month, year = (int(said[name] or 0) for name in "dmy")
    try:
        return _possible(date(year, month, day))
    except ValueError:
        raise BadCell(f"there is no {day:02}/{month:02}/{year}") from None


def _possible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadCell(f"the year {day.year} cannot be meant")
    return day


def _clock_in(said: dict[str, str | None]) -> int | None:
    if said.get("H") is None:
        return None
    hours, minutes, seconds = (int(said.get(name) or 0) for name in "HMS")
    half = (said.get("half") or "").upper()
    if half in {"PM", "CH"} and hours < 12:  # noqa: PLR2004 - noon
        hours += 12
    elif half in {"AM", "SA"} and hours == 12:  # noqa: PLR2004
        hours = 0
    if hours > 23 or minutes > 59 or seconds > 59:  # noqa: PLR2004
        raise BadCell(f"there is no {hours:02}:{minutes:02}:{seconds:02}")
    return _clock(hours * 3600 + minutes * 60 + seconds)


def _clock(seconds: int) -> int | None:
    # Exports write a date alone as midnight, and nothing happens in an office at midnight.
    return seconds or None


def _serial(number: float) -> tuple[date, int | None]:
    """Read a date that has lost its format: days since 30 December 1899, the clock as the fraction."""
    first, last = SERIALS
    if not first <= number <= last:
        raise BadCell(f"{number:g} is no date")
    days, fraction = divmod(number, 1)
    seconds = round(fraction * 86_400)
    return date.fromordinal(DAY_ZERO + int(days) + seconds // 86_400), _clock(seconds % 86_400)


def _shown(text: str) -> str:
    # A mapping may be wrong, and then this might be anybody's name: only its beginning is told.
    return repr(text[:10] + ("…" if len(text) > 10 else ""))  # noqa: PLR2004
