"""Calendar documents: TOML text into the core's values, or an error that names document, line and field."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated

import msgspec

from streams.core.calendar_checks import checked
from streams.core.law import BadCalendar
from streams.core.moments import Day, day_on
from streams.core.sessions import CalendarDocument, DayOff, Hours, Sessions, Swap

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_Sessions = list[tuple[_Clock, _Clock]]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _DayOff(_Strict, frozen=True):
    day: date
    name: str
    compensates: date | None = None
    citation: str = ""


class _Swap(_Strict, frozen=True):
    off: date
    made_up: date
    sessions: _Sessions | None = None
    citation: str = ""


class _Hours(_Strict, frozen=True):
    sessions: _Sessions
    weekdays: tuple[str, ...] = WEEKDAYS[:5]
    first: date | None = None
    last: date | None = None
    unit_group: str | None = None


class _Document(_Strict, frozen=True):
    version: Annotated[str, msgspec.Meta(min_length=1)]
    year: Annotated[int, msgspec.Meta(ge=1990, le=2100)] | None = None
    confirmed: bool = False
    source: str = ""
    valid_from: date | None = None
    days_off: list[_DayOff] = []
    swaps: list[_Swap] = []
    hours: list[_Hours] = []
    unsettled: list[_DayOff] = []


def read_calendar(name: str, text: str) -> CalendarDocument:
    """Return the document that a TOML text states; `name` is what errors call it. Raise BadCalendar."""
    try:
        read = msgspec.toml.decode(text, type=_Document, strict=True)
    except msgspec.ValidationError as wrong:
        problem, _, path = str(wrong).partition(" - at `$")
        field = path.rstrip("`").removeprefix(".") or "document"
        raise BadCalendar(name, field, problem, line=line_of(text, field)) from wrong
    except msgspec.DecodeError as wrong:
        found = re.search(r"at line (\d+)", str(wrong))
        raise BadCalendar(name, "document", str(wrong), line=int(found[1]) if found else None) from wrong
    try:
        return _document(name, read)
    except BadCalendar as wrong:
        raise _with_line(wrong, text) from wrong


def read_calendars(documents: Mapping[str, str]) -> tuple[CalendarDocument, ...]:
    """Return all documents (name → text), checked against each other; raise BadCalendar with its line."""
    try:
        return checked(read_calendar(name, text) for name, text in documents.items())
    except BadCalendar as wrong:
        raise _with_line(wrong, documents[wrong.document]) from wrong


def line_of(text: str, field: str) -> int | None:
    """Return the line, from 1, of a field such as `year` or `swaps[1].made_up`; None where it is missing."""
    lines = text.splitlines()
    table, place, key = _steps(field)
    if table is None:
        return next(
            (number for number, line in enumerate(lines, 1) if re.match(rf"\s*{re.escape(key)}\s*=", line)), None
        )
    entries = _entries(lines, table)
    if place >= len(entries):
        return None
    begins = entries[place]
    ends = entries[place + 1] if place + 1 < len(entries) else len(lines) + 1
    own = (
        number for number in range(begins, ends) if re.search(rf"(^|[{{,\s]){re.escape(key)}\s*=", lines[number - 1])
    )
    return next(own, begins) if key else begins


def _steps(field: str) -> tuple[str | None, int, str]:
    found = re.match(r"(\w+)\[(\d+)\](?:\.(\w+))?", field)
    return (found[1], int(found[2]), found[3] or "") if found else (None, 0, re.split(r"[.\[]", field)[0])


def _entries(lines: list[str], table: str) -> list[int]:
    """Return the lines on which the entries of a list begin, written as `[[table]]` or as `table = [` and `{` lines."""
    headed = [number for number, line in enumerate(lines, 1) if re.match(rf"\s*\[\[\s*{table}\s*\]\]", line)]
    opened = next((number for number, line in enumerate(lines, 1) if re.match(rf"\s*{table}\s*=\s*\[", line)), None)
    if headed or opened is None:
        return headed
    after = range(opened + 1, len(lines) + 1)
    closed = next((number for number in after if re.match(r"\s*\]", lines[number - 1])), len(lines) + 1)
    return [number for number in range(opened, closed) if re.match(rf"\s*({table}\s*=\s*\[\s*)?\{{", lines[number - 1])]


def _with_line(wrong: BadCalendar, text: str) -> BadCalendar:
    return BadCalendar(wrong.document, wrong.field, wrong.problem, line=wrong.line or line_of(text, wrong.field))


def _document(name: str, read: _Document) -> CalendarDocument:
    return CalendarDocument(
        name=name,
        version=read.version,
        year=read.year,
        confirmed=read.confirmed,
        source=read.source,
        valid_from=_day(read.valid_from),
        days_off=tuple(_day_off(stated) for stated in read.days_off),
        swaps=tuple(
            Swap(
                day_on(swap.off),
                day_on(swap.made_up),
                None if swap.sessions is None else _sessions(swap.sessions),
                swap.citation,
            )
            for swap in read.swaps
        ),
        hours=tuple(
            Hours(
                _sessions(stated.sessions),
                _weekdays(name, place, stated),
                _day(stated.first),
                _day(stated.last),
                stated.unit_group,
            )
            for place, stated in enumerate(read.hours)
        ),
        unsettled=tuple(_day_off(stated) for stated in read.unsettled),
    )


def _day_off(stated: _DayOff) -> DayOff:
    return DayOff(day_on(stated.day), stated.name, _day(stated.compensates), stated.citation)


def _day(on: date | None) -> Day | None:
    return None if on is None else day_on(on)


def _sessions(stated: _Sessions) -> Sessions:
    return tuple((_clock(start), _clock(end)) for start, end in stated)


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _weekdays(name: str, place: int, stated: _Hours) -> tuple[int, ...]:
    unknown = [weekday for weekday in stated.weekdays if weekday not in WEEKDAYS]
    if unknown:
        raise BadCalendar(name, f"hours[{place}].weekdays", f"{unknown[0]!r} is none of {', '.join(WEEKDAYS)}")
    return tuple(WEEKDAYS.index(weekday) for weekday in stated.weekdays)
