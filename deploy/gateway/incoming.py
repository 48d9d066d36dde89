"""A request's body to the records that go to `dossier.inbox`, or all that is wrong with it.

CloudEvents over HTTP 1.0.2: structured, batch and binary mode. What counts as an event is said by `streams.wire`, the
same code that takes records out of the inbox, so what is let in here is not rejected there.
"""

import re
from collections.abc import Sequence
from typing import Final, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec

from deploy.gateway.refusals import Fault, Refused, Why
from deploy.gateway.tokens import Pass
from streams.core.moments import Moment
from streams.wire import cloudevents
from streams.wire.malformed import Malformed, Reason

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
JSON: Final = "application/json"
NOT_YOURS: Final = "not_yours"
T = TypeVar("T")

Headers = Sequence[tuple[bytes, bytes]]
_batch: Final = msgspec.json.Decoder(list[msgspec.Raw])
_place: Final = re.compile(r"at `\$\.?([^`]*)`")
_missing: Final = re.compile(r"missing required field `([^`]+)`")
_BY_REASON: Final = {
    Reason.BAD_SUBJECT: "subject",
    Reason.TIME_AHEAD: "time",
    Reason.UNKNOWN_KIND: "type",
    Reason.TICK: "type",
}


class Posted(msgspec.Struct, frozen=True):
    """One record for the inbox: the event as it was sent, keyed by its dossier."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


def media_type(text: str) -> str:
    """Return the kind of a body from its Content-Type; raises Refused where it is none that is taken."""
    kind, _, parameters = text.lower().partition(";")
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters)
    if kind.strip() not in (STRUCTURED, BATCH, JSON) or (charset and charset[1] not in ("utf-8", "us-ascii")):
        raise Refused(Why.NOT_SUPPORTED, f"taken are {STRUCTURED}, {BATCH} and, in binary mode, {JSON}; in UTF-8")
    return kind.strip()


def posted(kind: str, headers: Headers, body: bytes) -> list[Posted]:
    """Return the records of a body, unchecked but for a batch being a JSON array; raises Refused.

    `headers` are those of the request, their names in small letters.
    """
    if kind == STRUCTURED:
        return [Posted(b"", body)]
    if kind == JSON:
        return [Posted(b"", body, _attributes(headers))]
    return [Posted(b"", bytes(each)) for each in json_in(body, _batch)]


def json_in(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Return what the decoder makes of a body; raises Refused."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        # The shapes asked for here have no more than arrays and objects in them, so nothing sent is quoted.
        why, reason, told = Why.INVALID, Reason.WRONG_SHAPE, str(error)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why, reason, told = Why.NOT_JSON, Reason.NOT_JSON, str(error)
    except RecursionError:
        why, reason, told = Why.NOT_JSON, Reason.NOT_JSON, cloudevents.TOO_DEEP
    raise Refused(why, told, faults=[Fault(0, "", reason, told)])


def checked(
    records: Sequence[Posted], *, allowed: Pass, now: Moment, places: Sequence[int] | None = None
) -> list[Posted]:
    """Return the records keyed by dossier, all of them events that this token may send; else raise Refused.

    `places` says where in the body each came from, if several can come from one place.
    """
    good: list[Posted] = []
    faults: list[Fault] = []
    for index, record in zip(range(len(records)) if places is None else places, records, strict=True):
        try:
            sent = cloudevents.received(record.value, record.headers)
            cloudevents.check_time(sent, now)
        except Malformed as error:
            faults.append(Fault(index, field_of(error), error.reason, error.detail))
            continue
        if field := _foreign(sent, allowed):
            faults.append(Fault(index, field, NOT_YOURS, f"this token may not send this {field}"))
        good.append(Posted(sent.key, record.value, record.headers))
    if faults:
        raise Refused(_why(faults, single=len(records) == 1), faults=faults)
    return good


def field_of(error: Malformed) -> str:
    """Return the field that is wrong, `data.due_at`; empty where it is the whole."""
    place, missing = _place.search(error.detail), _missing.search(error.detail)
    path = [found[1] for found in (place, missing) if found and found[1]]
    if error.detail.startswith("data: "):
        return ".".join(["data", *path])
    if path:
        return ".".join(path)
    if error.reason in _BY_REASON:
        return _BY_REASON[error.reason]
    named = re.match(r"(id|source) has |only (specversion)", error.detail)
    return (named[1] or named[2]) if named else ""


def _foreign(sent: cloudevents.Sent, allowed: Pass) -> str:
    if sent.envelope.source != allowed.source:
        return "source"
    return "" if allowed.speaks_for(sent.envelope.subject) else "subject"


def _why(faults: Sequence[Fault], *, single: bool) -> Why:
    if all(fault.reason == NOT_YOURS for fault in faults):
        return Why.NOT_YOURS
    return Why.NOT_JSON if single and faults[0].reason == Reason.NOT_JSON else Why.INVALID


def _attributes(headers: Headers) -> tuple[tuple[str, bytes], ...]:
    """Return the headers of the Kafka binding for those of the HTTP binding, whose values are percent-encoded."""
    found: dict[str, bytes] = {}
    for name, text in headers:
        if name.startswith(b"ce-"):
            attribute = f"ce_{name[3:].decode('ascii', 'replace')}"
            if attribute in found:
                raise Refused(
                    Why.INVALID, faults=[Fault(0, attribute[3:], Reason.WRONG_SHAPE, "the header stands twice")]
                )
            found[attribute] = unquote_to_bytes(_unquoted(text))
    if "ce_specversion" not in found:
        raise Refused(
            Why.INVALID,
            f"{JSON} is binary mode: the attributes are headers ce-…; for structured mode say {STRUCTURED}",
            faults=[Fault(0, "specversion", Reason.WRONG_SHAPE, "the header ce-specversion is missing")],
        )
    return (*found.items(), ("content-type", JSON.encode()))


def _unquoted(text: bytes) -> bytes:
    """Return a header's value without the quotes and backslashes that the HTTP binding lets a sender put around it."""
    text = text.strip()
    if len(text) > 1 and text[:1] == text[-1:] == b'"':
        return re.sub(rb"\\(.)", rb"\1", text[1:-1])
    return text
