"""When the clock of a dossier stands: the spans of its pauses, and what the policy lets count as one."""

from streams.core.dossier import Dossier
from streams.core.dues import NEVER
from streams.core.facts import Pause, PauseKind
from streams.core.moments import Moment
from streams.core.pauses import Interval, united
from streams.core.rulebook import Policy


def spans(dossier: Dossier, policy: Policy) -> tuple[tuple[tuple[Moment, Moment], ...], list[Interval]]:
    """Return the spans in which the clock stands, and the pauses that have an end, each on its own."""
    if not dossier.pauses:
        return (), []
    pauses = [(pause.since, NEVER if pause.end is None else pause.end) for pause in _counted(dossier, policy)]
    stands = tuple(united(pauses))
    stopped = stands[-1][0] if stands and stands[-1][1] == NEVER else NEVER
    return stands, [Interval(start, end) for start, end in pauses if start < stopped]


def _counted(dossier: Dossier, policy: Policy) -> tuple[Pause, ...]:
    if policy.payment_pauses_in(dossier.field):
        return dossier.pauses
    return tuple(pause for pause in dossier.pauses if pause.kind is not PauseKind.PAYMENT)
