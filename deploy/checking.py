"""A file of events before it is sent: what intake would reject of it, and why."""

from collections.abc import Iterator

import msgspec

from streams.core.moments import Moment
from streams.wire import cloudevents
from streams.wire.malformed import Malformed


class Fault(msgspec.Struct, frozen=True):
    """One event that would be rejected: its place (the line, or the number in a JSON array, from 1), and why."""

    place: int
    reason: str
    detail: str


class Checked(msgspec.Struct, frozen=True):
    """How many events the file holds, and those that would be rejected."""

    events: int
    faults: tuple[Fault, ...]


def checked(content: bytes, *, now: Moment) -> Checked:
    """Return what intake would reject, were the events to arrive now: one a line, or one JSON document of all."""
    events = 0
    faults: list[Fault] = []
    for place, value in _events(content):
        events += 1
        try:
            cloudevents.check_time(cloudevents.received(value), now)
        except Malformed as error:
            faults.append(Fault(place, error.reason, error.detail))
    return Checked(events, tuple(faults))


def _events(content: bytes) -> Iterator[tuple[int, bytes]]:
    start = content.lstrip()[:1]
    try:
        if start == b"[":
            yield from enumerate((bytes(one) for one in msgspec.json.decode(content, type=list[msgspec.Raw])), 1)
            return
        if start == b"{":
            msgspec.json.decode(content, type=msgspec.Raw)
            yield 1, content
            return
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # no single document: then each line is one
    yield from ((number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip())
