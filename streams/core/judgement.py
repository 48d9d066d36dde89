"""How a dossier stands at a moment: its label, both verdicts, the cause of a late one, and when this changes next.

The calendar was asked before (see `dues`), the label is that of `labelling`; here moments are compared, and nothing can
fail.
"""

from typing import Final

import msgspec

from streams.core.cause import cause_of
from streams.core.dating import due_moments
from streams.core.dossier import Dossier
from streams.core.dues import NEVER, Dues
from streams.core.labelling import Reason, label_of
from streams.core.labels import Cause, Label, Verdict
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook

__all__ = ["Dues", "Reason", "Standing", "due_moments", "judge"]


class Standing(msgspec.Struct, frozen=True, gc=False):
    """How a dossier stands. `next_at` is the first later moment at which this may change without a further event."""

    label: Label
    reason: Reason
    board: Verdict
    legal: Verdict
    cause: Cause
    ranking_due_at: Moment | None
    recomputed_due_at: Moment | None
    intake_due_at: Moment | None
    intake_overdue: bool
    due_soon_at: Moment | None
    next_at: Moment | None
    provisional: bool


def judge(dossier: Dossier, *, now: Moment, rules: Rulebook, dues: Dues | None = None) -> Standing:
    """Return how the dossier stands at `now`. `dues` are its due moments under these rules, where they are known."""
    if dues is None:
        dues = due_moments(dossier, rules=rules)
    since = dues.standing_since(now)
    judged_at = dossier.closed_at if dossier.closed_at is not None else now if since is None else since
    label, reason = label_of(dossier, dues, judged_at=judged_at, stands=since is not None)
    board = _board(dossier, dues, judged_at)
    handed_on = dossier.accepted_at if dossier.accepted_at is not None else dossier.closed_at
    waited_to = now if handed_on is None else handed_on
    return Standing(
        label,
        reason,
        board,
        _by(dues.legal_due_at, judged_at),
        cause_of(dossier, dues, board=board),
        dues.ranking_due_at,
        dues.recomputed_due_at,
        dues.intake_due_at,
        dues.intake_due_at is not None and waited_to > dues.intake_due_at,
        dues.due_soon_at,
        _next_at(dossier, dues, label, now=now),
        dues.provisional,
    )


_KEPT, _BROKEN, _NO_VERDICT = Verdict.IN_TIME, Verdict.OVERDUE, Verdict.NONE
_IN_TIME: Final = Label.OPEN_IN_TIME


def _board(dossier: Dossier, dues: Dues, judged_at: Moment) -> Verdict:
    # The formula of the 766 index: more than one supplement request counts as overdue, whatever the time.
    if dossier.supplement_requests > 1:
        return _BROKEN
    return _by(dues.ranking_due_at, judged_at)


def _by(due_at: Moment | None, judged_at: Moment) -> Verdict:
    if due_at is None:
        return _NO_VERDICT
    return _KEPT if judged_at <= due_at else _BROKEN


def _next_at(dossier: Dossier, dues: Dues, label: Label, *, now: Moment) -> Moment | None:
    turns = [finding.at for finding in dossier.findings] if dossier.findings else []
    if dossier.closed_at is None:
        if dossier.accepted_at is None and dues.intake_due_at is not None:
            turns.append(dues.intake_due_at + 1)
        for start, end in dues.stands:
            turns += (start, end)
        if dues.ranking_due_at is not None and dues.legal_due_at is not None and dues.standing_since(now) is None:
            turns += (dues.ranking_due_at + 1, dues.legal_due_at + 1)
        if label is _IN_TIME and dues.due_soon_at is not None:
            turns.append(dues.due_soon_at)
    soonest = NEVER
    for turn in turns:
        if now < turn < soonest:
            soonest = turn
    return None if soonest == NEVER else soonest
