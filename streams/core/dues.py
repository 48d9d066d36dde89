"""What the calendar says about a dossier, as a value: it is worked out in `dating` and read by the judgement."""

from typing import Final

import msgspec

from streams.core.findings import Rule
from streams.core.moments import Moment

NEVER: Final = 1 << 62
"""Stands for the end of a pause whose end nobody can say."""


class Dues(msgspec.Struct, frozen=True, gc=False):
    """What the calendar says about a dossier.

    `ranking_due_at` is the appointed due moment moved by the pauses that began after it was appointed, else the
    recomputed one. A pause that is still open has moved nothing yet: it adds its time when it ends, and while it lasts
    the dossier is judged at its beginning. `stands` are the spans in which the clock stands, `NEVER` an open end.
    `told_late`: the pipeline learned of the due moment only after it, or of the closing more than a working day after.
    """

    ranking_due_at: Moment | None = None
    recomputed_due_at: Moment | None = None
    legal_due_at: Moment | None = None
    intake_due_at: Moment | None = None
    due_soon_at: Moment | None = None
    stands: tuple[tuple[Moment, Moment], ...] = ()
    provisional: bool = False
    ended_early: bool = False
    told_late: bool = False
    faults: tuple[tuple[Rule, str], ...] = ()

    def standing_since(self, now: Moment) -> Moment | None:
        """Return when the pause that `now` lies in began; None when the clock runs."""
        for start, end in self.stands:
            if start <= now < end:
                return start
        return None
