"""The lines of `office.acts`: what people did, who, when and why; one partition, one chain of SHA-256 (as the trail's).

A line is a JSON object whose last member is `hash`, over the hash of the line before it and the line's own bytes
without that member (streams.wire.trail); the first follows 32 zero bytes. `trail.broken` checks it.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from streams.core.moments import Moment
from streams.wire import trail

_encoder: Final = msgspec.json.Encoder()


class BrokenChain(Exception):
    """A line of `office.acts` does not follow from the one before it; the message says which and why."""


class Agreed(msgspec.Struct, frozen=True):
    """Who proposed an act and who consented to it, each by the name of the key that signed.

    `proposal` is the id of the proposal, `sha256` the hash of what was proposed.
    """

    proposal: str
    sha256: str
    proposed_by: str
    proposed_key: str
    consented_by: str
    consented_key: str


class Act(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", omit_defaults=True):
    """Something that a person did; `agreed` where a second person had consented to it."""

    at: Moment
    who: str
    why: str
    agreed: Agreed | None = None
    version: int = 1


class ReportFrozen(Act, frozen=True, tag="report_frozen"):
    """A period's report was frozen: `report` is its JSON text, `sha256` the hash of that text's bytes."""

    period: str
    as_of: Moment
    sha256: str
    report: str


class ReportRestated(Act, frozen=True, tag="report_restated"):
    """What came late was published beside a frozen report (`frozen`: its hash); `restatement` is JSON, hashed too."""

    period: str
    as_of: Moment
    frozen: str
    sha256: str
    restatement: str


class RejectedReplayed(Act, frozen=True, tag="rejected_replayed"):
    """Rejected records were sent to the inbox again: how many, for which reasons, of which sources.

    `sha256` is the hash of their places, PARTITION:OFFSET in the inbox, one a line in the order they were sent.
    """

    records: int
    reasons: tuple[str, ...]
    sources: tuple[str, ...]
    sha256: str


class ReferenceApplied(Act, frozen=True, tag="reference_applied"):
    """Documents were published to `reference` in the same transaction; they count from `counts_from`.

    `documents` are their keys, `sha256` the hash of the whole folder: of the lines HASH FILE of its documents, by name.
    """

    release: str
    counts_from: Moment
    sha256: str
    documents: tuple[str, ...]
    closed_since: Moment | None = None


class PassedOver(msgspec.Struct, frozen=True):
    """A record of `dossier.events`: its place, and the hash of its value."""

    partition: int
    offset: int
    sha256: str


class RecordsSkipped(Act, frozen=True, tag="records_skipped"):
    """Records that the rules cannot take are passed over by the workers; the trail says when each was."""

    records: tuple[PassedOver, ...]


class Proposed(Act, frozen=True, tag="proposed"):
    """An act is proposed: `content` is its JSON, `sha256` the hash of these bytes; it may be done before `until`.

    `key` names the key of who proposes, `signature` is Ed25519 in hexadecimal (deploy.consenting.rules says of what).
    """

    content: str
    sha256: str
    until: Moment
    key: str
    signature: str


class Consented(Act, frozen=True, tag="consented"):
    """Somebody else consents to the `proposal` of this id; hash, key and signature as there."""

    proposal: str
    sha256: str
    key: str
    signature: str


AnyAct = ReportFrozen | ReportRestated | RejectedReplayed | ReferenceApplied | RecordsSkipped | Proposed | Consented
_decoder: Final = msgspec.json.Decoder(AnyAct)


def content_of(act: Act) -> str:
    """Return the JSON by which an act is proposed."""
    return _encoder.encode(act).decode()


def act_in(content: str) -> AnyAct:
    """Return the act that this JSON states; raises ValueError where it is none that is known."""
    act: AnyAct = _decoder.decode(content)
    return act


def line_of(before: bytes, act: Act) -> bytes:
    """Return the act's bytes as they are written after a line whose hash was `before` (trail.START for the first)."""
    body = _encoder.encode(act)
    return b'%b,"hash":"%b"}' % (body[:-1], hashlib.sha256(before + body).hexdigest().encode())


def acts_in(lines: Iterable[bytes]) -> tuple[tuple[AnyAct, ...], bytes]:
    """Return the acts known here and the head of the chain; raises BrokenChain.

    An act of a kind that this program does not know is part of the chain, and passed over.
    """
    head = trail.START
    found: list[AnyAct] = []
    for number, line in enumerate(lines):
        if why := trail.broken(head, line):
            raise BrokenChain(f"line {number} of office.acts: {why}")
        head = trail.hash_of(line)
        try:
            found.append(_decoder.decode(line))
        except msgspec.ValidationError:
            continue
    return tuple(found), head
