"""Findings about the due moment: one that was broken without a word, one that the law does not give, one charged."""

from functools import lru_cache

from streams.core.calendar import Calendar
from streams.core.dating import working_days_from
from streams.core.due import unpaused
from streams.core.events import Accepted, Event, Observed, Reappointed, Submitted, Transferred
from streams.core.findings import Rule
from streams.core.limits import Limit
from streams.core.moments import SECOND_OF_DAY, Moment, day_of
from streams.core.pauses import Interval, extended
from streams.core.view import Sign, Signs, View, these


def no_apology(view: View) -> Signs:
    """R8: past due, and no apology letter was written at least a day before (NĐ 61/2018 art. 19)."""
    if not view.dossier.reappointments:
        return () if view.late_from is None else (Sign(Rule.NO_APOLOGY, view.naming, view.late_from),)
    before, letter = _first_letter(view.counted())
    if before is None or letter is None:
        return ()
    due_at = _moved(view, before[1], since=before[0], by=letter.at)
    if day_of(letter.at) + view.policy.findings.apology_days_before <= day_of(due_at):
        return ()
    closed_at = view.dossier.closed_at
    if closed_at is not None and closed_at <= due_at:
        return ()
    return (Sign(Rule.NO_APOLOGY, these(letter.id), due_at + 1, "the letter came too late"),)


def _first_letter(events: tuple[Event, ...]) -> tuple[tuple[Moment, Moment] | None, Event | None]:
    """Return when the due moment before the first letter was named, and that moment; and the letter."""
    named: tuple[Moment, Moment] | None = None
    letters: list[tuple[tuple[Moment, Moment] | None, Event]] = []
    for event in events:
        body = event.body
        due_at = body.due_at if isinstance(body, Accepted | Observed | Reappointed) else None
        if due_at is not None:
            # A letter stands in every later snapshot too; there it is a new one only with a new due moment.
            fresh = isinstance(body, Reappointed) or named is None or named[1] != due_at
            if fresh and getattr(body, "letter", None):
                letters.append((named, event))
            named = (event.at, due_at)
    return letters[0] if letters else (None, None)


def due_differs(view: View) -> Signs:
    """R15: the appointed due moment lies over a working day from what limit and calendar gave when it was named."""
    dossier, appointed_at = view.dossier, view.dossier.appointed_at
    due_at, accepted_at = dossier.appointed_due_at, dossier.accepted_at
    if view.limit is None or accepted_at is None or due_at is None or appointed_at is None or dossier.reappointments:
        return ()
    starts_at, lawful = _lawful(view.calendar, accepted_at, view.limit)
    if dossier.pauses and appointed_at > starts_at:
        lawful = _moved(view, lawful, since=starts_at, by=appointed_at)
    early, late = (due_at, lawful) if due_at < lawful else (lawful, due_at)
    days = view.policy.findings.due_differs_working_days
    if late - early <= days * SECOND_OF_DAY or late <= working_days_from(early, days, view.calendar):
        return ()
    return (Sign(Rule.DUE_DIFFERS, view.naming, appointed_at),)


@lru_cache(1 << 12)
def _lawful(calendar: Calendar, accepted_at: Moment, limit: Limit) -> tuple[Moment, Moment]:
    """Return when a limit begins, and when it ends without pauses; kept, for a dossier is looked at again and again."""
    starts_at = calendar.roll(accepted_at)
    return starts_at, unpaused(limit, starts_at, calendar)


def _moved(view: View, due_at: Moment, *, since: Moment, by: Moment) -> Moment:
    """Return a due moment named at `since`, moved by the pauses from then on that had begun by `by` and have ended."""
    pauses = [
        Interval(pause.since, end)
        for pause in view.dossier.pauses
        if since <= pause.since < by and (end := pause.end) is not None
    ]
    return extended(due_at, since=since, pauses=pauses, calendar=view.calendar) if pauses else due_at


def held_elsewhere(view: View) -> Signs:
    """R23: it fell due in other hands than those it is counted under."""
    due_at, late_from, charged = view.dues.ranking_due_at, view.late_from, view.dossier.unit
    if due_at is None or late_from is None or not charged:
        return ()
    if not view.dossier.away and view.dossier.lines.last_at <= due_at:
        return ()  # whoever holds it now is the last that was named
    holder, moved = _holder_at(view.counted(), due_at)
    if holder and holder != charged and moved is not None:
        return (Sign(Rule.HELD_ELSEWHERE, these(moved.id), max(late_from, moved.at), f"{holder}>{charged}"),)
    for away in view.dossier.away:
        if away.since <= due_at and (away.until is None or due_at < away.until):
            sent = [one.id for one in view.counted() if one.at == away.since and _held(one) is not None]
            return (Sign(Rule.HELD_ELSEWHERE, these(*sent[:1]), late_from, "other body"),)
    return ()


def _holder_at(events: tuple[Event, ...], due_at: Moment) -> tuple[str, Event | None]:
    """Return the unit that held the dossier at a moment, and the first event after it that named another."""
    holder = ""
    for event in events:
        unit = _held(event)
        if not unit:
            continue
        if event.at <= due_at:
            holder = unit
        elif unit != holder:
            return holder, event
    return holder, None


def _held(event: Event) -> str | None:
    body = event.body
    return body.unit if isinstance(body, Submitted | Accepted | Transferred | Observed) else None
