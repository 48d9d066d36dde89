"""Sums for the log: at most one line every ten seconds, and nothing that was counted is lost."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.summing import APART, Summing

turns = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.floats(0, 2 * APART)), max_size=40)


@given(turns)
def test_what_was_counted_is_told_once_and_never_more_often_than_every_ten_seconds(
    turns: list[tuple[str, int, float]],
) -> None:
    now, told, counted = 0.0, [], Counter[str]()

    def tell(name: str, counts: Mapping[str, int]) -> None:
        told.append((now, name, dict(counts)))

    sums = Summing(tell, clock=lambda: now)
    for name, count, passed in turns:
        sums.add(name, taken=count)
        counted[name] += count
        now += passed
        sums.tell_if_due()
    moments = sorted({at for at, _, _ in told})
    assert all(later - earlier >= APART for earlier, later in pairwise(moments))
    sums.rest()
    assert Counter({name: sum(its["taken"] for _, who, its in told if who == name) for name in "ab"}) == counted


def test_the_first_count_after_a_pause_is_told_at_once() -> None:
    told: list[str] = []
    sums = Summing(lambda name, _: told.append(name), clock=lambda: 0.0)
    sums.add("dossier.events", taken=1)
    sums.tell_if_due()
    sums.add("dossier.events", taken=1)
    sums.tell_if_due()
    assert told == ["dossier.events"]
