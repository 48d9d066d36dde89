"""What may be kept of a record that could not be taken: the fields the contract names, scrubbed, and nothing else.

A rejected record is kept 90 days and read by many; the inbox, which holds it whole, 7 days and by the worker alone.
Bytes that are no JSON object may hold anybody's name, so nothing is kept of them but their size and hash.
"""

from typing import Any, Final

import msgspec

from streams.core.events import BODIES
from streams.wire.scrub import scrubbed

ATTRIBUTES: Final = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "recordedtime", "datacontenttype"}
)
FIELDS: Final = frozenset(name for body in BODIES for name in body.__struct_fields__) | {"reason"}
LONGEST: Final = 300


def kept(value: bytes) -> bytes:
    """Return the part of a rejected record's value that may be kept, as JSON; empty if that is nothing."""
    try:
        record: Any = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return b""
    if not isinstance(record, dict):
        return b""
    part: dict[str, Any] = {name: _text(record[name]) for name in record if name in ATTRIBUTES}
    if isinstance(record.get("data"), dict):
        part["data"] = {name: _text(field) for name, field in record["data"].items() if name in FIELDS}
    return msgspec.json.encode(part)


def _text(field: Any) -> Any:
    if isinstance(field, str):
        return scrubbed(field)[0][:LONGEST]
    return field if isinstance(field, int | float | bool | None) else "…"
