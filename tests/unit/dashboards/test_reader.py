import msgspec
import pytest

from dashboards.reader import record_of
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
