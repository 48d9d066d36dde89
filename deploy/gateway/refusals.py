"""Why a request is not taken: a closed set, each with its HTTP status, as problem+json (RFC 9457) says it."""

import enum
from collections.abc import Sequence
from typing import Final

import msgspec

MEDIA_TYPE: Final = "application/problem+json"
MOST_FAULTS: Final = 100
"""Faults that one answer names; the rest is counted."""


class Why(enum.StrEnum):
    """Why a request is not taken."""

    NO_TOKEN = "no_token"  # noqa: S105 - a reason
    NOT_YOURS = "not_yours"
    NOT_JSON = "not_json"
    INVALID = "invalid"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    NOT_SUPPORTED = "not_supported"
    TOO_FAST = "too_fast"
    FULL = "full"
    AWAY = "away"
    UNSURE = "unsure"
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    GONE = "gone"
    BROKEN = "broken"


STATUS: Final[dict[Why, tuple[int, str]]] = {
    Why.NO_TOKEN: (401, "A token is needed"),
    Why.NOT_YOURS: (403, "This token may not say that"),
    Why.NOT_JSON: (400, "The body is not JSON"),
    Why.INVALID: (422, "An event is not as the contract says; none was taken"),
    Why.TOO_SLOW: (408, "The body did not come in time"),
    Why.TOO_LARGE: (413, "The body is too large"),
    Why.TOO_MANY: (413, "Too many events in one batch"),
    Why.NOT_SUPPORTED: (415, "The body is of a kind that is not taken"),
    Why.TOO_FAST: (429, "Too many events in too short a time"),
    Why.FULL: (503, "Too much is waiting; none was taken"),
    Why.AWAY: (503, "The broker is away; none was taken"),
    Why.UNSURE: (503, "The broker did not say in time whether it has all of them or none; send the same again"),
    Why.NOT_FOUND: (404, "There is nothing here"),
    Why.NOT_ALLOWED: (405, "Not with this method"),
    Why.GONE: (400, "The client went away before the end of its body"),
    Why.BROKEN: (500, "The gateway failed; send the same again"),
}


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong with one event: its place in the batch from 0, the field, the reason of docs/events.md, in words.

    Never what was sent: that might be anybody's name.
    """

    index: int
    field: str
    reason: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of a refusal (RFC 9457); `faults` is an extension member."""

    type: str
    title: str
    status: int
    detail: str = ""
    faults: tuple[Fault, ...] = ()
    more_faults: int = 0


class Refused(Exception):
    """The request is not taken; nothing of it went to the broker, except perhaps all of it where `why` is UNSURE."""

    def __init__(
        self, why: Why, detail: str = "", *, faults: Sequence[Fault] = (), headers: dict[str, str] | None = None
    ) -> None:
        """Say why, and what the client should know; `headers` go into the answer."""
        super().__init__(f"{why}: {detail}")
        self.why, self.detail, self.faults = why, detail, tuple(faults)
        self.headers = headers or {}

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return STATUS[self.why][0]

    @property
    def body(self) -> bytes:
        """Return the problem as JSON."""
        status, title = STATUS[self.why]
        named = self.faults[:MOST_FAULTS]
        return msgspec.json.encode(
            Problem(f"urn:dunghan:{self.why}", title, status, self.detail, named, len(self.faults) - len(named))
        )


def later(why: Why, seconds: float, detail: str = "") -> Refused:
    """Return a refusal that asks the client to come again after so many seconds, rounded up, at least one."""
    return Refused(why, detail, headers={"Retry-After": str(max(1, int(-(-seconds // 1))))})
