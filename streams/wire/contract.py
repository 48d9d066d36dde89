"""The event contract: for each CloudEvents type, what its `data` may hold (docs/events.md), and the value it becomes.

The shapes are made from the bodies in `streams.core.events`, so that there is one list of kinds: a body's field keeps
its name, its moments are RFC 3339 with zone on the wire, its texts have 1 to 300 characters.
"""

from datetime import datetime
from typing import Annotated, Any, Final, cast, get_type_hints

import msgspec

from streams.core.events import (
    BODIES,
    AnyBody,
    Body,
    PaymentRequested,
    Refused,
    Stopped,
    SupplementRequested,
    Suspended,
    WithdrawalRequested,
)
from streams.core.moments import moment_of
from streams.wire.scrub import scrubbed

TICK: Final = "vn.dunghan.tick.v1"
"""Time passing in a replay; from a source it is rejected."""
MOMENTS: Final = frozenset({"due_at", "until"})
UNLIMITED: Final = frozenset({"national_code"})
"""Opaque by its nature and never a reason to reject."""
SCANNED: Final = ("reason", "procedure", "field", "letter")
"""Texts that a clerk writes; the other fields are codes, moments and names of offices."""
REASONED: Final = frozenset({Refused, Stopped, WithdrawalRequested, SupplementRequested, PaymentRequested, Suspended})
"""Kinds that may carry the office's reason: free text, kept scrubbed in the evidence, used by no rule."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Reasoning = Annotated[str, msgspec.Meta(max_length=4000)]
Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Kind(msgspec.Struct, frozen=True):
    """One kind of event: the body it becomes, and how its data is read."""

    body: type[Body]
    shape: type[msgspec.Struct]
    decoder: msgspec.json.Decoder[Any]
    fields: tuple[str, ...]
    moments: tuple[int, ...]
    """Which of the fields are moments, by their place."""


def type_of(body: type[Body]) -> str:
    """Return the CloudEvents type of a kind."""
    return f"vn.dunghan.dossier.{body.name}.v1"


def of_body(kind: Kind, data: msgspec.Struct) -> AnyBody:
    """Return the body that the data says."""
    values = [getattr(data, name) for name in kind.fields]
    for place in kind.moments:
        if values[place] is not None:
            values[place] = moment_of(values[place])
    return cast(AnyBody, kind.body(*values))


def scrub(data: msgspec.Struct) -> int:
    """Take personal data out of the free text in `data`; returns how many places were replaced."""
    places = 0
    for name in SCANNED:
        if text := getattr(data, name, None):
            clean, found = scrubbed(text)
            if found:
                setattr(data, name, clean)
                places += found
    return places


def _wire_type(name: str, hint: Any) -> Any:
    optional = type(None) in getattr(hint, "__args__", ())
    if name in MOMENTS:
        return Time | None if optional else Time
    if name in UNLIMITED:
        return hint
    if hint == str | None:
        return Text | None
    return Text if hint is str else hint


def _shape(body: type[Body]) -> type[msgspec.Struct]:
    hints = get_type_hints(body)
    fields: list[Any] = []
    for field in msgspec.structs.fields(body):
        wire = _wire_type(field.name, hints[field.name])
        fields.append((field.name, wire) if field.required else (field.name, wire, field.default))
    if body in REASONED:
        fields.append(("reason", Reasoning | None, None))
    return msgspec.defstruct(body.__name__, fields, omit_defaults=True, module=__name__, gc=False)


def _kind(body: type[Body]) -> Kind:
    shape = _shape(body)
    fields = body.__struct_fields__
    moments = tuple(place for place, name in enumerate(fields) if name in MOMENTS)
    return Kind(body, shape, msgspec.json.Decoder(shape), fields, moments)


CONTRACT: Final[dict[str, Kind]] = {type_of(body): _kind(body) for body in BODIES}
"""Every kind by its CloudEvents type."""
