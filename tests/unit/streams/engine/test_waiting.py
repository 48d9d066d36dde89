"""What waits before a lane is given in order, each record once, whatever happened to the chunks on their way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.transport import SLICE, Chunk
from streams.engine.waiting import Gap, Waiting
from tests.sources import Record


def chunk(start: int, end: int, *, holes: frozenset[int] = frozenset(), highwater: int = 0) -> Chunk:
    return Chunk(start, end, highwater, [Record(offset) for offset in range(start, end) if offset not in holes])


def waiting(*chunks: Chunk, position: int = 0) -> Waiting:
    it = Waiting()
    it.position = position
    for each in chunks:
        it.put(each)
    return it


def offsets(it: Waiting) -> list[int]:
    batch, it.position = it.next()
    return [record.offset for record in batch]


def test_chunks_in_a_row_are_given_as_one_batch() -> None:
    assert offsets(waiting(chunk(0, 3), chunk(3, 5))) == [0, 1, 2, 3, 4]


def test_what_lies_behind_the_position_is_dropped_and_what_overlaps_is_trimmed() -> None:
    assert offsets(waiting(chunk(0, 3), chunk(2, 6), position=4)) == [4, 5]


def test_a_chunk_ahead_of_the_position_is_a_gap() -> None:
    it = waiting(chunk(5, 6), position=3)
    with pytest.raises(Gap) as gap:
        it.next()
    assert gap.value.offset == 5


def test_what_is_whole_is_given_before_a_gap_is_told() -> None:
    it = waiting(chunk(0, 2), chunk(4, 6))
    assert offsets(it) == [0, 1]
    with pytest.raises(Gap):
        it.next()


def test_offsets_that_are_no_records_are_passed_over() -> None:
    """A transaction's markers and what was compacted away leave holes inside a chunk, and chunks without records."""
    it = waiting(chunk(0, 4, holes=frozenset({1, 3})), Chunk(4, 7, 0, []), chunk(7, 8))
    assert offsets(it) == [0, 2, 7]
    assert it.position == 8


def test_what_was_not_taken_comes_again_first() -> None:
    it = waiting(chunk(0, 4), chunk(4, 6))
    batch, position = it.next()
    it.position = it.take_back(batch, 2, position)
    assert it.position == 2
    assert offsets(it) == [2, 3, 4, 5]
    assert it.take_back(batch, len(batch), position) == 6


def test_it_is_behind_while_anything_waits_or_is_known_to_come() -> None:
    it = waiting(chunk(0, 2, highwater=9))
    assert it.behind(2)
    offsets(it)
    assert it.behind(2)
    assert not it.behind(9)


def test_it_is_behind_when_it_is_told_that_more_is_there_before_anything_has_come() -> None:
    it = waiting()
    it.expect(3)
    assert it.behind(0)
    it.put(chunk(0, 3))
    offsets(it)
    assert not it.behind(3)


def test_it_says_when_it_is_full_and_when_it_is_low() -> None:
    it = waiting()
    assert not it
    assert it.low
    for n in range(6):
        it.put(chunk(n * SLICE, (n + 1) * SLICE))
    assert it.full
    it.drop()
    assert (it.full, bool(it)) == (False, False)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=30), st.integers(0, 5))
def test_law_no_record_is_given_twice_or_out_of_order_or_passed_over(
    cuts: list[tuple[int, int]], position: int
) -> None:
    """Chunks lost, repeated, reordered: what is missing is fetched again from the position, as a lane does."""
    it = waiting(*(chunk(start, start + length) for start, length in cuts), position=position)
    given_out: list[int] = []
    for _ in range(100):
        if it.position >= 60:
            break
        try:
            given_out += offsets(it)
        except Gap:
            it.drop()
        if not it:
            it.put(chunk(it.position, min(60, it.position + 7)))
    assert given_out == list(range(position, 60))
