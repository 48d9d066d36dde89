"""What the history of a dossier says, folded together; the fold writes it, the judgement reads it."""

from typing import Final

import msgspec

from streams.core.events import Channel
from streams.core.findings import Finding
from streams.core.labels import State
from streams.core.moments import Moment
from streams.core.words import Word


class PauseKind(Word):
    """Why the clock stands."""

    SUPPLEMENT = "supplement"
    PAYMENT = "payment"
    SUSPENSION = "suspension"


_DATED: Final = PauseKind.SUSPENSION


class Pause(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A time in which the clock stands. `until` is the end that was declared, `asked_by` the id of the asking event."""

    kind: PauseKind
    since: Moment
    until: Moment | None
    ended_at: Moment | None
    asked_by: str

    @property
    def end(self) -> Moment | None:
        """Return when the pause ends, or None while nobody can say.

        A suspension may be dated and then ends by itself; the date in a request is the citizen's deadline, and the
        clock stands beyond it until the papers or the payment come.
        """
        if self.ended_at is not None:
            if self.until is not None and self.kind is _DATED:
                return min(self.until, self.ended_at)
            return self.ended_at
        return self.until if self.kind is _DATED else None


class Away(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A time in which another body held the dossier (liên thông); `until` is None while it still does."""

    since: Moment
    until: Moment | None = None


class Facts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The facts, in the order of storage: fields are only ever added at the end, with a default.

    `ended_at` is the first of done and returned since the dossier was last reopened, `closed_at` also counts refused
    and stopped. `due_known_at` and `closing_known_at` are when the pipeline learned of the due moment and the closing.
    `begun_at` is when something was first done with it after its acceptance, `transferred_at` the same where this was a
    hand-over or a snapshot of work; `keying_lag` the most seconds after which an event was keyed.
    """

    state: State = State.UNKNOWN
    unit: str | None = None
    procedure: str | None = None
    field: str | None = None
    channel: Channel | None = None
    level: int | None = None
    officer: str | None = None
    national_code: str | None = None
    first_at: Moment | None = None
    submitted_at: Moment | None = None
    accepted_at: Moment | None = None
    appointed_due_at: Moment | None = None
    appointed_at: Moment | None = None
    due_known_at: Moment | None = None
    limit: str | None = None
    pauses: tuple[Pause, ...] = ()
    away: tuple[Away, ...] = ()
    ended_at: Moment | None = None
    closed_at: Moment | None = None
    closing_known_at: Moment | None = None
    supplement_requests: int = 0
    reappointments: int = 0
    withdrawal_requested_at: Moment | None = None
    snapshot_code: str | None = None
    findings: tuple[Finding, ...] = ()
    begun_at: Moment | None = None
    transferred_at: Moment | None = None
    keying_lag: int = 0

    @property
    def received_at(self) -> Moment | None:
        """Return when the dossier was received: submitted, else accepted, else first heard of."""
        if self.submitted_at is not None:
            return self.submitted_at
        return self.accepted_at if self.accepted_at is not None else self.first_at

    @property
    def other_body(self) -> bool:
        """Return whether another body holds the dossier now."""
        return bool(self.away) and self.away[-1].until is None

    @property
    def open_pauses(self) -> tuple[Pause, ...]:
        """Return the pauses that no event has ended, in the order in which they began."""
        return tuple([pause for pause in self.pauses if pause.ended_at is None]) if self.pauses else ()
