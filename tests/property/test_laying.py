"""Laws of laying a backup: whatever stood in a partition stands there again, and nobody sees what fills its gaps."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from deploy.backup.laying import Step, Way, dense, laid
from deploy.backup.pieces import Kept

STEP = st.tuples(
    st.integers(1, 6), st.sampled_from(["plain", "committed", "aborted", "noted", "among", "among two", "marker"])
)


def written(parts: Sequence[tuple[int, str]], *, given_up: int) -> tuple[list[Kept], int]:
    """Return what a reader keeps of a partition that was written so, and its end; it has given up some records."""
    found: list[Kept] = []
    at = 0
    for count, how in parts:
        records = [Kept(at + n, 1_000 + at + n, b"k", b"%d" % (at + n)) for n in range(count)]
        if how in ("plain", "committed"):
            found += records
        elif how == "noted":
            found += [noted(one) for one in records]
        elif how.startswith("among"):
            # What others commit while a transaction is open that is never committed.
            found += [one if n % 3 else noted(one) for n, one in enumerate(records)]
        at += {"plain": count, "marker": 1, "among two": count + 2}.get(how, count + 1)
    return found[given_up:], at


def noted(one: Kept) -> Kept:
    return Kept(one.offset, one.timestamp, one.key, one.value, aborted=True)


def stands(steps: Sequence[Step]) -> tuple[list[Kept], list[Kept], int]:
    """Return, as a broker would have it, what is committed, what is not, and the end."""
    committed: list[Kept] = []
    aborted: list[Kept] = []
    at = 0
    for step in steps:
        assert step.start == at
        assert [one.offset for one in step.records] == list(range(at, at + len(step.records)))
        at += len(step.records)
        filled = [Kept(at + n, step.stamp, b"", b"", aborted=step.way is Way.ABORTED) for n in range(step.fill)]
        at += step.fill + (0 if step.way is Way.PLAIN else 1)
        assert step.end == at
        # Without a record of its own a transaction would leave no end in the partition.
        assert step.way is Way.PLAIN or [*step.records, *filled][0].aborted is (step.way is Way.ABORTED)
        for one in (*step.records, *filled):
            (aborted if one.aborted else committed).append(one)
    return committed, aborted, at


@given(st.lists(STEP, max_size=12), st.integers(0, 5))
def test_law_every_record_stands_at_its_offset_and_the_end_is_the_end(
    parts: list[tuple[int, str]], given_up: int
) -> None:
    kept, end = written(parts, given_up=given_up)
    committed, aborted, reached = stands(list(laid(kept, end=end)))
    first = kept[0].offset if kept else end
    # What lies before the first record is deleted afterwards.
    assert [one for one in committed if one.offset >= first] == [one for one in kept if not one.aborted]
    assert [one for one in aborted if one.value] == [one for one in kept if one.aborted]
    assert reached == end


@given(st.integers(2, 400), st.integers(3, 9))
def test_law_a_gap_of_any_length_is_filled_a_piece_at_a_time(gap: int, at_once: int) -> None:
    steps = list(laid([Kept(gap, 1)], end=gap + 1, at_once=at_once))
    committed, _, reached = stands(steps)
    assert [one.offset for one in committed] == [gap]
    assert reached == gap + 1
    assert max(step.end - step.start for step in steps) <= at_once


@given(st.lists(st.integers(0, 1_000), unique=True))
def test_law_a_compacted_topic_keeps_its_order_without_its_holes(offsets: list[int]) -> None:
    kept = [Kept(offset, 1, b"%d" % offset, b"") for offset in sorted(offsets)]
    committed, aborted, reached = stands(list(laid(dense(kept), end=len(kept))))
    assert [one.key for one in committed] == [one.key for one in kept]
    assert not aborted
    assert reached == len(kept)
