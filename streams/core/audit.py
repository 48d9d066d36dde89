"""The findings about one dossier: what the fold found, and what takes a calendar or a policy to see.

A rule says from which moment on something holds, be it past or to come, so time itself plays no part in it: what is
seen stands for as long as neither the dossier nor the rulebook changes, and only the moments are compared.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from streams.core.audit_due import due_differs, held_elsewhere, no_apology
from streams.core.audit_intake import (
    closing_unsynchronised,
    intake_slow,
    never_synchronised,
    no_appointment,
    odd_code,
    transfer_slow,
)
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

BEGINNING: Final[tuple[Look, ...]] = (intake_slow, no_appointment, transfer_slow, never_synchronised)
DUE: Final[tuple[Look, ...]] = (due_differs, no_apology, held_elsewhere)
PAPERS: Final[tuple[Look, ...]] = (supplement_late, pause_too_long)


def _looks(dossier: Dossier) -> tuple[Look, ...]:
    """Return what is looked at beside the fold, each by a rule of its own: those that this dossier gives cause for.

    The order is that of the findings, and part of what is stored.
    """
    looks = BEGINNING if dossier.national_code is None else (*BEGINNING, odd_code)
    looks += DUE
    if dossier.closed_at is not None:
        looks += (closing_unsynchronised, stopped_near_due)
    if dossier.supplement_requests:
        looks += PAPERS
    if dossier.keying_lag:
        looks += (keyed_late,)
    return looks if dossier.closed_at is None else (*looks, hasty)


def audited(
    dossier: Dossier, *, now: Moment, rules: Rulebook, dues: Dues | None = None
) -> tuple[Findings, Moment | None]:
    """Return every finding about this dossier alone that holds at `now`, and the next moment at which one more will.

    Those of the fold come first; never raises. `dues` are its `ranking_moments` under these rules, where known.
    """
    signs = signs_of(dossier, rules=rules, dues=dues)
    if not signs and not dossier.findings:
        return (), None
    turns: list[Moment] = []
    found: list[Finding] = []
    for finding in dossier.findings:
        if finding.at > now:
            turns.append(finding.at)
        else:
            found.append(finding)
    for sign in signs:
        if sign.at > now:
            turns.append(sign.at)
        else:
            found.append(Finding(sign.rule, sign.evidence(), sign.at, sign.note))
    return tuple(found), min(turns, default=None)


def signs_of(dossier: Dossier, *, rules: Rulebook, dues: Dues | None = None) -> list[Sign]:
    """Return what the rules see beside the fold, past and to come."""
    if dues is None:
        dues = ranking_moments(dossier, rules=rules)
    faults = dict(dues.faults) if dues.faults else {}
    limit = None if dossier.limit is None else _limit(dossier.limit, faults)
    view = View(dossier, dues, policy=rules.policy, calendar=rules.calendar_for(dossier.unit), limit=limit)
    found: list[Sign] = []
    for look in _looks(dossier):
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
