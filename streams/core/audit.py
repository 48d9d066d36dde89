"""The findings about one dossier: what the fold found, and what takes a calendar or a policy to see.

A rule says from which moment on something holds, be it past or to come, so time itself plays no part in it: what is
seen stands for as long as neither the dossier nor the rulebook changes, and only the moments are compared.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from streams.core.audit_due import due_differs, held_elsewhere, no_apology
from streams.core.audit_intake import intake_slow, never_synchronised, no_appointment, odd_code, transfer_slow
from streams.core.audit_work import hasty, keyed_late, pause_too_long, stopped_near_due, supplement_late
from streams.core.dating import limit_of, ranking_moments
from streams.core.dossier import Dossier
from streams.core.dues import Dues
from streams.core.findings import Finding, Rule
from streams.core.law import BadLimit, LawError
from streams.core.limits import Limit
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.core.view import Sign, Signs, View, these

Look: TypeAlias = Callable[[View], Signs]
Findings: TypeAlias = tuple[Finding, ...]

LOOKS: Final[tuple[Look, ...]] = (
    *(intake_slow, no_appointment, transfer_slow, never_synchronised, odd_code),
    *(due_differs, no_apology, held_elsewhere),
    *(stopped_near_due, supplement_late, pause_too_long, keyed_late, hasty),
)
"""What is looked at beside the fold, each by a rule of its own."""


def audited(
    dossier: Dossier, *, now: Moment, rules: Rulebook, dues: Dues | None = None
) -> tuple[Findings, Moment | None]:
    """Return every finding about this dossier alone that holds at `now`, and the next moment at which one more will.

    Those of the fold come first; never raises. `dues` are its `ranking_moments` under these rules, where known.
    """
    signs = signs_of(dossier, rules=rules, dues=dues)
    if not signs and not dossier.findings:
        return (), None
    turns = [sign.at for sign in signs if sign.at > now]
    turns += [finding.at for finding in dossier.findings if finding.at > now]
    found = [finding for finding in dossier.findings if finding.at <= now]
    found += [Finding(rule, evidence(), at, note) for rule, evidence, at, note in signs if at <= now]
    return tuple(found), min(turns, default=None)


def signs_of(dossier: Dossier, *, rules: Rulebook, dues: Dues | None = None) -> list[Sign]:
    """Return what the rules see beside the fold, past and to come."""
    if dues is None:
        dues = ranking_moments(dossier, rules=rules)
    faults = dict(dues.faults)
    limit = None if dossier.limit is None else _limit(dossier.limit, faults)
    view = View(dossier, dues, policy=rules.policy, calendar=rules.calendar_for(dossier.unit), limit=limit)
    found: list[Sign] = []
    for look in LOOKS:
        try:
            found += look(view)
        except LawError as out:
            faults.setdefault(Rule.OUT_OF_CALENDAR, str(out))
    if not faults:
        return found
    began = dossier.first_at if dossier.accepted_at is None else dossier.accepted_at
    return [*(Sign(rule, these(), began or 0, note) for rule, note in faults.items()), *found]


def _limit(text: str, faults: dict[Rule, str]) -> Limit | None:
    try:
        return limit_of(text)
    except BadLimit as bad:
        faults.setdefault(Rule.BAD_LIMIT, str(bad))
        return None


def findings_at(dossier: Dossier, *, now: Moment, rules: Rulebook) -> Findings:
    """Return every finding about this dossier alone that holds at `now`."""
    return audited(dossier, now=now, rules=rules)[0]
