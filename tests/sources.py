"""What a one-stop system would send, for tests: bytes for the inbox, and records as a Kafka client returns them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from streams.core.moments import Moment, datetime_of, moment_of
from streams.wire import cloudevents

DOSSIER = "dienbien.muongnhe/000123"
SOURCE = "dienbien.muongnhe/motcua"


class Record(NamedTuple):
    """A record as the engine hands it to a step."""

    offset: int = 0
    timestamp: int = 0
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


def at(text: str) -> Moment:
    """Return the moment of a Vietnamese local time, `2020-03-02 08:00`."""
    return moment_of(datetime.fromisoformat(f"{text}+07:00"))


def event(kind: str, time: str, *, dossier: str = DOSSIER, id: str | None = None, **data: Any) -> dict[str, Any]:
    """Return a CloudEvent as a dictionary; `time` is Vietnamese local time, moments in `data` are texts likewise."""
    return {
        "specversion": "1.0",
        "id": id or f"{dossier}-{kind}-{time}",
        "source": SOURCE,
        "type": f"vn.dunghan.dossier.{kind}.v1",
        "subject": dossier,
        "time": datetime_of(at(time)).isoformat(),
        "data": {
            name: datetime_of(at(value)).isoformat() if name in ("due_at", "until") else value
            for name, value in data.items()
        },
    }


def sent(kind: str, time: str, **more: Any) -> bytes:
    """Return the same as the bytes a source would send."""
    return msgspec.json.encode(event(kind, time, **more))


def taken(values: Iterable[bytes], *, arrived: Moment | None = None) -> list[Record]:
    """Return what intake makes of the bytes: records of `dossier.events`, arrived when they happened or as said."""
    records = []
    for offset, value in enumerate(values):
        known = cloudevents.received(value)
        stamp = known.envelope.time if arrived is None else datetime_of(arrived)
        records.append(Record(offset, int(stamp.timestamp() * 1000), known.key, cloudevents.encoded(known, stamp)))
    return records
