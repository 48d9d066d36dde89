"""What moved the due moments: every pause with who asked for it, and the working time that was counted for each."""

from collections.abc import Sequence

import msgspec

from streams.core.calendar import Calendar
from streams.core.dating import limit_of
from streams.core.dossier import Dossier
from streams.core.dues import NEVER, Dues
from streams.core.explanation import Explanation, explain
from streams.core.facts import Pause, PauseKind
from streams.core.law import LawError
from streams.core.moments import Moment
from streams.core.pauses import Interval, united
from streams.core.rulebook import Rulebook

Span = tuple[Moment, Moment]


class Stop(msgspec.Struct, frozen=True):
    """A pause: which source asked, whether it stops the clock under the policy, and how much working time it held.

    `seconds` is counted to its end, to the present where nobody can say the end; None beyond every calendar.
    """

    pause: Pause
    source: str
    counts: bool
    seconds: int | None


class Appointed(msgspec.Struct, frozen=True):
    """The due moment that the source named: when it was, what pauses added (working seconds), what was counted.

    `intervals` are the working times from the naming to the due moment as moved, without the pauses that moved it.
    `differs` is the working time by which the moved one is later than the recomputed (negative: earlier).
    """

    due_at: Moment
    named_at: Moment
    moved_to: Moment
    moved_by: int | None
    intervals: tuple[Span, ...]
    differs: int | None


class Reckoned(msgspec.Struct, frozen=True):
    """Both due moments of a dossier as they came about; None where there is none, and the findings then say why."""

    stops: tuple[Stop, ...]
    appointed: Appointed | None
    recomputed: Explanation | None


def reckoned(dossier: Dossier, dues: Dues, *, at: Moment, rules: Rulebook) -> Reckoned:
    """Return how the due moments of the dossier came about; `at` is the present, to which open pauses are counted."""
    calendar = rules.calendar_for(dossier.unit)
    counted = tuple(pause for pause in dossier.pauses if _stops(pause, dossier, rules))
    pauses = _ended(counted, dues)
    return Reckoned(
        tuple(_stop(pause, dossier, calendar=calendar, at=at, counts=pause in counted) for pause in dossier.pauses),
        _appointed(dossier, dues, pauses=pauses, calendar=calendar),
        _recomputed(dossier, pauses, calendar),
    )


def _stops(pause: Pause, dossier: Dossier, rules: Rulebook) -> bool:
    return pause.kind is not PauseKind.PAYMENT or rules.policy.payment_pauses_in(dossier.field)


def _ended(counted: Sequence[Pause], dues: Dues) -> tuple[Interval, ...]:
    """Return the pauses that move a due moment: those before the one whose end nobody can say (see `Dues.stands`)."""
    stopped = dues.stands[-1][0] if dues.stands and dues.stands[-1][1] == NEVER else NEVER
    return tuple(
        Interval(pause.since, pause.end, pause.asked_by)
        for pause in counted
        if pause.end is not None and pause.since < stopped
    )


def _stop(pause: Pause, dossier: Dossier, *, calendar: Calendar, at: Moment, counts: bool) -> Stop:
    source = next((one.source for one in dossier.events if (one.id, one.at) == (pause.asked_by, pause.since)), "")
    return Stop(pause, source, counts, _between(pause.since, at if pause.end is None else pause.end, calendar))


def _appointed(dossier: Dossier, dues: Dues, *, pauses: Sequence[Interval], calendar: Calendar) -> Appointed | None:
    due_at, named_at, moved = dossier.appointed_due_at, dossier.appointed_at, dues.ranking_due_at
    if due_at is None or named_at is None or moved is None:
        return None
    apart = united((pause.start, min(pause.end or 0, moved)) for pause in pauses if named_at <= pause.start < moved)
    differs = None
    if dues.recomputed_due_at is not None:
        early, late = sorted((moved, dues.recomputed_due_at))
        length = _between(early, late, calendar)
        differs = length if length is None or late == moved else -length
    return Appointed(
        due_at,
        named_at,
        moved,
        _between(due_at, moved, calendar),
        _worked(named_at, moved, apart=apart, calendar=calendar),
        differs,
    )


def _recomputed(dossier: Dossier, pauses: Sequence[Interval], calendar: Calendar) -> Explanation | None:
    if dossier.limit is None or dossier.accepted_at is None:
        return None
    try:
        return explain(limit_of(dossier.limit), dossier.accepted_at, calendar=calendar, pauses=pauses)
    except LawError:
        return None  # the findings say why


def _worked(start: Moment, end: Moment, *, apart: Sequence[Span], calendar: Calendar) -> tuple[Span, ...]:
    borders = [start, *(edge for span in apart for edge in span), end]
    try:
        return tuple(
            span
            for free_from, free_to in zip(borders[::2], borders[1::2], strict=True)
            for span in calendar.sessions(free_from, free_to)
        )
    except LawError:
        return ()


def _between(start: Moment, end: Moment, calendar: Calendar) -> int | None:
    try:
        return calendar.between(start, end)
    except LawError:
        return None
