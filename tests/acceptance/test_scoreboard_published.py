"""Published tables go through the pipeline and come out as printed, with what they leave out shown as such."""

import pytest

from dashboards.core.counts import counts_of_labels
from dashboards.core.periods import ALL
from dashboards.core.published import Finding, check, labels_of, residuals_of
from dashboards.core.rates import RateName, rate_of
from streams.core.labels import Label
from tests.bench.published import SMALL, UNIT, contradictory, labels_on, replayable, replayed, settled, tables

REPLAYABLE = replayable()
SETTLED = {name: labels for name, labels in settled().items() if sum(labels.values()) <= SMALL}
MOST_A_TEST_RUN = {name: labels for name, labels in REPLAYABLE.items() if sum(labels.values()) <= SMALL}


@pytest.mark.parametrize("name", MOST_A_TEST_RUN)
def test_a_table_comes_out_as_it_was_published_its_hole_unclassified(name: str) -> None:
    published = MOST_A_TEST_RUN[name]
    board = replayed(published)
    computed = labels_on(board)
    assert computed == {label: count for label, count in published.items() if count}
    assert sum(computed.values()) == tables()[name].received
    assert computed[Label.UNCLASSIFIED] == published[Label.UNCLASSIFIED]
    assert board.violations == 0


@pytest.mark.parametrize("name", SETTLED)
def test_a_table_that_tells_only_what_was_settled_or_due_comes_out_so(name: str) -> None:
    published = SETTLED[name]
    board = replayed(published, ended=True)
    assert labels_on(board, ended=True) == {label: count for label, count in published.items() if count}
    rate = rate_of(board.counts(ALL)[UNIT], RateName.RESOLVED)
    on_time = published[Label.CLOSED_EARLY] + published[Label.CLOSED_ON_TIME]
    assert (rate.numerator, rate.denominator) == (on_time, on_time + published[Label.CLOSED_LATE])
    assert rate.left_out == published[Label.UNCLASSIFIED]


def test_of_the_tables_with_enough_counts_the_others_are_replayed_by_the_bench() -> None:
    assert set(MOST_A_TEST_RUN) == {"db2020-muongnhe", "db2025-dbpward"}
    assert {name for name in REPLAYABLE if name not in MOST_A_TEST_RUN} == {
        "ld2020q1-total",
        "ld2020q1-huyen",
        "ld2020q1-xa",
        "q1hcm2018",
    }
    assert set(SETTLED) == {"ld2019-10-ttphcc", "vp2021-09", "vp2021-q3", "vp2021-08-huyenxa", "tth-m4"}
    assert settled().keys() - SETTLED.keys() == {"tth-m12", "tth-m3"}


def test_an_over_full_table_is_shown_as_inconsistent_and_not_replayed() -> None:
    over_full = contradictory()
    assert set(over_full) == {"ld2020q1-tinh", "ld2019-10-huyen"}
    for table in over_full.values():
        assert labels_of(table) is None
        assert min(residual.amount for residual in residuals_of(table)) < 0


@pytest.mark.parametrize("name", ["pt2026-tinh", "pt2026-xa"])
def test_a_rounded_table_is_shown_as_rounded(name: str) -> None:
    assert check(tables()[name]).finding is Finding.ROUNDED
    assert labels_of(tables()[name]) is None


def test_muong_nhe_has_the_four_rates_of_the_domain() -> None:
    counts = counts_of_labels(REPLAYABLE["db2020-muongnhe"])
    rates = [rate_of(counts, name) for name in (RateName.RESOLVED, RateName.DUE, RateName.HANDLED, RateName.BOARD766)]
    assert [f"{float(rate.value or 0):.1%}" for rate in rates] == ["10.4%", "9.7%", "14.9%", "12.9%"]
