"""Single records read once more by their offsets: what can be read is given, what cannot is not, and nothing hangs."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException

from streams.border import Incoming
from streams.engine.recalling import NEAR, read
from tests.sources import Record

PLACE = TopicPartition("t", 0)


class Reader:
    """What the engine asks of a consumer, over a partition of which some records are gone and some are spoilt."""

    def __init__(self, end: int, *, gone: Sequence[int] = (), spoilt: Sequence[int] = (), most: int = 50) -> None:
        self.records = [Record(offset) for offset in range(end) if offset not in gone]
        self.spoilt, self.most, self.end = spoilt, most, end
        self.at = 0
        self.sought = 0

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.at = offset
        self.sought += 1

    async def position(self, place: TopicPartition) -> int:
        return self.at

    async def getmany(
        self, place: TopicPartition, *, timeout_ms: int, max_records: int | None
    ) -> dict[TopicPartition, list[Record]]:
        found = [record for record in self.records if record.offset >= self.at][: max_records or self.most]
        if any(record.offset in self.spoilt for record in found):
            raise CorruptRecordException
        self.at = found[-1].offset + 1 if found else self.end
        return {place: found}


@pytest.mark.parametrize(
    ("reader", "wanted", "expected"),
    [
        pytest.param(Reader(2_000), [3, 4, 120, 1_500, 1_999], [3, 4, 120, 1_500, 1_999], id="near and far"),
        pytest.param(Reader(2_000, gone=[4, 1_999]), [3, 4, 5, 1_999], [3, 5], id="some are gone"),
        pytest.param(Reader(2_000, spoilt=[4]), [3, 4, 5, 1_500], [3, 5, 1_500], id="one is spoilt"),
        pytest.param(Reader(2_000, spoilt=[10, 11]), [3, 40], [3, 40], id="others than those are spoilt"),
        pytest.param(Reader(2_000), [], [], id="none is wanted"),
    ],
)
def test_what_can_be_read_is_given(reader: Reader, wanted: list[int], expected: list[int]) -> None:
    found: list[Incoming] = []
    asyncio.run(read(reader, PLACE, wanted, found=found))
    assert [record.offset for record in found] == expected


class Slow(Reader):
    """A cluster that goes silent after so many answers."""

    answers = 2

    async def getmany(
        self, place: TopicPartition, *, timeout_ms: int, max_records: int | None
    ) -> dict[TopicPartition, list[Record]]:
        if not self.answers:
            raise TimeoutError
        self.answers -= 1
        return await super().getmany(place, timeout_ms=timeout_ms, max_records=max_records)


def test_what_was_read_before_a_cluster_went_silent_is_not_lost() -> None:
    found: list[Incoming] = []
    with pytest.raises(TimeoutError):
        asyncio.run(read(Slow(20_000), PLACE, [3, 4_000, 8_000, 12_000], found=found))
    assert [record.offset for record in found] == [3, 4_000]


def test_over_a_small_distance_it_reads_on() -> None:
    reader = Reader(2_000)
    asyncio.run(read(reader, PLACE, [0, NEAR // 2, NEAR, NEAR * 3], found=[]))
    assert reader.sought == 2
