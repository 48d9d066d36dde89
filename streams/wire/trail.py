"""The lines of `dossier.trail`: what was taken, what changed, what was decided, and each epoch; a chain of SHA-256.

A line is a JSON object whose last member is `hash`: SHA-256 over the hash of the line before it in the partition (the
first follows 32 zero bytes) and the line's own bytes without that member. So a line that was changed, left out or moved
breaks the chain at its place, for anybody with a JSON reader and SHA-256.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from streams.core.events import Event
from streams.core.findings import Finding, Rule, Severity
from streams.core.moments import Moment

START: Final = bytes(32)
_encoder = msgspec.json.Encoder()


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", omit_defaults=True, gc=False):
    """One line; `decided_at` is the `now` by which it was decided. A `version` that is left out is 1."""

    version: int = 1


class Taken(Line, frozen=True, tag="event"):
    """An event was folded. `fate` says how: `new`, `repeat` (known already)."""

    dossier: str
    source: str
    id: str
    happened_at: Moment
    arrived_at: Moment
    decided_at: Moment
    content: str
    fate: str
    keyed_at: Moment | None = None


def taken(dossier: str, event: Event, *, decided_at: Moment, fate: str) -> Taken:
    """Return the line of an event."""
    content = event.content.hex()
    at, arrived_at = event.at, event.arrived_at
    return Taken(dossier, event.source, event.id, at, arrived_at, decided_at, content, fate, event.keyed_at)


class Labelled(Line, frozen=True, tag="label"):
    """A dossier's label changed, and why it is what it is; `before` is empty for one that is new."""

    dossier: str
    before: str
    label: str
    reason: str
    decided_at: Moment
    due_at: Moment | None = None


class Decided(Line, frozen=True, tag="stage"):
    """A stage was reached and somebody must be told."""

    dossier: str
    stage: str
    id: str
    stage_at: Moment
    decided_at: Moment


class Withdrawn(Line, frozen=True, tag="withdrawn"):
    """A notice no longer holds."""

    dossier: str
    stage: str
    id: str
    reason: str
    decided_at: Moment


class Raised(Line, frozen=True, tag="finding"):
    """A finding holds: its rule, the events that show it, from which moment on, and how soon somebody should look."""

    dossier: str
    rule: Rule
    severity: Severity
    events: tuple[str, ...]
    at: Moment
    decided_at: Moment
    note: str = ""


class Cleared(Line, frozen=True, tag="finding_withdrawn"):
    """A finding that was raised, with this rule, moment and note, holds no longer."""

    dossier: str
    rule: Rule
    at: Moment
    decided_at: Moment
    note: str = ""


def raised(dossier: str, finding: Finding, *, decided_at: Moment) -> Raised:
    """Return the line of a finding that holds now."""
    rule, at = finding.rule, finding.at
    return Raised(dossier, rule, finding.severity, finding.events, at, decided_at, finding.note)


def cleared(dossier: str, finding: Finding, *, decided_at: Moment) -> Cleared:
    """Return the line of a finding that holds no longer."""
    return Cleared(dossier, finding.rule, finding.at, decided_at, finding.note)


class Unreadable(Line, frozen=True, tag="unreadable"):
    """A record of `dossier.events` that is no event: our fault, or tampering."""

    offset: int
    reason: str
    decided_at: Moment


class Skipped(Line, frozen=True, tag="skipped"):
    """A record that an administrator told the worker to pass over (`dunghan worker --skip`)."""

    offset: int
    key: str
    decided_at: Moment


class Turned(Line, frozen=True, tag="reference"):
    """Other rules count from `decided_at` on: by version those before and those now, known at this `position`."""

    before: str
    reference: str
    position: int
    decided_at: Moment


class EpochLine(Line, frozen=True, tag="epoch"):
    """What an epoch took, so that it can be run again: with the same records and this line it gives the same bytes.

    `taken` records before `next_offset` (-1 for a tick), the time it came to, the clock, whether more was known to
    wait, whether decisions filled it before the next record, the reference it was decided under, and up to which
    `position` the topic `reference` was known (-1: nothing of it).
    """

    next_offset: int
    taken: int
    now: Moment
    clock: Moment
    reference: str
    behind: bool = False
    full: bool = False
    position: int = -1


_epochs = msgspec.json.Decoder(EpochLine)


class Chain:
    """The head of one partition's chain, and how many lines stand behind it."""

    def __init__(self, head: bytes = START, length: int = 0) -> None:
        self.head = head
        self.length = length

    def add(self, line: Line) -> bytes:
        """Return the line's bytes as they are written, and make them the head."""
        body = _encoder.encode(line)
        self.head = digest = hashlib.sha256(self.head + body).digest()
        self.length += 1
        return b'%b,"hash":"%b"}' % (body[:-1], digest.hex().encode())


def follow(chain: Chain, lines: Iterable[bytes]) -> Moment | None:
    """Lead the chain on behind these lines; returns the time that the last epoch among them came to."""
    now: Moment | None = None
    for line in lines:
        chain.head, chain.length = hash_of(line), chain.length + 1
        if b'"line":"epoch"' in line:
            now = _epochs.decode(line).now
    return now


def broken(before: bytes, value: bytes) -> str | None:
    """Return None if `value` follows a line whose hash was `before`, else what is wrong with it."""
    body, mark, rest = value.rpartition(b',"hash":"')
    if not mark:
        return "the line has no hash"
    return (
        None
        if rest == hashlib.sha256(before + body + b"}").hexdigest().encode() + b'"}'
        else "the hash does not follow"
    )


def hash_of(value: bytes) -> bytes:
    """Return the hash that a line ends with."""
    return bytes.fromhex(value[-66:-2].decode())
