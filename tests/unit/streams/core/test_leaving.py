"""When a closed dossier may leave the state."""

import pytest

from streams.core.dossier import Dossier, after, new
from streams.core.leaving import leaves_at
from streams.core.moments import Moment
from streams.wire import cloudevents
from tests.sources import at, sent, taken


def dossier(*sends: bytes, arrived: Moment | None = None) -> Dossier:
    it = new("dienbien.muongnhe")
    for record in taken(sends, arrived=arrived):
        it = after(it, cloudevents.decoded(record.value or b""))
    return it


ACCEPTED = sent("accepted", "2020-03-02 08:00", due_at="2020-03-09 08:00", procedure="1", unit="muongnhe")
DONE = sent("done", "2020-03-05 09:00")


@pytest.mark.parametrize(
    ("it", "days", "expected"),
    [
        pytest.param(dossier(ACCEPTED), 30, None, id="an open one never"),
        pytest.param(dossier(ACCEPTED, DONE), 0, None, id="where the policy says never"),
        pytest.param(dossier(ACCEPTED, DONE), 30, at("2020-04-04 09:00"), id="so many days after its closing"),
        pytest.param(
            dossier(ACCEPTED, DONE, arrived=at("2020-06-01 10:00")), 30, at("2020-07-01 10:00"),
            id="or after it was last heard of",
        ),
        pytest.param(
            dossier(ACCEPTED, DONE, sent("returned", "2020-03-25 09:00")), 30, at("2020-04-24 09:00"),
            id="whatever was said last",
        ),
    ],
)  # fmt: skip
def test_a_dossier_may_leave(it: Dossier, days: int, expected: Moment | None) -> None:
    assert leaves_at(it, days=days) == expected
