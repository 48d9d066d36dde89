import pytest

from dashboards.core.counts import Counts, counts_of_labels
from dashboards.core.rates import RateName
from dashboards.core.sheet import MOST_SERIES, block_of, fitted
from streams.core.labels import Label
from tests.unit.dashboards.core.examples import MUONG_NHE

FULL_BLOCK = 11 + 1 + 8


def test_a_block_shows_every_label_from_zero_and_the_sum_of_them() -> None:
    block = block_of("muongnhe", "all", counts_of_labels(MUONG_NHE))
    assert set(block.labels) == set(Label)
    assert sum(block.labels.values()) == block.received == 544
    assert block.series == FULL_BLOCK


def test_a_rate_with_nothing_to_divide_by_is_absent_not_nought() -> None:
    assert block_of("new", "all", Counts()).rates == ()
    only_open = block_of("new", "all", counts_of_labels({Label.OPEN_IN_TIME: 1}))
    assert {rate.name for rate in only_open.rates} == {RateName.HANDLED, RateName.BOARD766}


def test_a_sheet_that_fits_leaves_nothing_out() -> None:
    blocks = [block_of(unit, "all", counts_of_labels(MUONG_NHE)) for unit in "ba"]
    assert fitted(blocks, most=2 * FULL_BLOCK) == (tuple(reversed(blocks)), 0)


def test_over_the_limit_whole_blocks_are_left_out_the_smallest_units_of_the_last_periods_first() -> None:
    small, great = counts_of_labels({Label.CLOSED_LATE: 1}), counts_of_labels(MUONG_NHE)
    blocks = [
        block_of(unit, period, counts)
        for period in ("year", "month")
        for unit, counts in (("small", small), ("great", great))
    ]
    shown, left_out = fitted(blocks, most=4 * FULL_BLOCK - 1)
    assert [(block.period, block.unit) for block in shown] == [("year", "great"), ("year", "small"), ("month", "great")]
    assert left_out == FULL_BLOCK


def test_after_the_first_block_that_does_not_fit_none_is_shown_in_its_stead() -> None:
    blocks = [block_of("great", "all", counts_of_labels(MUONG_NHE)), block_of("empty", "all", Counts())]
    assert fitted(blocks, most=FULL_BLOCK - 1) == ((), FULL_BLOCK + 12)


@pytest.mark.parametrize("units", [45, 700])
def test_a_sheet_never_has_more_series_than_allowed_and_says_what_is_missing(units: int) -> None:
    blocks = [block_of(f"u{number}", "all", counts_of_labels(MUONG_NHE)) for number in range(units)]
    shown, left_out = fitted(blocks)
    assert sum(block.series for block in shown) < MOST_SERIES
    assert sum(block.series for block in shown) + left_out == units * FULL_BLOCK
