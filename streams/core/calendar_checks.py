"""The checks that calendar documents must stand before a calendar is built from them."""

from collections.abc import Iterable, Iterator

from streams.core.law import BadCalendar
from streams.core.moments import SECOND_OF_DAY, Day, date_of
from streams.core.sessions import SATURDAY, WEEKDAYS, CalendarDocument, Hours, Sessions, Swap, weekday_of


def checked(documents: Iterable[CalendarDocument]) -> tuple[CalendarDocument, ...]:
    """Return the documents in order of year and name; raise BadCalendar at the first contradiction."""
    ordered = tuple(sorted(documents, key=lambda document: (document.year or 0, document.name)))
    years: set[int] = set()
    taken: set[Day] = set()
    for document in ordered:
        if document.year is not None and document.year in years:
            raise BadCalendar(document.name, "year", f"{document.year} is already stated by another document")
        years |= {document.year} if document.year is not None else set()
        for field, problem in _problems(document):
            raise BadCalendar(document.name, field, problem)
        for field, day in _stated(document):
            if day in taken:
                raise BadCalendar(document.name, field, f"{date_of(day)} is stated twice")
            taken.add(day)
    return ordered


def _stated(document: CalendarDocument) -> Iterator[tuple[str, Day]]:
    for place, stated in enumerate(document.days_off):
        yield f"days_off[{place}].day", stated.day
    for place, swap in enumerate(document.swaps):
        yield f"swaps[{place}].off", swap.off
        yield f"swaps[{place}].made_up", swap.made_up


def _problems(document: CalendarDocument) -> Iterator[tuple[str, str]]:
    for place, stated in enumerate(document.days_off):
        if date_of(stated.day).year != document.year:
            yield f"days_off[{place}].day", f"{date_of(stated.day)} is not in the document's year {document.year}"
    for place, swap in enumerate(document.swaps):
        yield from _swap_problems(f"swaps[{place}]", swap, document.year)
    for place, hours in enumerate(document.hours):
        yield from _hours_problems(f"hours[{place}]", hours)


def _swap_problems(field: str, swap: Swap, year: int | None) -> Iterator[tuple[str, str]]:
    if date_of(swap.off).year != year:
        yield f"{field}.off", f"{date_of(swap.off)} is not in the document's year {year}"
    if weekday_of(swap.off) >= SATURDAY:
        yield f"{field}.off", f"{date_of(swap.off)} is a weekend, nothing to make up"
    if weekday_of(swap.made_up) < SATURDAY:
        yield f"{field}.made_up", f"{date_of(swap.made_up)} is not a weekend"
    for problem in _session_problems(swap.sessions or ()):
        yield f"{field}.sessions", problem


def _hours_problems(field: str, hours: Hours) -> Iterator[tuple[str, str]]:
    if not hours.weekdays or not set(hours.weekdays) <= set(WEEKDAYS):
        yield f"{field}.weekdays", "weekdays are 0 (Monday) to 6 (Sunday), at least one"
    if hours.first is not None and hours.last is not None and hours.last < hours.first:
        yield f"{field}.last", "ends before it begins"
    for problem in _session_problems(hours.sessions):
        yield f"{field}.sessions", problem


def _session_problems(sessions: Sessions) -> Iterator[str]:
    previous = 0
    for start, end in sessions:
        if not 0 <= start < end < SECOND_OF_DAY:
            # Its closing second belongs to the session, so a session up to 24:00 would reach into the next day.
            yield "a session must end after it begins, before midnight"
        elif start < previous:
            yield "sessions overlap or are out of order"
        previous = end
