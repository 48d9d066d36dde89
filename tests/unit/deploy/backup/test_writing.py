"""What is written at one time stays within memory, however many partitions there are."""

from collections.abc import Iterator

from deploy.backup.laying import Step, Way, laid
from deploy.backup.pieces import Kept
from deploy.backup.writing import TOGETHER, Lane, _together


def size(lane: Lane) -> int:
    assert lane.next is not None
    return lane.next.size


def gaps() -> Iterator[Lane]:
    return (Lane("x", partition, laid([], end=400_000)) for partition in range(48))


def test_lanes_are_written_together_as_far_as_memory_allows_and_each_of_them_once() -> None:
    groups = list(_together(gaps()))
    assert [lane.partition for group in groups for lane in group] == list(range(48))
    assert all(sum(map(size, group)) <= TOGETHER for group in groups)
    assert len(groups) < 48


def test_a_step_that_is_larger_than_that_goes_alone() -> None:
    large = Step(Way.PLAIN, 0, [Kept(0, 0, b"", bytes(TOGETHER))])
    assert next(len(group) for group in _together([Lane("x", 0, iter([large])), *gaps()])) == 1


def test_what_others_committed_is_handed_to_the_hand_that_writes_plainly() -> None:
    records = [Kept(0, 0, value=b"a", aborted=True), Kept(1, 0, value=b"b"), Kept(2, 0, value=b"c", aborted=True)]
    parts = Lane("x", 0, laid(records, end=5)).parts()
    assert [(aborted, run.offset) for aborted, run in parts] == [(True, 0), (False, 1), (True, 2), (True, 3)]
