"""The findings that hold about one dossier at a moment: what the fold found, and what takes a calendar to see."""

from streams.core.dating import due_moments, working_days_from
from streams.core.dossier import Dossier
from streams.core.dues import Dues
from streams.core.events import Accepted, AnyBody, Observed, Stopped, Submitted
from streams.core.findings import Finding, Rule
from streams.core.labels import State
from streams.core.law import LawError
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook


def findings_at(dossier: Dossier, *, now: Moment, rules: Rulebook, dues: Dues | None = None) -> tuple[Finding, ...]:
    """Return every finding about this dossier alone that holds at `now`, those of the fold first; never raises."""
    if dues is None:
        dues = due_moments(dossier, rules=rules)
    began = dossier.first_at if dossier.accepted_at is None else dossier.accepted_at
    found = [finding for finding in dossier.findings if finding.at <= now]
    found += [Finding(rule, (), began or 0, note) for rule, note in dues.faults]
    found += _acceptance(dossier, dues, now)
    try:
        found += _by_working_days(dossier, dues, rules)
    except LawError as out:
        found.append(Finding(Rule.OUT_OF_CALENDAR, (), began or 0, str(out)))
    return tuple(found)


def _acceptance(dossier: Dossier, dues: Dues, now: Moment) -> list[Finding]:
    found: list[Finding] = []
    accepted = dossier.accepted_at
    taken_at = accepted if accepted is not None else now if dossier.closed_at is None else dossier.closed_at
    if dues.intake_due_at is not None and taken_at > dues.intake_due_at:
        found.append(Finding(Rule.INTAKE_SLOW, _shown(dossier, Submitted, Accepted), dues.intake_due_at + 1))
    if accepted is not None and dossier.appointed_due_at is None:
        found.append(Finding(Rule.NO_APPOINTMENT, _shown(dossier, Accepted), accepted))
    return found


def _by_working_days(dossier: Dossier, dues: Dues, rules: Rulebook) -> list[Finding]:
    calendar = rules.calendar_for(dossier.unit)
    found: list[Finding] = []
    due_at, recomputed, closed_at = dues.ranking_due_at, dues.recomputed_due_at, dossier.closed_at
    if due_at is None:
        return found
    if recomputed is not None and dossier.appointed_at is not None and not dossier.reappointments:
        early, late = sorted((due_at, recomputed))
        if late > working_days_from(early, 1, calendar):
            found.append(Finding(Rule.DUE_DIFFERS, _shown(dossier, Accepted), dossier.appointed_at))
    if dossier.state is State.STOPPED and closed_at is not None:
        early, late = sorted((due_at, closed_at))
        if late <= working_days_from(early, 1, calendar):
            found.append(Finding(Rule.STOPPED_UNASKED, _shown(dossier, Stopped), closed_at, "near the due moment"))
    return found


def _shown(dossier: Dossier, *kinds: type[AnyBody]) -> tuple[str, ...]:
    return tuple(event.id for event in dossier.events if isinstance(event.body, (*kinds, Observed)))
