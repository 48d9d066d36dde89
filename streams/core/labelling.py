"""The label of a dossier: the first line of the table in docs/labels.md that holds; the labels partition what came."""

import enum
from typing import Final

from streams.core.dossier import Dossier
from streams.core.dues import Dues
from streams.core.labels import Label, State
from streams.core.moments import Moment


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


# Python 3.11 looks a member of an enum up the long way at each use, so the lines of the table stand ready.
_CLOSED: Final = {State.REFUSED: (Label.REFUSED, Reason.REFUSED), State.STOPPED: (Label.STOPPED, Reason.STOPPED)}
_EARLY: Final = Label.CLOSED_EARLY, Reason.ENDED_ON_AN_EARLIER_DAY
_ON_TIME: Final = Label.CLOSED_ON_TIME, Reason.ENDED_BY_DUE
_LATE: Final = Label.CLOSED_LATE, Reason.ENDED_PAST_DUE
_ENDED_WITHOUT_DUE: Final = Label.UNCLASSIFIED, Reason.ENDED_WITHOUT_DUE
_STATE_UNKNOWN: Final = Label.UNCLASSIFIED, Reason.STATE_UNKNOWN
_WITHOUT_DUE: Final = Label.UNCLASSIFIED, Reason.WITHOUT_DUE
_WAITING: Final = Label.AWAITING_INTAKE, Reason.NOT_YET_ACCEPTED
_PAST_DUE: Final = Label.OPEN_OVERDUE, Reason.PAST_DUE
_PAST_DUE_BEFORE: Final = Label.OPEN_OVERDUE, Reason.PAST_DUE_BEFORE_PAUSE
_PAUSED: Final = Label.PAUSED, Reason.CLOCK_STANDS
_SOON: Final = Label.OPEN_DUE_SOON, Reason.WITHIN_WARNING
_IN_TIME: Final = Label.OPEN_IN_TIME, Reason.TIME_LEFT
_UNKNOWN: Final = State.UNKNOWN


def label_of(dossier: Dossier, dues: Dues, *, judged_at: Moment, stands: bool) -> tuple[Label, Reason]:
    """Return the label of a dossier that is judged at a moment, and why; `stands` says whether its clock does."""
    state = dossier.state
    if (closed := _CLOSED.get(state)) is not None:
        return closed
    if dossier.ended_at is not None:
        return _ended_label(dossier.ended_at, dues)
    if state is _UNKNOWN:
        return _STATE_UNKNOWN
    if dossier.accepted_at is None and dossier.submitted_at is not None:
        return _WAITING
    return _open_label(dues, judged_at=judged_at, stands=stands)


def _ended_label(ended_at: Moment, dues: Dues) -> tuple[Label, Reason]:
    if dues.ranking_due_at is None:
        return _ENDED_WITHOUT_DUE
    if dues.ended_early:
        return _EARLY
    return _ON_TIME if ended_at <= dues.ranking_due_at else _LATE


def _open_label(dues: Dues, *, judged_at: Moment, stands: bool) -> tuple[Label, Reason]:
    if dues.ranking_due_at is None or dues.due_soon_at is None:
        return _WITHOUT_DUE
    if judged_at > dues.ranking_due_at:
        return _PAST_DUE_BEFORE if stands else _PAST_DUE
    if stands:
        return _PAUSED
    return _SOON if judged_at >= dues.due_soon_at else _IN_TIME
