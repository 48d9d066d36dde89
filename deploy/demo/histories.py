"""Everything the sources send in the founding article's half-year: never a label, always the facts.

Deterministic: the same seed gives the same bytes. What is to come of each dossier is planned here, and its history made
to fit by the calendar's own arithmetic; whether the pipeline finds the plan again is what the demo shows.
"""

import random
from collections.abc import Iterator
from typing import Final

from deploy.demo import article
from deploy.demo.history import History, Message
from deploy.demo.offices import OFFICES, Office
from streams.core.calendar import Calendar
from streams.core.moments import Moment, day_on, moment_on

SEED: Final = 20200710
AS_OF: Final = moment_on(day_on(article.LAST), 17 * 3600)
"""The moment the article speaks of: the end of the last session of 10 July 2020."""

DISTRICT_PLAN: Final = {
    "early": 18,
    "on_time": 32,
    "late": 431,
    "overdue": 32,
    "not_due": 20,
    "stopped": 1,
    "no_due": 4,
    "unknown": 3,
    "ended_no_due": 3,
}
"""How many dossiers of the district come to what; the names are those of `History` and leave this module in no form."""
PROVINCE_PLAN: Final = {
    "early": 21_198,
    "on_time": 9_100,
    "late": 5_437,
    "overdue": 389,
    "not_due": 664,
    "stopped": 57,
    "refused": 112,
    "no_due": 25,
    "unknown": 9,
    "ended_no_due": 6,
}
"""The rest of the province: of 36,997 dossiers 30,298 on time; the article is silent on what came of the others."""


def messages(calendar: Calendar) -> list[Message]:
    """Return everything the sources send, in the order of its arrival."""
    dice = random.Random(SEED)  # noqa: S311 - nothing here is a secret
    sent: list[Message] = []
    for number, (office, plan) in enumerate(_plan(dice), start=1):
        history = History(office, number, dice, calendar)
        getattr(history, plan)()
        sent += history.messages
    return sorted(sent, key=lambda message: (message.arrives_at, message.key))


def ticks() -> Iterator[Moment]:
    """Yield the moments at which time has passed in the log: eight each morning, and the article's own moment."""
    for day in range(day_on(article.FIRST), day_on(article.LAST) + 1):
        yield moment_on(day, 8 * 3600)
    yield AS_OF


def _plan(dice: random.Random) -> Iterator[tuple[Office, str]]:
    district, others = OFFICES[0], OFFICES[1:]
    for plan, count in DISTRICT_PLAN.items():
        yield from ((district, plan) for _ in range(count))
    weights = [office.weight for office in others]
    for plan, count in PROVINCE_PLAN.items():
        yield from ((office, plan) for office in dice.choices(others, weights, k=count))
