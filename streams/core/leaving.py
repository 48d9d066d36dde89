"""When a dossier that is closed may leave the state: nothing more is awaited of it, and nobody spoke of it for long."""

from streams.core.dossier import Dossier
from streams.core.moments import SECOND_OF_DAY, Moment


def leaves_at(dossier: Dossier, *, days: int) -> Moment | None:
    """Return the moment so many days after it was closed and last heard of; None while it is open, or for no days.

    A function of the set of its events, like all that is kept of a dossier.
    """
    if days <= 0 or dossier.closed_at is None:
        return None
    heard_at = max(event.arrived_at for event in dossier.events)
    return max(dossier.closed_at, heard_at) + days * SECOND_OF_DAY
