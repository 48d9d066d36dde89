"""When the clock of a dossier stands: the spans of its pauses, and what the policy lets count as one."""

from collections.abc import Sequence
from typing import Final

import msgspec

from streams.core.dossier import Dossier
from streams.core.dues import NEVER
from streams.core.facts import Pause, PauseKind
from streams.core.moments import Moment
from streams.core.pauses import Span, united
from streams.core.rulebook import Policy


class Stands(msgspec.Struct, frozen=True, gc=False):
    """The spans in which the clock stands, apart and in order, and the pauses that have an end, each on its own."""

    spans: tuple[Span, ...] = ()
    ended: tuple[Span, ...] = ()

    def since(self, at: Moment) -> Sequence[Span]:
        """Return the spans of the ended pauses that began at `at` or later, apart and in order."""
        if not self.ended or self.ended[0][0] < at:
            return united(span for span in self.ended if span[0] >= at)
        # The pauses that are over lie before the open one, so together they are the spans before it.
        return self.spans[:-1] if self.spans[-1][1] == NEVER else self.spans


NOWHERE: Final = Stands()


def stands_of(dossier: Dossier, policy: Policy) -> Stands:
    """Return when the clock of the dossier stands."""
    if not dossier.pauses:
        return NOWHERE
    pauses = [(pause.since, NEVER if (end := pause.end) is None else end) for pause in _counted(dossier, policy)]
    if len(pauses) > 1:
        pauses.sort()
    apart = tuple(united(pauses))
    if not apart or apart[-1][1] != NEVER:
        return Stands(apart, tuple(pauses))
    stopped = apart[-1][0]
    return Stands(apart, tuple([span for span in pauses if span[0] < stopped]))


def _counted(dossier: Dossier, policy: Policy) -> tuple[Pause, ...]:
    if policy.payment_pauses_in(dossier.field):
        return dossier.pauses
    return tuple(pause for pause in dossier.pauses if pause.kind is not PauseKind.PAYMENT)
