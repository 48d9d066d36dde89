"""The value: a dossier at a moment, its history, how it stands, and each thing that decides it."""

import enum
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from streams.core.audit import findings_at
from streams.core.dating import due_moments
from streams.core.dossier import Dossier, after, new
from streams.core.dues import Dues
from streams.core.events import Event
from streams.core.findings import Finding
from streams.core.history import standing as counting
from streams.core.judgement import Standing, judge
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.core.voices import parted
from streams.explained.hearing import Heard, Unreadable
from streams.explained.reckoning import Reckoned, reckoned
from streams.wire.records import Notice, Withdrawal


class Part(enum.StrEnum):
    """What an event counts for in the fold."""

    COUNTED = "counted"
    ECHO = "echo"
    """Another voice tells what the home, or the first to speak, tells already; it fills what nobody else said."""
    VOIDED = "voided"
    OTHER_CONTENT = "other_content"
    """Its id has two contents, and the other one counts."""


class Line(msgspec.Struct, frozen=True):
    """One event of the history, what it counts for, and how often it arrived with this content."""

    event: Event
    part: Part
    copies: int


class Explained(msgspec.Struct, frozen=True):
    """A dossier at a moment, with everything that decides how it stands; `rules` is the version of the rulebook."""

    key: str
    at: Moment
    rules: str
    dossier: Dossier
    standing: Standing
    dues: Dues
    history: tuple[Line, ...]
    reckoned: Reckoned
    findings: tuple[Finding, ...]
    notices: tuple[Notice | Withdrawal, ...]
    unreadable: tuple[Unreadable, ...]
    later: int


def explained(
    key: str, told: Heard, *, at: Moment, rules: Rulebook, notices: tuple[Notice | Withdrawal, ...] = ()
) -> Explained | None:
    """Return the dossier as it stands at `at` by what was heard; None where nothing was."""
    if not told.events:
        return None
    dossier = new(key.partition("/")[0])
    for event in told.events:
        dossier = after(dossier, event)
    dues = due_moments(dossier, rules=rules)
    return Explained(
        key=key,
        at=at,
        rules=rules.version,
        dossier=dossier,
        standing=judge(dossier, now=at, rules=rules, dues=dues),
        dues=dues,
        history=tuple(_lines(dossier, told.events)),
        reckoned=reckoned(dossier, dues, at=at, rules=rules),
        findings=findings_at(dossier, now=at, rules=rules),
        notices=notices,
        unreadable=told.unreadable,
        later=len(told.later),
    )


def _lines(dossier: Dossier, arrivals: Sequence[Event]) -> Iterator[Line]:
    copies = Counter((event.source, event.id, event.content) for event in arrivals)
    stand, _ = counting(dossier.events)
    counted, _ = parted(stand, dossier.home)
    lowest = {
        (event.source, event.id): event.content
        for event in sorted(dossier.events, key=lambda one: one.content, reverse=True)
    }
    for event in dossier.events:
        if event in counted:
            part = Part.COUNTED
        elif event in stand:
            part = Part.ECHO
        else:
            part = Part.VOIDED if lowest[event.source, event.id] == event.content else Part.OTHER_CONTENT
        yield Line(event, part, copies[event.source, event.id, event.content])
