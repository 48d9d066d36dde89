"""What the benches run on: dossiers of ten events each, as `dossier.events` holds them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import msgspec

from streams.wire import cloudevents
from tests.sources import SOURCE, Record

Step: TypeAlias = tuple[str, float, dict[str, object]]
"""Kind, days after the first, data."""
STEPS: tuple[Step, ...] = (
    (
        "submitted",
        0.0,
        {"procedure": "1.001612", "unit": "muongnhe", "field": "Hộ tịch", "channel": "online", "level": 3},
    ),
    (
        "accepted",
        0.1,
        {"procedure": "1.001612", "unit": "muongnhe", "officer": "muongnhe-cb1", "limit": "5 working days"},
    ),
    ("transferred", 0.2, {"unit": "muongnhe", "officer": "muongnhe-cb2"}),
    ("supplement_requested", 1.0, {}),
    ("supplement_received", 2.0, {}),
    ("transferred", 2.1, {"unit": "muongnhe", "officer": "muongnhe-cb1"}),
    ("payment_requested", 3.0, {}),
    ("payment_received", 3.1, {}),
    ("done", 4.0, {"result": True}),
    ("returned", 5.0, {}),
)
OPEN: tuple[Step, ...] = (
    *STEPS[:8],
    ("transferred", 3.2, {"unit": "muongnhe", "officer": "muongnhe-cb2"}),
    ("transferred", 4.0, {"unit": "muongnhe", "officer": "muongnhe-cb1"}),
)
"""Ten events after which a dossier is still open."""
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def events(dossiers: int, *, steps: Sequence[Step] = STEPS) -> Iterator[Record]:
    """Yield these events of so many dossiers, step by step over all of them, as they would arrive."""
    offset = 0
    for place, (kind, days, data) in enumerate(steps):
        for number in range(dossiers):
            time = START + timedelta(days=days, seconds=number % 7200)
            known = dict(data)
            if kind == "accepted":
                known["due_at"] = START + timedelta(days=8)
            value = msgspec.json.encode(
                {
                    "specversion": "1.0",
                    "id": f"{number:07d}-{place}",
                    "source": SOURCE,
                    "type": f"vn.dunghan.dossier.{kind}.v1",
                    "subject": f"dienbien.muongnhe/{number:07d}",
                    "time": time,
                    "data": known,
                }
            )
            sent = cloudevents.received(value)
            yield Record(offset, int(time.timestamp() * 1000), sent.key, cloudevents.encoded(sent, time))
            offset += 1
