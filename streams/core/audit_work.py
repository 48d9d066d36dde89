"""Findings about the work: pauses asked for late or left too long, stops near the due moment, keying, haste."""

from streams.core.dating import working_days_from
from streams.core.due import unpaused
from streams.core.facts import Pause, PauseKind
from streams.core.findings import Rule
from streams.core.labels import State
from streams.core.limits import LimitUnit
from streams.core.moments import SECOND_OF_DAY, Moment, day_of
from streams.core.pauses import Interval, extended
from streams.core.view import Sign, Signs, View, these

_PAPERS, _STOPPED = PauseKind.SUPPLEMENT, State.STOPPED


def supplement_late(view: View) -> Signs:
    """R2: further papers were asked for in the last part of the limit, or after it."""
    dossier = view.dossier
    if dossier.accepted_at is None:
        return ()
    found: list[Sign] = []
    for pause in dossier.pauses:
        if pause.kind is _PAPERS and pause.since >= dossier.accepted_at:
            note = _how_late(view, pause, starts_at=dossier.accepted_at)
            if note:
                found.append(Sign(Rule.SUPPLEMENT_LATE, these(pause.asked_by), pause.since, note))
    return tuple(found)


def _how_late(view: View, pause: Pause, *, starts_at: Moment) -> str:
    named_at, due_at = _promised(view, starts_at=starts_at, by=pause.since)
    if due_at is None:
        return ""
    unmoved, longest = due_at, due_at - starts_at
    earlier = [
        Interval(other.since, end)
        for other in view.dossier.pauses
        if other.since < pause.since and (end := other.end) is not None
    ]
    if earlier:
        due_at = extended(due_at, since=named_at, pauses=earlier, calendar=view.calendar)
    if pause.since > due_at:
        return "after due"
    share, left = view.policy.findings.supplement_last_share, view.calendar.between(pause.since, due_at)
    if left >= longest * share:
        return ""  # the working time of the limit is no more than that
    return "near due" if left < view.calendar.between(starts_at, unmoved) * share else ""


def _promised(view: View, *, starts_at: Moment, by: Moment) -> tuple[Moment, Moment | None]:
    """Return the due moment as it stood without pauses by a moment, and when it was named."""
    appointed_at, due_at = view.dossier.appointed_at, view.dossier.appointed_due_at
    if due_at is not None and appointed_at is not None and appointed_at <= by:
        return appointed_at, due_at
    if view.limit is None:
        return starts_at, None
    rolled = view.calendar.roll(starts_at)
    return rolled, unpaused(view.limit, rolled, view.calendar)


def pause_too_long(view: View) -> Signs:
    """R22: papers were awaited beyond the date in the request, or the policy's days; see also the ledger's part."""
    days = view.policy.supplement_working_days
    found: list[Sign] = []
    for pause in view.dossier.pauses:
        if pause.kind is _PAPERS and (days or pause.until is not None):
            by = pause.until if pause.until is not None else working_days_from(pause.since, days, view.calendar)
            if pause.ended_at is None or pause.ended_at > by:
                found.append(Sign(Rule.PAUSE_TOO_LONG, these(pause.asked_by), by + 1))
    return tuple(found)


def stopped_near_due(view: View) -> Signs:
    """R3: stopped, asked for or not, within a working day of the due moment."""
    due_at, closed_at = view.dues.ranking_due_at, view.dossier.closed_at
    if view.dossier.state is not _STOPPED or closed_at is None or due_at is None:
        return ()
    early, late = sorted((due_at, closed_at))
    if late > working_days_from(early, view.policy.findings.stop_near_due_working_days, view.calendar):
        return ()
    return (Sign(Rule.STOPPED_UNASKED, view.at(closed_at), closed_at, "near the due moment"),)


def keyed_late(view: View) -> Signs:
    """R6: somebody keyed an event more than a working day after the moment that it claims."""
    days = view.policy.findings.keying_working_days
    if view.dossier.keying_lag <= days * SECOND_OF_DAY:
        return ()
    return tuple(
        Sign(Rule.KEYED_LATE, these(event.id), event.keyed_at, event.body.name)
        for event in view.counted()
        if event.keyed_at is not None
        and event.keyed_at - event.at > days * SECOND_OF_DAY
        and event.keyed_at > working_days_from(event.at, days, view.calendar)
    )


def hasty(view: View) -> Signs:
    """R19: what may take days was closed within a minute of its acceptance."""
    accepted_at, closed_at = view.dossier.accepted_at, view.dossier.closed_at
    if accepted_at is None or closed_at is None:
        return ()
    if not 0 <= closed_at - accepted_at <= view.policy.findings.hasty_seconds or not _takes_days(view, accepted_at):
        return ()
    return (Sign(Rule.HASTY, view.at(accepted_at, closed_at), closed_at),)


def _takes_days(view: View, accepted_at: Moment) -> bool:
    if view.limit is not None:
        if view.limit.unit is LimitUnit.MONTHS:
            return True
        return view.limit.unit in (LimitUnit.DAYS, LimitUnit.WORKING_DAYS) and view.limit.amount > 1
    due_at = view.dossier.appointed_due_at
    return due_at is not None and day_of(due_at) > day_of(accepted_at) + 1
