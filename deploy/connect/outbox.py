"""Rows of an outbox table, as Debezium writes them to a file of JSON lines, as events of the contract.

A line is Debezium's envelope (`before`, `after`, `op`; inside `payload` where the schema is sent too) or the row alone.
The row's own id is the event's id, so that the same file again says nothing twice to the fold. A row that is deleted
says nothing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo

import msgspec

from deploy.connect.rows import Problem
from deploy.connect.snapshot import Sending, subject_of
from deploy.connect.sources import Column, Source
from streams.core.moments import Moment, datetime_of
from streams.wire import cloudevents
from streams.wire.contract import CONTRACT
from streams.wire.malformed import Malformed

LONGEST: Final = 1 << 20
"""Bytes of a line."""
MILLIS: Final = 10**11
"""From here on a number counts thousandths of a second, from a thousand times that on millionths."""
_ENCODE: Final = msgspec.json.Encoder()


class BadRow(ValueError):
    """A row that is no event; the message says why."""


def events_in(file: BinaryIO, source: Source, *, now: Moment) -> Iterator[Sending | Problem | None]:
    """Yield for every line its event, what is wrong with it, or None where a row was only deleted."""
    number = 0
    while line := file.readline(LONGEST):
        number += 1
        if len(line) == LONGEST and not line.endswith(b"\n"):
            while (line := file.readline(LONGEST)) and not line.endswith(b"\n"):
                pass
            yield Problem(number, "", f"a line of more than {LONGEST:,} bytes")
        elif line.strip():
            try:
                yield _event(line, source, now)
            except (BadRow, Malformed) as wrong:
                yield Problem(number, "", str(wrong))


def _event(line: bytes, source: Source, now: Moment) -> Sending | None:
    row = _row(line)
    if row is None:
        return None
    sending = Sending(
        id=_text(row, Column.ID, source),
        source=source.reports_as,
        type=_type(_text(row, Column.KIND, source), source),
        subject=subject_of(source, _text(row, Column.CODE, source)),
        time=_time(_field(row, Column.TIME, source), source),
        data=_content(_field(row, Column.DATA, source)),
    )
    cloudevents.check_time(cloudevents.received(_ENCODE.encode(sending)), now)
    return sending


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        said = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRow("not JSON, or no object") from None
    inner = said.get("payload")
    if isinstance(inner, dict) and "op" in inner:
        said = inner
    if "op" not in said:
        return said
    row = said.get("after")
    if said["op"] in {"c", "r"} and isinstance(row, dict):
        return row
    if said["op"] == "d":
        return None
    raise BadRow("an outbox is only ever added to; this row was changed")


def _field(row: dict[str, Any], column: Column, source: Source) -> Any:
    return next((row[name] for name in source.columns.get(column, ()) if row.get(name) is not None), None)


def _text(row: dict[str, Any], column: Column, source: Source) -> str:
    found = _field(row, column, source)
    if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
        raise BadRow(f"no {' or '.join(source.columns.get(column, (column,)))}")
    return str(found)


def _type(kind: str, source: Source) -> str:
    if kind in CONTRACT:
        return kind
    known = source.kinds.get(kind)
    if known is None:
        raise BadRow("a type that the mapping does not know")
    return f"vn.dunghan.dossier.{known.value}.v1"


def _time(stated: Any, source: Source) -> datetime:
    try:
        if isinstance(stated, str):
            read = datetime.fromisoformat(stated)
            return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(source.time_zone))
        if isinstance(stated, int | float) and not isinstance(stated, bool):
            size = 1 if stated < MILLIS else 1_000 if stated < MILLIS * 1_000 else 1_000_000
            return datetime_of(int(stated // size)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise BadRow("no time that can be read")


def _content(stated: Any) -> dict[str, Any]:
    if stated is None:
        return {}
    if isinstance(stated, str):
        try:
            stated = msgspec.json.decode(stated)
        except (msgspec.DecodeError, RecursionError):
            raise BadRow("the event's data is not JSON") from None
    if not isinstance(stated, dict):
        raise BadRow("the event's data is no object")
    return stated
