"""Bytes from `dossier.inbox` and `dossier.events` to whole values, or the reason why not: CloudEvents 1.0 over Kafka.

Structured mode (the value is the event) and binary mode (headers `ce_…`, the value is its data) of the CloudEvents
Kafka binding 1.0.2. Fields the contract does not name are dropped here and go no further.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from streams.core.events import Event
from streams.core.moments import Moment, moment_of
from streams.wire.contract import CONTRACT, TICK, Kind, Time, of_body
from streams.wire.malformed import Malformed, Reason

LARGEST: Final = 1 << 20
"""Bytes; a dossier's event has no business being larger."""
LONGEST: Final = 300
"""Characters of a subject, an id or a source."""
AHEAD: Final = 86_400
"""Seconds by which an event may claim to happen after it arrived (clocks differ; years do not)."""
TOO_DEEP: Final = "too many brackets within brackets"


class Envelope(msgspec.Struct, omit_defaults=True, gc=False):
    """The attributes of a structured CloudEvent that the contract knows; `arrivedtime` is set by intake."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: Time
    recordedtime: Time | None = None
    arrivedtime: Time | None = None
    datacontenttype: str = "application/json"
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _LooseEnvelope(Envelope):
    time: Any
    recordedtime: Any = None
    arrivedtime: Any = None


_decoder = msgspec.json.Decoder(Envelope)
_loose = msgspec.json.Decoder(_LooseEnvelope)
_encoder = msgspec.json.Encoder()


class Sent(msgspec.Struct, gc=False):
    """An event as it was sent and checked: its envelope, its kind, and its data as the contract names it."""

    envelope: Envelope
    kind: Kind
    data: msgspec.Struct

    @property
    def key(self) -> bytes:
        """The dossier: `home/code`."""
        return self.envelope.subject.encode()


def received(value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()) -> Sent:
    """Return the event in a record of `dossier.inbox`; raises Malformed."""
    if value is None:
        raise Malformed(Reason.NULL_VALUE, "the record has no value")
    if len(value) > LARGEST:
        raise Malformed(Reason.TOO_LARGE, f"{len(value)} bytes, at most {LARGEST}")
    envelope = (
        _binary(value, headers)
        if headers and any(name == "ce_specversion" for name, _ in headers)
        else _envelope(value)
    )
    return _checked(envelope)


def decoded(value: bytes) -> Event:
    """Return the event in a record of `dossier.events`; raises Malformed, which there is our fault or tampering."""
    envelope = _envelope(value)
    sent = _checked(envelope)
    if envelope.arrivedtime is None:
        raise Malformed(Reason.WRONG_SHAPE, "arrivedtime is missing")
    return event_of(sent, moment_of(envelope.arrivedtime))


def event_of(sent: Sent, arrived_at: Moment) -> Event:
    """Return the event as the fold takes it."""
    envelope = sent.envelope
    at = moment_of(envelope.time)
    keyed_at = None if envelope.recordedtime is None else moment_of(envelope.recordedtime)
    body = of_body(sent.kind, sent.data)
    # What was claimed, and nothing of how it came here: the same event sent again has the same content.
    content = hashlib.sha256(
        b"%b %d %d %b" % (envelope.type.encode(), at, keyed_at or 0, _encoder.encode(sent.data))
    ).digest()[:8]
    return Event(envelope.source, envelope.id, at, arrived_at, content, body, keyed_at)


def encoded(sent: Sent, arrived: datetime) -> bytes:
    """Return the event as it is kept in `dossier.events`: structured, only what the contract names, arrival stamped."""
    envelope = sent.envelope
    envelope.arrivedtime = arrived
    envelope.data = msgspec.Raw(_encoder.encode(sent.data))
    return _encoder.encode(envelope)


def _checked(envelope: Envelope) -> Sent:
    kind = CONTRACT.get(envelope.type)
    if kind is None:
        raise Malformed(Reason.TICK if envelope.type == TICK else Reason.UNKNOWN_KIND, "there is no such type")
    if envelope.specversion != "1.0":
        raise Malformed(Reason.WRONG_SHAPE, "only specversion 1.0 is known")
    home, slash, code = envelope.subject.partition("/")
    if not (home and slash and code) or len(envelope.subject) > LONGEST or envelope.subject != envelope.subject.strip():
        raise Malformed(Reason.BAD_SUBJECT, "the subject is not home/code")
    for name, text in (("id", envelope.id), ("source", envelope.source)):
        if not 0 < len(text) <= LONGEST:
            raise Malformed(Reason.WRONG_SHAPE, f"{name} has {len(text)} characters, wanted 1 to {LONGEST}")
    return Sent(envelope, kind, _data(kind, envelope.data))


def _data(kind: Kind, value: msgspec.Raw) -> msgspec.Struct:
    try:
        data: msgspec.Struct = kind.decoder.decode(value)
    except msgspec.DecodeError as error:
        raise Malformed(_time_reason(str(error)) or Reason.BAD_DATA, f"data: {_told(error)}") from None
    except UnicodeDecodeError as error:
        # The envelope's reader steps over the data; whether its texts are UTF-8 is seen only here.
        raise Malformed(Reason.NOT_JSON, f"data: {error}") from None
    except RecursionError:
        raise Malformed(Reason.BAD_DATA, f"data: {TOO_DEEP}") from None
    return data


def _envelope(value: bytes) -> Envelope:
    try:
        return _decoder.decode(value)
    except msgspec.ValidationError as error:
        raise _misshapen(value, error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(Reason.NOT_JSON, str(error)) from None
    except RecursionError:
        # Brackets within brackets beyond what the reader follows; nothing of it says more.
        raise Malformed(Reason.NOT_JSON, TOO_DEEP) from None


def _misshapen(value: bytes, error: msgspec.ValidationError) -> Malformed:
    try:
        _loose.decode(value)
    except (msgspec.ValidationError, RecursionError):
        return Malformed(Reason.TICK if TICK.encode() in value else Reason.WRONG_SHAPE, _told(error))
    except UnicodeDecodeError as no_text:
        # A time is read as bytes, so one that is no text at all is first seen here.
        return Malformed(Reason.NOT_JSON, str(no_text))
    return Malformed(_time_reason(str(error)) or Reason.BAD_TIME, _told(error))


def _told(error: msgspec.DecodeError) -> str:
    """Return what is wrong and where, without what was sent: the detail is kept, and that might be anybody's name."""
    return re.sub(r"Invalid enum value .*(?= - at `\$[^`]*`$)", "not one of its values", str(error), flags=re.DOTALL)


def _time_reason(told: str) -> Reason | None:
    # msgspec tells the kinds of bad time apart by its words alone; tests/unit/streams/wire pins them.
    if "timezone" in told:
        return Reason.NO_ZONE
    return Reason.BAD_TIME if "datetime" in told else None


def _binary(value: bytes, headers: Sequence[tuple[str, bytes]]) -> Envelope:
    try:
        attributes = {name[3:]: text.decode() for name, text in headers if name.startswith("ce_")}
    except UnicodeDecodeError as error:
        raise Malformed(Reason.WRONG_SHAPE, f"headers: {error}") from None
    try:
        # One whole value: text behind its end would be taken for attributes.
        msgspec.json.decode(value or b"{}", type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(Reason.NOT_JSON, str(error)) from None
    except RecursionError:
        raise Malformed(Reason.NOT_JSON, TOO_DEEP) from None
    return _envelope(_encoder.encode({**attributes, "data": msgspec.Raw(value or b"{}")}))


def check_time(sent: Sent, arrived_at: Moment) -> int:
    """Return how many seconds after it happened the event arrived.

    Raises Malformed if it claims to have happened more than a day after it arrived.
    """
    ahead = moment_of(sent.envelope.time) - arrived_at
    if ahead > AHEAD:
        raise Malformed(Reason.TIME_AHEAD, f"time is {ahead} seconds after arrival")
    return -ahead
