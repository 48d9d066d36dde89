"""A cell of an export as a moment: dates as people and programs write them, and what is wrong with one."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from deploy.connect.cells import BadCell, Cell, text_of
from streams.core.moments import Moment, day_on, moment_of, moment_on

FIRST_YEAR: Final = 1976
LAST_YEAR: Final = 2100
DAY_ZERO: Final = date(1899, 12, 30).toordinal()
SERIALS: Final = (date(FIRST_YEAR, 1, 1).toordinal() - DAY_ZERO, date(LAST_YEAR, 12, 31).toordinal() - DAY_ZERO)
NOON: Final = 12
BEGINNING: Final = 10
"""Characters of a cell that is no date that are told."""
VIETNAM: Final = "Asia/Ho_Chi_Minh"
_DAY: Final = r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})"
_CLOCK: Final = r"(?P<H>\d{1,2})(?::|h|g)(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.\d+)?)?(?: ?(?P<half>AM|PM|SA|CH))?"
_FORMS: Final = (
    re.compile(rf"{_DAY}(?:[ ,]+{_CLOCK})?", re.IGNORECASE),
    re.compile(rf"{_CLOCK}[ ,]+(?:ngày )?{_DAY}", re.IGNORECASE),
    re.compile(rf"(?P<y>\d{{4}})-(?P<m>\d{{2}})-(?P<d>\d{{2}})(?:[T ]{_CLOCK})?"),
    re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?)?"),
)
_USUAL_DAY: Final = re.compile(r"[0-3]\d/[01]\d/\d{4}", re.ASCII)
_USUAL_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_ZONED: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\S+(?:Z|[+-]\d{2}:?\d{2})")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


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


@lru_cache(maxsize=1 << 14)
def _usual_day(text: str) -> date | None:
    """Return the day written as dd/mm/yyyy; None for anything else, also for a day that is none."""
    if not _USUAL_DAY.fullmatch(text):
        return None
    try:
        found = date(int(text[6:]), int(text[3:5]), int(text[:2]))
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


@lru_cache(maxsize=1 << 12)
def _usual_clock(text: str) -> int | None:
    return int(text[:2]) * 3600 + int(text[3:]) * 60 if _USUAL_CLOCK.fullmatch(text) else None


def _written(text: str) -> tuple[date, int | None] | Moment:
    day, clock = _usual_day(text[:10]), _usual_clock(text[11:])
    if day is not None and clock is not None and text[10] == " ":
        return day, _clock(clock)
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
        stated = date(year, month, day)
    except ValueError:
        raise BadCell(f"there is no {day:02}/{month:02}/{year}") from None
    return _possible(stated)


def _possible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadCell(f"the year {day.year} cannot be meant")
    return day


def _clock_in(said: dict[str, str | None]) -> int | None:
    if said.get("H") is None:
        return None
    hours, minutes, seconds = (int(said.get(name) or 0) for name in "HMS")
    half = (said.get("half") or "").upper()
    if half in {"PM", "CH"} and hours < NOON:
        hours += NOON
    elif half in {"AM", "SA"} and hours == NOON:
        hours = 0
    try:
        time(hours, minutes, seconds)
    except ValueError:
        raise BadCell(f"there is no {hours:02}:{minutes:02}:{seconds:02}") from None
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
    return repr(text[:BEGINNING] + ("…" if len(text) > BEGINNING else ""))
