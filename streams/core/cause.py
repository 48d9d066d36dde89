"""Why a dossier was judged late: whoever held it up when it fell due, asked in a fixed order.

| # | when, at the ranking due moment                                                                | cause        |
|---|------------------------------------------------------------------------------------------------|--------------|
| 1 | another body held the dossier                                                                  | `other_body` |
| 2 | the citizen had asked for it back, or a supplement was outstanding                             | `citizen`    |
| 3 | nobody could act in time: the due moment became known after it had passed, or the closing more | `sync`       |
|   | than one working day after it happened                                                         |              |
| 4 | else, and wherever it is late only by its number of supplement requests                        | `staff`      |
"""

from streams.core.dossier import Dossier
from streams.core.dues import Dues
from streams.core.facts import PauseKind
from streams.core.labels import Cause, Verdict
from streams.core.moments import Moment

_OVERDUE, _NO_CAUSE = Verdict.OVERDUE, Cause.NONE


def cause_of(dossier: Dossier, dues: Dues, *, board: Verdict) -> Cause:
    """Return the cause of a late verdict of the board, NONE where there is no such verdict."""
    if board is not _OVERDUE:
        return _NO_CAUSE
    due_at = dues.ranking_due_at
    if due_at is None or (dossier.closed_at is not None and dossier.closed_at <= due_at):
        return Cause.STAFF
    if any(_holds(away.since, away.until, due_at) for away in dossier.away):
        return Cause.OTHER_BODY
    if _citizen(dossier, due_at):
        return Cause.CITIZEN
    return Cause.SYNC if dues.told_late else Cause.STAFF


def _citizen(dossier: Dossier, due_at: Moment) -> bool:
    if dossier.withdrawal_requested_at is not None and dossier.withdrawal_requested_at <= due_at:
        return True
    return any(
        pause.kind is PauseKind.SUPPLEMENT and _holds(pause.since, pause.ended_at, due_at) for pause in dossier.pauses
    )


def _holds(since: Moment, until: Moment | None, at: Moment) -> bool:
    return since <= at and (until is None or at < until)
