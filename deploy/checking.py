"""Files of events before they are sent: what intake would reject of them and why, and what it would leave out."""

from collections.abc import Iterator
from typing import Final

import msgspec

from streams.core.moments import Moment
from streams.wire import cloudevents
from streams.wire.cloudevents import Envelope, Sent
from streams.wire.malformed import Malformed

_OBJECT: Final = dict[str, msgspec.Raw]
ATTRIBUTES: Final = frozenset(Envelope.__struct_fields__) - {"arrivedtime"}
BETWEEN: Final = b" \t\r\n,"
"""What stands between two members of a JSON array."""


class Fault(msgspec.Struct, frozen=True):
    """One event that would be rejected: the line on which it begins, and why."""

    line: int
    reason: str
    detail: str


class Oddity(msgspec.Struct, frozen=True):
    """One event that would be taken, but not all that it says: the line on which it begins, and what is odd."""

    line: int
    told: str


class Checked(msgspec.Struct, frozen=True):
    """How many events a file holds, those that would be rejected, and what of the others is odd."""

    events: int
    faults: tuple[Fault, ...]
    oddities: tuple[Oddity, ...] = ()


def checked(content: bytes, *, now: Moment) -> Checked:
    """Return what intake would reject, were the events to arrive now: one a line, or one JSON document of all."""
    events = 0
    faults: list[Fault] = []
    oddities: list[Oddity] = []
    seen: dict[tuple[str, str], bytes] = {}
    for line, value in _events(content):
        events += 1
        try:
            sent = cloudevents.received(value)
            cloudevents.check_time(sent, now)
        except Malformed as error:
            faults.append(Fault(line, error.reason, error.detail))
            continue
        oddities += [Oddity(line, told) for told in (*_left_out(sent, value), *_twice(sent, seen))]
    return Checked(events, tuple(faults), tuple(oddities))


def _left_out(sent: Sent, value: bytes) -> Iterator[str]:
    """Yield which fields the contract does not name: intake leaves them out, and a slip of the keyboard goes unseen."""
    whole = msgspec.json.decode(value, type=_OBJECT)
    data = msgspec.json.decode(whole.get("data", b"{}"), type=_OBJECT)
    unknown = sorted(whole.keys() - ATTRIBUTES)
    unknown += [f"data.{name}" for name in sorted(data.keys() - set(sent.data.__struct_fields__))]
    if unknown:
        yield f"left out: {', '.join(unknown)}"


def _twice(sent: Sent, seen: dict[tuple[str, str], bytes]) -> Iterator[str]:
    """Say that an id stands for two different events: one of them would count, and which is not the sender's choice."""
    event = cloudevents.event_of(sent, 0)
    said = sent.key + event.content
    if seen.setdefault((event.source, event.id), said) != said:
        yield f"the id {sent.envelope.id!r} stands for something else further up"


def _events(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each event with the line on which it begins, from 1."""
    start = content.lstrip()[:1]
    try:
        if start == b"[":
            yield from _members(content, msgspec.json.decode(content, type=list[msgspec.Raw]))
            return
        if start == b"{":
            msgspec.json.decode(content, type=msgspec.Raw)
            yield 1 + content[: len(content) - len(content.lstrip())].count(b"\n"), content
            return
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # no single document: then each line is one
    yield from ((number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip())


def _members(content: bytes, members: list[msgspec.Raw]) -> Iterator[tuple[int, bytes]]:
    # The bracket that opens the list; a member may begin with one too.
    begins = content.index(b"[") + 1
    line = 1 + content.count(b"\n", 0, begins)
    for member in members:
        value = bytes(member)
        at = begins
        while content[begins] in BETWEEN:
            begins += 1
        line += content.count(b"\n", at, begins)
        yield line, value
        line += value.count(b"\n")
        begins += len(value)
