"""Rows of an outbox table as Debezium writes them: each becomes its event, or is told."""

import io
import json
from typing import Any

import pytest

from deploy.connect.outbox import LONGEST, events_in
from deploy.connect.rows import Problem
from deploy.connect.snapshot import Sending
from streams.core.moments import moment_of
from tests.imported import shipped
from tests.sources import at

SOURCE = shipped("debezium-outbox")
NOW = at("2026-03-03 08:00")
DATA = {"procedure": "1.001", "unit": "m", "due_at": "2026-03-09T09:12:00+07:00"}
ROW = {
    "id": "4d47e190",
    "aggregatetype": "HoSo",
    "aggregateid": "000123",
    "type": "HoSoTiepNhan",
    "timestamp": "2026-03-02T09:12:00",
    "payload": DATA,
}


def read(*lines: Any) -> list[Sending | Problem | None]:
    content = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return list(events_in(io.BytesIO(content), SOURCE, now=NOW))


@pytest.mark.parametrize(
    "line",
    [
        ROW,
        {"before": None, "after": ROW, "op": "c"},
        {"schema": {}, "payload": {"before": None, "after": ROW, "op": "r"}},
        ROW | {"payload": json.dumps(DATA)},
        ROW | {"type": "vn.dunghan.dossier.accepted.v1"},
        ROW | {"timestamp": "2026-03-02T02:12:00Z"},
        ROW | {"timestamp": 1_772_417_520},
        ROW | {"timestamp": 1_772_417_520_000},
        ROW | {"timestamp": 1_772_417_520_000_000},
    ],
)
def test_a_row_alone_or_in_an_envelope_is_its_event(line: dict[str, Any]) -> None:
    (found,) = read(line)
    assert isinstance(found, Sending)
    assert (found.id, found.subject, found.source) == ("4d47e190", "dienbien/000123", "dienbien/motcua")
    assert (found.type, found.data) == ("vn.dunghan.dossier.accepted.v1", DATA)
    assert moment_of(found.time) == at("2026-03-02 09:12")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not JSON"),
        ({"op": "u", "after": ROW}, "was changed"),
        (ROW | {"id": ""}, "no id"),
        (ROW | {"aggregateid": None}, "no aggregateid"),
        (ROW | {"type": "HoSoLa"}, "does not know"),
        (ROW | {"timestamp": "yesterday"}, "no time"),
        (ROW | {"timestamp": 10**30}, "no time"),
        (ROW | {"timestamp": "2027-03-02T09:12:00"}, "time_ahead"),
        (ROW | {"payload": "{"}, "not JSON"),
        (ROW | {"payload": [1]}, "no object"),
        (ROW | {"payload": {}}, "bad_data"),
        (b"x" * (LONGEST + 5), "more than"),
    ],
)
def test_a_row_that_is_no_event_is_told_with_its_line(line: Any, told: str) -> None:
    good, bad, again = read(ROW, line, ROW | {"id": "2"})
    assert isinstance(bad, Problem)
    assert (bad.line, told in bad.problem) == (2, True)
    assert isinstance(good, Sending)
    assert isinstance(again, Sending)


def test_a_row_that_was_only_deleted_says_nothing() -> None:
    assert read({"before": ROW, "after": None, "op": "d"}) == [None]
