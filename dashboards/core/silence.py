"""Silence is news: when each source and each unit was last heard of, and by when the next word of it is expected.

An expectation is a moment in the calendar, not a number of seconds: the cadence is working time, so that a weekend or
Tết is no silence. It depends on nothing but the last arrival, so whoever scrapes compares it with the time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from streams.core.calendar import Calendar
from streams.core.due import due
from streams.core.law import OutOfReach
from streams.core.limits import Limit, LimitUnit
from streams.core.moments import Moment
from streams.wire.records import Heard, Speaker

MOST: Final = 500
"""Sources shown, and units; those that are expected come first, then who was heard of last."""
FORGOTTEN: Final = 30 * 86_400
"""Seconds after which a source that nobody expects by name is no longer waited for."""


def heard_key(heard: Heard) -> str:
    """Return the key that the record must stand under: `partition/speaker/name`."""
    return f"{heard.partition}/{heard.speaker}/{heard.name}"


@dataclass(frozen=True, slots=True)
class Expected:
    """Who is expected to speak and how often at the least; one that is not named may take as long as `otherwise`."""

    calendar: Calendar | None = None
    """Without one nobody is expected."""
    named: Mapping[tuple[Speaker, str], Limit] = field(default_factory=dict)
    otherwise: Mapping[Speaker, Limit] = field(
        default_factory=lambda: dict.fromkeys(Speaker, Limit(2, LimitUnit.WORKING_DAYS))
    )


@dataclass(frozen=True, slots=True)
class Voice:
    """One source or unit: when it was last heard of (None: never), and by when the next word is expected."""

    speaker: Speaker
    name: str
    last: Moment | None
    by: Moment | None


class Hearing:
    """The last arrival of everybody, over all partitions of the inbox."""

    def __init__(self) -> None:
        """Begin with nobody heard."""
        self._arrivals: dict[tuple[Speaker, str], dict[int, Moment]] = {}

    def put(self, key: str, heard: Heard | None) -> None:
        """Take one record of `dossier.heard`; raises ValueError when its key is not its own. None forgets nothing."""
        if heard is None:
            return
        if heard_key(heard) != key:
            raise ValueError(f"a record of {heard_key(heard)} stands under the key {key}")
        # The newest record of a partition holds, though an older one named a later moment: a broker's clock was ahead.
        self._arrivals.setdefault((heard.speaker, heard.name), {})[heard.partition] = heard.at

    def voices(self, expected: Expected, *, now: Moment) -> Iterator[Voice]:
        """Yield who is to be shown, the expected ones first; at most MOST sources and MOST units."""
        last = {who: max(arrivals.values()) for who, arrivals in self._arrivals.items()}
        strangers = [who for who, at in last.items() if who not in expected.named and now - at <= FORGOTTEN]
        strangers.sort(key=lambda who: (-last[who], who))
        room = dict.fromkeys(Speaker, MOST)
        for who in (*sorted(expected.named), *strangers):
            if room[who[0]]:
                room[who[0]] -= 1
                yield Voice(*who, last.get(who), _by(who, last.get(who), expected))


def _by(who: tuple[Speaker, str], last: Moment | None, expected: Expected) -> Moment | None:
    if last is None or expected.calendar is None:
        return None
    try:
        return due(expected.named.get(who, expected.otherwise[who[0]]), last, calendar=expected.calendar).due_at
    except OutOfReach:
        return None
