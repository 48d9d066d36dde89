"""What may be kept of a record that could not be taken: the fields the contract names, scrubbed, and nothing else.

A rejected record is kept 90 days and read by many; the inbox, which holds it whole, 7 days and by the worker alone.
Bytes that are no JSON object may hold anybody's name, so nothing is kept of them but their size and hash.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from streams.core.events import BODIES
from streams.wire.records import Rejected
from streams.wire.scrub import scrubbed

ATTRIBUTES: Final = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "recordedtime", "datacontenttype"}
)
FIELDS: Final = frozenset(name for body in BODIES for name in body.__struct_fields__) | {"reason"}
LONGEST: Final = 300


class _Kept(msgspec.Struct):
    source: object = ""


_KEPT: Final = msgspec.json.Decoder(_Kept)


def kept(value: bytes, headers: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Return the part of a rejected record that may be kept, as JSON; empty if that is nothing.

    In binary mode the attributes stand in the headers `ce_…` and the value is the data; it is kept in one shape.
    """
    try:
        record: Any = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        record = None
    if named := _attributes(headers):
        record = {**named, "data": record}
    if not isinstance(record, dict):
        return b""
    part: dict[str, Any] = {name: _text(record[name]) for name in record if name in ATTRIBUTES}
    if isinstance(record.get("data"), dict):
        part["data"] = {name: _text(field) for name, field in record["data"].items() if name in FIELDS}
    return msgspec.json.encode(part)


def source_of(rejected: Rejected) -> str:
    """Return the source as the record named it; empty where it named none that may be kept."""
    try:
        source = _KEPT.decode(rejected.value).source
    except msgspec.DecodeError:
        return ""
    return source if isinstance(source, str) else ""


def _attributes(headers: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    return {name[3:]: text.decode(errors="replace") for name, text in headers if name.startswith("ce_")}


def _text(field: Any) -> Any:
    if isinstance(field, str):
        return scrubbed(field)[0][:LONGEST]
    return field if isinstance(field, int | float | bool | None) else "…"
