"""What can happen to a dossier: one frozen value for each kind of event, as the fold takes it.

The kinds and their fields are those of the event contract (docs/events.md). Everything here is already checked: `wire`
turns bytes into these values or says why it cannot. A value is stored as a msgpack array whose first item is the
kind's number, so numbers are never reused and fields are only ever added at the end, with a default.

Events are ordered by (moment, rank of kind, id). The rank orders what happens in one second the way the procedure
does: a dossier is submitted before it is accepted, and accepted before it is done; a pause that ends in the second in
which another begins ends first; corrections come last.
"""

import enum
from typing import ClassVar, Final, Literal, TypeAlias

import msgspec

from streams.core.moments import Moment


class Channel(enum.StrEnum):
    """How the dossier was handed in (KenhThucHien of the national interface: 1, 2, 3)."""

    DIRECT = "direct"
    ONLINE = "online"
    POST = "post"


class Body(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an event says; its `name` is the last part but one of the CloudEvents type.

    On the way of every event a kind is told by its name: to ask such a value for its class costs ten times as much.
    """

    name: ClassVar[str]
    rank: ClassVar[int]


class Submitted(Body, frozen=True, tag=1):
    """The citizen handed the dossier in; it waits to be accepted (state 1)."""

    name: ClassVar[Literal["submitted"]] = "submitted"
    rank: ClassVar[int] = 10
    procedure: str
    unit: str
    field: str | None = None
    channel: Channel | None = None
    level: int | None = None
    officer: str | None = None
    national_code: str | None = None


class Accepted(Body, frozen=True, tag=2):
    """The office took the dossier and named the day (state 2). `limit` is the text as sent, `5 working days`."""

    name: ClassVar[Literal["accepted"]] = "accepted"
    rank: ClassVar[int] = 20
    procedure: str
    unit: str
    field: str | None = None
    channel: Channel | None = None
    level: int | None = None
    officer: str | None = None
    national_code: str | None = None
    due_at: Moment | None = None
    limit: str | None = None


class Refused(Body, frozen=True, tag=3):
    """The office did not take the dossier (state 3)."""

    name: ClassVar[Literal["refused"]] = "refused"
    rank: ClassVar[int] = 70


class Stopped(Body, frozen=True, tag=4):
    """The office stopped working on the dossier (state 8)."""

    name: ClassVar[Literal["stopped"]] = "stopped"
    rank: ClassVar[int] = 72


class WithdrawalRequested(Body, frozen=True, tag=5):
    """The citizen asked for the dossier back (state 7); it stays open until it is stopped."""

    name: ClassVar[Literal["withdrawal_requested"]] = "withdrawal_requested"
    rank: ClassVar[int] = 50


class Transferred(Body, frozen=True, tag=6):
    """Another unit, or another body (liên thông), now holds the dossier; the clock runs on."""

    name: ClassVar[Literal["transferred"]] = "transferred"
    rank: ClassVar[int] = 40
    unit: str
    officer: str | None = None
    other_body: bool = False


class SupplementRequested(Body, frozen=True, tag=7):
    """The office asked for further papers (state 5): the clock stands until they come."""

    name: ClassVar[Literal["supplement_requested"]] = "supplement_requested"
    rank: ClassVar[int] = 60
    until: Moment | None = None


class SupplementReceived(Body, frozen=True, tag=8):
    """The papers came."""

    name: ClassVar[Literal["supplement_received"]] = "supplement_received"
    rank: ClassVar[int] = 30


class PaymentRequested(Body, frozen=True, tag=9):
    """The office asked for a financial obligation to be met (state 6): the clock stands by default."""

    name: ClassVar[Literal["payment_requested"]] = "payment_requested"
    rank: ClassVar[int] = 61
    until: Moment | None = None


class PaymentReceived(Body, frozen=True, tag=10):
    """The obligation was met."""

    name: ClassVar[Literal["payment_received"]] = "payment_received"
    rank: ClassVar[int] = 31


class Suspended(Body, frozen=True, tag=11):
    """The office suspended the dossier, for a stated time or until further notice."""

    name: ClassVar[Literal["suspended"]] = "suspended"
    rank: ClassVar[int] = 62
    until: Moment | None = None


class Resumed(Body, frozen=True, tag=12):
    """The suspension ended."""

    name: ClassVar[Literal["resumed"]] = "resumed"
    rank: ClassVar[int] = 32


class Reappointed(Body, frozen=True, tag=13):
    """An apology letter named a new due moment (phiếu xin lỗi và hẹn lại)."""

    name: ClassVar[Literal["reappointed"]] = "reappointed"
    rank: ClassVar[int] = 42
    due_at: Moment
    letter: str


class Done(Body, frozen=True, tag=14):
    """The work is finished (state 9): closed for lateness. `result` says whether there is a result to give back."""

    name: ClassVar[Literal["done"]] = "done"
    rank: ClassVar[int] = 80
    result: bool | None = None


class Returned(Body, frozen=True, tag=15):
    """The result is in the citizen's hands (state 10)."""

    name: ClassVar[Literal["returned"]] = "returned"
    rank: ClassVar[int] = 81


class Reopened(Body, frozen=True, tag=16):
    """A closed dossier is open again."""

    name: ClassVar[Literal["reopened"]] = "reopened"
    rank: ClassVar[int] = 90


class Corrected(Body, frozen=True, tag=17):
    """An earlier event of the same source was wrong and counts as if it had never been sent."""

    name: ClassVar[Literal["corrected"]] = "corrected"
    rank: ClassVar[int] = 99
    voids: str


class Observed(Body, frozen=True, tag=18):
    """A snapshot by a system that publishes states, not events; `state_code` is a national code, or an unknown one."""

    name: ClassVar[Literal["observed"]] = "observed"
    rank: ClassVar[int] = 85
    state_code: str
    procedure: str | None = None
    unit: str | None = None
    field: str | None = None
    channel: Channel | None = None
    level: int | None = None
    officer: str | None = None
    national_code: str | None = None
    due_at: Moment | None = None
    limit: str | None = None
    until: Moment | None = None
    other_body: bool | None = None
    letter: str | None = None
    result: bool | None = None


AnyBody: TypeAlias = (
    Submitted
    | Accepted
    | Refused
    | Stopped
    | WithdrawalRequested
    | Transferred
    | SupplementRequested
    | SupplementReceived
    | PaymentRequested
    | PaymentReceived
    | Suspended
    | Resumed
    | Reappointed
    | Done
    | Returned
    | Reopened
    | Corrected
    | Observed
)

BODIES: Final[tuple[type[Body], ...]] = AnyBody.__args__
"""Every kind, in the order of its number."""


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One thing that one source says happened to one dossier.

    `content` is the first 8 bytes of the SHA-256 of what was sent, so that one id with two contents can be told apart
    from a repeat. `arrived_at` is the broker's arrival time in `dossier.inbox`; `keyed_at` the moment at which somebody
    keyed it, where the source says so (the CloudEvents extension `recordedtime`).
    """

    source: str
    id: str
    at: Moment
    arrived_at: Moment
    content: bytes
    body: AnyBody
    keyed_at: Moment | None = None

    @property
    def order(self) -> tuple[Moment, int, str, str]:
        """Return the place of the event in its dossier's history: time, rank of its kind, id, source."""
        return (self.at, self.body.rank, self.id, self.source)
