"""What waits for the broker is bounded, keeps its order, and is always answered."""

import pytest

from deploy.gateway.incoming import Posted
from deploy.gateway.waiting import GROUP_EVENTS, Waiting
from deploy.gateway.writing import Away, Full, Unsure


def opened(most_bytes: int = 1000) -> Waiting:
    waiting = Waiting(most_bytes=most_bytes)
    waiting.open()
    return waiting


def records(count: int = 1, size: int = 1) -> list[Posted]:
    return [Posted(b"k", b"x" * size)] * count


def test_before_the_broker_is_there_nothing_is_taken() -> None:
    with pytest.raises(Away):
        Waiting(most_bytes=1).put(records())


def test_what_came_together_goes_together_and_is_answered_when_written() -> None:
    waiting = opened()
    answers = [waiting.put(records(2)), waiting.put(records(3))]
    group = waiting.group()
    assert [len(posting.records) for posting in group] == [2, 3]
    assert not any(answer.done() for answer in answers)
    waiting.end(group, None)
    assert [answer.result(0) for answer in answers] == [None, None]
    assert waiting.events == 0


def test_a_group_holds_whole_postings_up_to_its_size() -> None:
    waiting = opened(most_bytes=10_000)
    for _ in range(3):
        waiting.put(records(GROUP_EVENTS // 2))
    assert [len(waiting.group()), len(waiting.group())] == [2, 1]


def test_what_is_under_way_counts_until_it_is_answered() -> None:
    waiting = opened(most_bytes=10)
    waiting.put(records(size=10))
    group = waiting.group()
    with pytest.raises(Full):
        waiting.put(records())
    waiting.end(group, Unsure())
    waiting.put(records())


def test_a_posting_larger_than_all_room_is_taken_when_nothing_else_waits() -> None:
    waiting = opened(most_bytes=10)
    waiting.put(records(size=11))
    assert waiting.group()


def test_when_the_broker_goes_all_that_waits_is_told_so_and_what_is_under_way_is_unsure() -> None:
    waiting = opened()
    first = waiting.put(records())
    group = waiting.group()
    second = waiting.put(records())
    waiting.end(group, Unsure())
    waiting.close()
    assert isinstance(first.exception(0), Unsure)
    assert isinstance(second.exception(0), Away)
    assert waiting.events == 0


def test_what_the_client_gave_up_before_its_turn_is_not_written() -> None:
    waiting = opened()
    waiting.put(records()).cancel()
    waiting.put(records(2))
    assert [len(posting.records) for posting in waiting.group()] == [2]


def test_at_the_end_what_waits_is_still_handed_out_and_nothing_more_is_taken() -> None:
    waiting = opened()
    waiting.put(records())
    waiting.stop()
    with pytest.raises(Away):
        waiting.put(records())
    assert len(waiting.group()) == 1
    assert waiting.group() == []
