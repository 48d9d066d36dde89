"""The JSON Schemas of what others read, made from the types; `python -m streams.wire.schemas` writes them anew."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from streams.wire import leaving, records, reference, trail
from streams.wire.contract import CONTRACT

FILE: Final = Path(__file__).with_name("schemas.json")
LINES: Final[tuple[type[msgspec.Struct], ...]] = (
    *(line for line in trail.Line.__subclasses__() if line.__module__ == trail.__name__),
    *(leaving.Left, leaving.CameBack, leaving.CannotComeBack),
)
"""Every line of the trail."""
RECORDS: Final[tuple[type[msgspec.Struct], ...]] = (
    *(records.Notice, records.Withdrawal, records.Mark, records.Tally, records.Counted, records.Rejected),
    records.Heard,
    reference.Document,
)
TYPES: Final = (*RECORDS, *LINES)


def schemas() -> str:
    """Return the schemas as they are committed: the data of each kind of event, and every record, by name."""
    _, found = msgspec.json.schema_components(TYPES, ref_template="#/records/{name}")
    events: dict[str, Any] = {name: msgspec.json.schema(kind.shape) for name, kind in CONTRACT.items()}
    return json.dumps({"events": events, "records": found}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(schemas(), encoding="utf-8")
