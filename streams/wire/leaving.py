"""The lines of `dossier.trail` about dossiers that leave the state, and come back."""

from streams.core.moments import Moment
from streams.wire.trail import Line


class Left(Line, frozen=True, tag="left"):
    """A closed dossier left the state by the policy, with so many `events` and under this label; it stays counted."""

    dossier: str
    label: str
    events: int
    decided_at: Moment


class CameBack(Line, frozen=True, tag="came_back"):
    """A dossier that had left is back: an event named it, `new` or a `repeat` that arrived earlier than known."""

    dossier: str
    source: str
    id: str
    fate: str
    decided_at: Moment


class CannotComeBack(Line, frozen=True, tag="cannot_come_back"):
    """The event at `offset` names a dossier that left and whose records cannot be read: what stands stays as it is."""

    dossier: str
    source: str
    id: str
    offset: int
    reason: str
    decided_at: Moment
