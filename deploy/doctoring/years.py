"""Looks at a calendar: are this year and the next one decided?"""

from collections.abc import Iterator
from datetime import date

from deploy.doctoring.line import Grade, Line
from streams.core.calendar import Calendar
from streams.core.moments import Moment, date_of, day_of, day_on, moment_on

MONTHS_AHEAD = 10
"""From this month on the next year's calendar ought to be there: it is decided in autumn (DOMAIN section 3)."""
NOON = 12 * 3600


def looked_at(calendar: Calendar, *, now: Moment) -> Iterator[Line]:
    """Return a line for this year and one for the next."""
    today = date_of(day_of(now))
    for year in (today.year, today.year + 1):
        if not calendar.provisional(moment_on(day_on(date(year, 7, 1)), NOON)):
            yield Line("calendar", Grade.FINE, f"{year} is decided")
            continue
        due = year == today.year or today.month >= MONTHS_AHEAD
        remedy = f"put calendar/{year}.toml into the reference folder, as soon as the days off are decided"
        yield Line("calendar", Grade.WARNING if due else Grade.FINE, f"{year} is provisional", remedy)
