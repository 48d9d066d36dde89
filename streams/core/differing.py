"""Where the voices that tell of one dossier say different things (R11 of the audit)."""

from collections.abc import Sequence

from streams.core.events import Event, Observed
from streams.core.findings import Finding, Rule
from streams.core.labels import State
from streams.core.moments import SECOND_OF_DAY, Moment
from streams.core.observed import OPENED
from streams.core.voices import claimed


def differences(counted: Sequence[Event], echoes: Sequence[Event]) -> tuple[Finding, ...]:
    """Return what the echoes say and the counted events did not say within a day of it, each from that day's end on.

    A snapshot says how a dossier stands and not that something happened then: it also agrees with the state in which
    the counted events had left the dossier, however long before.
    """
    if not echoes:
        return ()
    claims = [(event.at, state) for event in counted if (state := claimed(event.body)) is not None]
    return tuple(
        Finding(Rule.VOICES_DIFFER, (event.id,), event.at + SECOND_OF_DAY, f"{event.source} says {state}")
        for event in echoes
        if (state := claimed(event.body)) is not None
        and not any(said is state and abs(at - event.at) <= SECOND_OF_DAY for at, said in claims)
        and not (isinstance(event.body, Observed) and _stood(claims, event.at, state))
    )


def _stood(claims: Sequence[tuple[Moment, State]], at: Moment, state: State) -> bool:
    """Return whether the last claim by that moment is this state; to a snapshot acceptance and work are one."""
    last = next((said for then, said in reversed(claims) if then <= at), None)
    return last is state or (state in OPENED and last in OPENED)
