"""The procedure as a table (DOMAIN §2), and one event's turn at the facts.

A move outside the table has happened all the same: it is taken, and it becomes a finding. Only a closed dossier stays
closed until it is reopened, so that nobody can hide a late end behind a later stop.
"""

from typing import Final, TypedDict

from streams.core.events import Channel, Event
from streams.core.facts import Away, Facts, Pause, PauseKind
from streams.core.findings import Finding, Rule
from streams.core.labels import State
from streams.core.moments import Moment

CLOSED: Final = (State.REFUSED, State.STOPPED, State.DONE, State.RETURNED)
WAITING: Final = {
    PauseKind.SUPPLEMENT: State.AWAITING_SUPPLEMENT,
    PauseKind.PAYMENT: State.AWAITING_PAYMENT,
    PauseKind.SUSPENSION: State.SUSPENDED,
}
_WORK: Final = frozenset(
    {State.PROCESSING, *WAITING.values(), State.WITHDRAWAL_REQUESTED, State.STOPPED, State.DONE},
)
BEGINS: Final = frozenset({State.SUBMITTED, State.ACCEPTED})
MOVES: Final[dict[State, frozenset[State]]] = {
    State.SUBMITTED: frozenset({State.ACCEPTED, State.REFUSED, State.AWAITING_SUPPLEMENT}),
    # No event says that work has begun, so an accepted dossier may go wherever one in work may.
    State.ACCEPTED: _WORK,
    State.PROCESSING: _WORK,
    State.AWAITING_SUPPLEMENT: frozenset({State.PROCESSING}),
    State.AWAITING_PAYMENT: frozenset({State.PROCESSING}),
    State.SUSPENDED: frozenset({State.PROCESSING}),
    State.WITHDRAWAL_REQUESTED: frozenset({State.STOPPED}),
    State.DONE: frozenset({State.RETURNED}),
    State.REFUSED: frozenset(),
    State.STOPPED: frozenset(),
    State.RETURNED: frozenset(),
}
BEFORE_ACCEPTANCE: Final = frozenset({State.ACCEPTED, State.REFUSED, State.SUBMITTED})
"""Where a dossier that waits for papers may go as long as it was never accepted."""


class Changes(TypedDict, total=False):
    """The facts that one event changes."""

    state: State
    unit: str | None
    procedure: str | None
    field: str | None
    channel: Channel | None
    level: int | None
    officer: str | None
    national_code: str | None
    first_at: Moment
    submitted_at: Moment
    accepted_at: Moment
    appointed_due_at: Moment
    appointed_at: Moment
    due_known_at: Moment
    limit: str
    pauses: tuple[Pause, ...]
    away: tuple[Away, ...]
    ended_at: Moment | None
    closed_at: Moment | None
    closing_known_at: Moment | None
    supplement_requests: int
    reappointments: int
    withdrawal_requested_at: Moment | None
    snapshot_code: str
    findings: tuple[Finding, ...]
    begun_at: Moment
    transferred_at: Moment
    keying_lag: int


_UNKNOWN, _FOR_PAPERS = State.UNKNOWN, State.AWAITING_SUPPLEMENT
_NO_WORK: Final = frozenset({"submitted", "accepted", "corrected"})
_NOT_BEGUN: Final = frozenset({"1", "2"})
_AT_WORK: Final = "4"
"""State codes of a dossier that nobody works on yet, and of one that somebody does."""


class Turn:
    """One event's turn: the facts before it, and what it changes. It lives for one step and is never kept."""

    __slots__ = ("changes", "event", "facts")

    def __init__(self, facts: Facts, event: Event) -> None:
        """Begin with nothing changed but, for the first event of all, the moment of the first event."""
        self.facts = facts
        self.event = event
        self.changes: Changes = {"first_at": event.at} if facts.first_at is None else {}
        if facts.begun_at is None and facts.accepted_at is not None:
            self._begin()
        if event.keyed_at is not None and event.keyed_at - event.at > facts.keying_lag:
            self.changes["keying_lag"] = event.keyed_at - event.at

    def _begin(self) -> None:
        body, moment = self.event.body, self.event.at
        if body.name in _NO_WORK or (body.name == "observed" and body.state_code in _NOT_BEGUN):
            return
        self.changes["begun_at"] = moment
        if body.name == "transferred" or (body.name == "observed" and body.state_code == _AT_WORK):
            self.changes["transferred_at"] = moment

    def note(self, rule: Rule, note: str = "") -> None:
        """Add a finding that this event shows."""
        found = Finding(rule, (self.event.id,), self.event.at, note)
        self.changes["findings"] = (*self.changes.get("findings", self.facts.findings), found)

    @property
    def closed(self) -> bool:
        """Return whether the dossier was closed when the event came."""
        return self.facts.state in CLOSED

    def move(self, to: State) -> bool:
        """Move to a state and return whether it was taken; a closed dossier keeps its own. Odd moves are found."""
        state = self.facts.state
        if not self._in_table(state, to):
            self.note(Rule.TRANSITION, f"{state if self.facts.first_at is not None else ''}>{to}")
            if state in CLOSED:
                return False
        self.changes["state"] = to
        return True

    def _in_table(self, state: State, to: State) -> bool:
        if state is _UNKNOWN:
            return self.facts.first_at is not None or to in BEGINS
        if to in MOVES[state]:
            return True
        return state is _FOR_PAPERS and self.facts.accepted_at is None and to in BEFORE_ACCEPTANCE
