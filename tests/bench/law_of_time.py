"""How fast due moments are computed: one, many at once, and against a loop that walks day by day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from timeit import repeat

from streams.core.calendar import Calendar
from streams.core.due import due
from streams.core.limits import Limit, LimitUnit
from streams.core.moments import Moment, date_of, datetime_of, day_on, moment_of, moment_on
from streams.core.redating import due_many
from streams.wire.calendars import read_calendars

SHIPPED = Path(__file__).parents[2] / "deploy" / "reference" / "calendar"
FROM, DAYS = date(2026, 1, 5), 180
ONE, MANY, WALKED = 20_000, 200_000, 4_000
WORKING_DAYS = tuple(Limit(days, LimitUnit.WORKING_DAYS) for days in (3, 5, 10, 15, 20, 30))
EACH_UNIT = (
    *WORKING_DAYS[1:3],
    Limit(8, LimitUnit.WORKING_HOURS),
    Limit(20, LimitUnit.DAYS),
    Limit(2, LimitUnit.MONTHS),
)


def figures() -> list[dict[str, str | float]]:
    """Return the figures, in due moments a second at best of five; `ratio` is `value` over `against`."""
    documents = read_calendars({file.name: file.read_text("utf-8") for file in SHIPPED.glob("*.toml")})
    calendar = Calendar.build(documents)
    chance = Random(4)
    received = [moment_on(day_on(FROM)) + chance.randrange(DAYS * 86_400) for _ in range(MANY)]
    few, some = received[:ONE], received[:WALKED]
    off = {date_of(day) for day in calendar.days_off}
    made_up = {date_of(swap.made_up) for document in documents for swap in document.swaps}

    def one(limits: tuple[Limit, ...], moments: list[Moment]) -> list[list[Moment]]:
        return [[due(limit, at, calendar=calendar).due_at for at in moments] for limit in limits]

    def many(limits: tuple[Limit, ...]) -> list[list[Moment]]:
        return [due_many(limit, received, calendar=calendar) for limit in limits]

    def walked() -> list[list[Moment]]:
        return [[day_by_day(limit.amount, at, off=off, made_up=made_up) for at in some] for limit in WORKING_DAYS]

    if walked() != one(WORKING_DAYS, some):
        raise AssertionError("the loop and the index disagree")
    loop = _rate(walked, WALKED * len(WORKING_DAYS))
    single = _rate(lambda: one(WORKING_DAYS, few), ONE * len(WORKING_DAYS))
    bulk = _rate(lambda: many(WORKING_DAYS), MANY * len(WORKING_DAYS))
    mixed = _rate(lambda: one(EACH_UNIT, few), ONE * len(EACH_UNIT))
    mixed_bulk = _rate(lambda: many(EACH_UNIT), MANY * len(EACH_UNIT))
    return [
        _row("one due moment, working days", single, 200_000),
        _row("one due moment, every unit", mixed, 200_000),
        _row("many due moments, working days", bulk, 1_000_000),
        _row("many due moments, every unit", mixed_bulk, 1_000_000),
        _row("a loop that walks day by day", loop, loop),
        _row("many, in loops that walk day by day", bulk / loop, 20, "times"),
        _row("one, in loops that walk day by day", single / loop, 1, "times"),
    ]


def day_by_day(days: int, received: Moment, *, off: set[date], made_up: set[date]) -> Moment:
    """Return the due moment of a limit in working days as a loop over dates finds it (the usual sessions)."""

    def works(day: date) -> bool:
        return day in made_up or (day.weekday() < 5 and day not in off)

    at = datetime_of(received)
    clock = at.hour * 3600 + at.minute * 60 + at.second
    day = at.date()
    if clock > 61_200 or not works(day):
        day, clock = day + timedelta(days=1), 27_000
        while not works(day):
            day += timedelta(days=1)
    clock = 27_000 if clock < 27_000 else 48_600 if 41_400 < clock < 48_600 else clock
    while days:
        day += timedelta(days=1)
        days -= works(day)
    return moment_of(datetime(day.year, day.month, day.day, tzinfo=at.tzinfo)) + clock


def _rate(work: Callable[[], object], count: int) -> float:
    return count / min(repeat(work, number=1, repeat=5))


def _row(name: str, value: float, against: float, unit: str = "due moments/s") -> dict[str, str | float]:
    return {
        "name": name,
        "value": round(value, 1),
        "unit": unit,
        "against": round(against, 1),
        "ratio": value / against,
    }
