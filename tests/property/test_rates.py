"""Laws of the scoreboard's sum and rates, for any tallies."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dashboards.core.board import Board, board_of, tally_key
from dashboards.core.counts import Counts, by_label, counts_of_labels, summed, total
from dashboards.core.periods import ALL, Period
from dashboards.core.ranking import Order, Rules, rank, wilson_lower
from dashboards.core.rates import CauseView, RateName, rate_of, rates_of
from dashboards.core.succession import Successor, succeeded
from streams.core.counting import Cohort
from streams.core.labels import Cause, Label, Verdict
from streams.core.moments import date_of, day_on
from streams.wire.records import Cell, Tally

FIRST = day_on(date(2020, 1, 1))
DAYS = st.integers(FIRST, FIRST + 20)
CELLS = st.builds(
    Cell,
    cohort=st.sampled_from(Cohort),
    label=st.sampled_from(Label),
    cause=st.sampled_from(Cause),
    board=st.sampled_from(Verdict),
    field=st.sampled_from(["", "justice"]),
    channel=st.sampled_from(["", "online"]),
    level=st.sampled_from([0, 3, 4]),
    count=st.integers(1, 1000),
)
TALLIES = st.builds(
    Tally,
    partition=st.integers(0, 2),
    unit=st.sampled_from(["a", "b", "c"]),
    day=DAYS.map(lambda day: date_of(day).isoformat()),
    cells=st.lists(CELLS, max_size=3).map(tuple),
)
WRITTEN = st.lists(TALLIES, max_size=7)
LABELS = st.dictionaries(st.sampled_from(Label), st.integers(0, 2000))


def board_with(tallies: list[Tally]) -> Board:
    return board_of((tally_key(tally), tally) for tally in tallies)


@given(WRITTEN, DAYS)
def test_figures_add_up_over_periods_that_do_not_touch(tallies: list[Tally], cut: int) -> None:
    board = board_with(tallies)
    before, after = Period(FIRST - 1, cut), Period(cut + 1, FIRST + 21)
    earlier, later, whole = board.counts(before), board.counts(after), board.counts(Period(FIRST - 1, FIRST + 21))
    for unit in board.units:
        three = (counts[unit].parts()[:4] for counts in (earlier, later, whole))
        assert all(summed((first, second)) == both for first, second, both in zip(*three, strict=True))


@given(WRITTEN, DAYS, DAYS)
def test_what_is_carried_over_is_what_came_before_less_what_was_closed_before(
    tallies: list[Tally], one: int, other: int
) -> None:
    board, period = board_with(tallies), Period(min(one, other), max(one, other))
    past = board.counts(Period(FIRST - 1, period.first - 1))
    for unit, counts in board.counts(period).items():
        assert total(counts.carried) == total(past[unit].received) - total(past[unit].closed)


@given(WRITTEN, st.data())
def test_replacing_a_tally_by_itself_changes_nothing(tallies: list[Tally], data: st.DataObject) -> None:
    board = board_with(tallies)
    before = board.counts(ALL)
    newest = {tally_key(tally): tally for tally in tallies}
    for key in data.draw(st.lists(st.sampled_from(sorted(newest))) if newest else st.just([])):
        board.put(key, newest[key])
    assert board.counts(ALL) == before


@given(WRITTEN, st.randoms(use_true_random=False), DAYS)
def test_any_order_of_tallies_of_different_keys_gives_the_same_board(
    tallies: list[Tally], chance: Random, day: int
) -> None:
    newest = list({tally_key(tally): tally for tally in tallies}.values())
    shuffled = newest.copy()
    chance.shuffle(shuffled)
    period = Period(FIRST, day)
    asked_all_along = Board()
    asked_all_along.counts(period)
    for tally in shuffled:
        asked_all_along.put(tally_key(tally), tally)
    assert asked_all_along.counts(period) == board_with(newest).counts(period)
    assert asked_all_along.units == board_with(newest).units


@given(WRITTEN)
def test_the_labels_sum_to_received(tallies: list[Tally]) -> None:
    for counts in board_with(tallies).counts(ALL).values():
        assert sum(by_label(counts.received).values()) == total(counts.received)


@given(WRITTEN)
def test_a_board_from_which_everything_was_removed_is_empty(tallies: list[Tally]) -> None:
    board = board_with(tallies)
    board.counts(ALL)
    for tally in tallies:
        board.put(tally_key(tally), None)
    assert (board.units, board.counts(ALL), board.violations) == ((), {}, 0)


@given(LABELS, LABELS)
def test_every_rate_lies_between_nought_and_one_and_is_exact(
    labels: Mapping[Label, int], carried: Mapping[Label, int]
) -> None:
    for rate in rates_of(counts_of_labels(labels, carried=carried)):
        assert (rate.value is None) == (rate.denominator == 0)
        assert rate.value is None or 0 <= rate.value <= 1
        assert rate.value is None or rate.value == Fraction(rate.numerator, rate.denominator)


@given(WRITTEN)
def test_without_sync_a_rate_looks_at_no_more_dossiers(tallies: list[Tally]) -> None:
    for counts in board_with(tallies).counts(ALL).values():
        for name in RateName:
            without, with_all = rate_of(counts, name, CauseView.WITHOUT_SYNC), rate_of(counts, name)
            assert without.denominator <= with_all.denominator


@given(st.integers(1, 10**6), st.data())
def test_the_bound_is_at_most_the_rate_and_rises_with_it(of: int, data: st.DataObject) -> None:
    good = data.draw(st.integers(0, of))
    assert 0 <= wilson_lower(good, of) <= Fraction(good, of)
    if good < of:
        assert wilson_lower(good, of) <= wilson_lower(good + 1, of)


@given(st.dictionaries(st.text(min_size=1, max_size=3), LABELS, max_size=8), st.sampled_from(Order), st.integers(0, 50))
def test_everybody_is_ranked_or_apart_and_a_better_score_never_has_a_worse_place(
    units: dict[str, dict[Label, int]], order: Order, minimum: int
) -> None:
    ranking = rank({unit: counts_of_labels(of) for unit, of in units.items()}, Rules(order=order, minimum=minimum))
    names = [line.unit for line in ranking.placed] + [line.unit for line in ranking.apart]
    assert sorted(names) == sorted(units)
    for line in ranking.placed:
        assert line.place == 1 + sum(other.score > line.score for other in ranking.placed)


@given(WRITTEN, st.sampled_from(["a", "b", "new"]))
def test_a_merger_moves_dossiers_and_loses_none(tallies: list[Tally], heir: str) -> None:
    units = board_with(tallies).counts(ALL)
    after = succeeded(units, [Successor("c", heir, FIRST)], on=FIRST)
    assert "c" not in after.units
    assert sum(after.units.values(), Counts()) == sum(units.values(), Counts())
