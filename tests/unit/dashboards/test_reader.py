from datetime import date

import msgspec
import pytest

from dashboards.core.board import Board
from dashboards.core.counts import total
from dashboards.core.periods import period_of
from dashboards.reader import record_of
from streams.core.counting import Alike
from streams.core.counting import Counted as Contribution
from streams.core.labels import Cause, Label, Verdict
from streams.core.moments import day_on
from streams.register.tallies import Tallies
from streams.wire.records import Counted, Tally

TALLY = Tally(partition=0, unit="a", day="2020-07-03")


def test_the_key_says_whether_a_record_is_a_tally_or_that_a_partition_is_counted() -> None:
    assert record_of("0/a/2020-07-03", msgspec.json.encode(TALLY)) == TALLY
    counted = Counted(partition=3, now=5)
    assert record_of("counted/3", msgspec.json.encode(counted)) == counted


def test_a_null_removes() -> None:
    assert record_of("0/a/2020-07-03", None) is None


def test_fields_of_a_later_release_are_passed_over() -> None:
    assert record_of("0/a/2020-07-03", b'{"partition":0,"unit":"a","day":"2020-07-03","later":1}') == TALLY


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("0/a/2020-07-03", b"{", id="not JSON"),
        pytest.param("0/a/2020-07-03", b"\xff\xfe", id="not text"),
        pytest.param("0/a/2020-07-03", b"{}", id="another shape"),
        pytest.param("0/a/2020-07-03", b'{"partition":0,"unit":"a","day":"2020-07-03","version":2}', id="version"),
        pytest.param("counted/3", b'{"partition":4,"now":5}', id="another partition's key"),
    ],
)
def test_what_is_no_record_is_refused_with_its_reason(key: str, value: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        record_of(key, value)


def test_what_the_register_writes_the_board_counts() -> None:
    tallies, board = Tallies(3), Board()
    received, due = day_on(date(2020, 7, 3)), day_on(date(2020, 7, 8))

    def dossier(unit: str, label: Label, closed: int | None) -> Contribution:
        return Contribution(unit, received, received, due, closed, Alike(label, Cause.NONE, Verdict.NONE, "", "", 0))

    def figures() -> dict[str, list[int]]:
        for key, value in tallies.flush():
            board.put(key.decode(), record_of(key.decode(), value))
        july = board.counts(period_of("2020-07", now=0))
        return {unit: [total(part) for part in counts.parts()] for unit, counts in july.items()}

    first, moved = dossier("a", Label.OPEN_IN_TIME, None), dossier("b", Label.CLOSED_LATE, due + 1)
    tallies.move(None, first)
    assert figures() == {"a": [1, 1, 1, 0, 0]}
    tallies.move(first, moved)
    assert figures() == {"a": [0, 0, 0, 0, 0], "b": [1, 1, 1, 1, 0]}
