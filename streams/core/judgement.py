"""How a dossier stands at a moment: its label, both verdicts, the cause of a late one, and when this changes next.

The label is the first line of the table in docs/labels.md that holds, so the labels partition what was received. The
calendar was asked before (see `dues`); here moments are compared, and nothing can fail.
"""

import enum

import msgspec

from streams.core.cause import cause_of
from streams.core.dating import due_moments
from streams.core.dossier import Dossier
from streams.core.dues import NEVER, Dues
from streams.core.labels import Cause, Label, State, Verdict
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook

__all__ = ["Dues", "Reason", "Standing", "due_moments", "judge"]


class Reason(enum.StrEnum):
    """Which line of the label table held."""

    REFUSED = "refused"
    STOPPED = "stopped"
    ENDED_ON_AN_EARLIER_DAY = "ended_on_an_earlier_day"
    ENDED_BY_DUE = "ended_by_due"
    ENDED_PAST_DUE = "ended_past_due"
    ENDED_WITHOUT_DUE = "ended_without_due"
    STATE_UNKNOWN = "state_unknown"
    WITHOUT_DUE = "without_due"
    NOT_YET_ACCEPTED = "not_yet_accepted"
    PAST_DUE = "past_due"
    PAST_DUE_BEFORE_PAUSE = "past_due_before_pause"
    CLOCK_STANDS = "clock_stands"
    WITHIN_WARNING = "within_warning"
    TIME_LEFT = "time_left"


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
    label, reason = _label(dossier, dues, judged_at=judged_at, stands=since is not None)
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


def _label(dossier: Dossier, dues: Dues, *, judged_at: Moment, stands: bool) -> tuple[Label, Reason]:
    if dossier.state is State.REFUSED:
        return Label.REFUSED, Reason.REFUSED
    if dossier.state is State.STOPPED:
        return Label.STOPPED, Reason.STOPPED
    if dossier.ended_at is not None:
        return _ended_label(dossier.ended_at, dues)
    if dossier.state is State.UNKNOWN:
        return Label.UNCLASSIFIED, Reason.STATE_UNKNOWN
    if dossier.accepted_at is None and dossier.submitted_at is not None:
        return Label.AWAITING_INTAKE, Reason.NOT_YET_ACCEPTED
    return _open_label(dues, judged_at=judged_at, stands=stands)


def _ended_label(ended_at: Moment, dues: Dues) -> tuple[Label, Reason]:
    if dues.ranking_due_at is None:
        return Label.UNCLASSIFIED, Reason.ENDED_WITHOUT_DUE
    if dues.ended_early:
        return Label.CLOSED_EARLY, Reason.ENDED_ON_AN_EARLIER_DAY
    if ended_at <= dues.ranking_due_at:
        return Label.CLOSED_ON_TIME, Reason.ENDED_BY_DUE
    return Label.CLOSED_LATE, Reason.ENDED_PAST_DUE


def _open_label(dues: Dues, *, judged_at: Moment, stands: bool) -> tuple[Label, Reason]:
    if dues.ranking_due_at is None or dues.due_soon_at is None:
        return Label.UNCLASSIFIED, Reason.WITHOUT_DUE
    if judged_at > dues.ranking_due_at:
        return Label.OPEN_OVERDUE, Reason.PAST_DUE_BEFORE_PAUSE if stands else Reason.PAST_DUE
    if stands:
        return Label.PAUSED, Reason.CLOCK_STANDS
    if judged_at >= dues.due_soon_at:
        return Label.OPEN_DUE_SOON, Reason.WITHIN_WARNING
    return Label.OPEN_IN_TIME, Reason.TIME_LEFT


def _board(dossier: Dossier, dues: Dues, judged_at: Moment) -> Verdict:
    # The formula of the 766 index: more than one supplement request counts as overdue, whatever the time.
    if dossier.supplement_requests > 1:
        return Verdict.OVERDUE
    return _by(dues.ranking_due_at, judged_at)


def _by(due_at: Moment | None, judged_at: Moment) -> Verdict:
    if due_at is None:
        return Verdict.NONE
    return Verdict.IN_TIME if judged_at <= due_at else Verdict.OVERDUE


def _next_at(dossier: Dossier, dues: Dues, label: Label, *, now: Moment) -> Moment | None:
    turns = [finding.at for finding in dossier.findings]
    if dossier.closed_at is None:
        if dossier.accepted_at is None and dues.intake_due_at is not None:
            turns.append(dues.intake_due_at + 1)
        for start, end in dues.stands:
            turns += (start, end)
        if dues.standing_since(now) is None and dues.ranking_due_at is not None and dues.legal_due_at is not None:
            turns += (dues.ranking_due_at + 1, dues.legal_due_at + 1)
        if label is Label.OPEN_IN_TIME and dues.due_soon_at is not None:
            turns.append(dues.due_soon_at)
    later = [turn for turn in turns if now < turn < NEVER]
    return min(later) if later else None
