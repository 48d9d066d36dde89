from fractions import Fraction

import pytest

from dashboards.core.counts import Counts, Kind, counts_of_labels, total
from dashboards.core.rates import (
    CauseView,
    Rate,
    RateName,
    accounted_for,
    online,
    rate_of,
    rates_of,
    synchronised,
)
from streams.core.labels import Cause, Label, Verdict
from tests.unit.dashboards.core.examples import MUONG_NHE


def per_cent(rate: Rate) -> float:
    assert rate.value is not None
    return round(float(rate.value * 100), 1)


def test_the_labels_of_muong_nhe_sum_to_the_544_received() -> None:
    assert total(counts_of_labels(MUONG_NHE).received) == 544


@pytest.mark.parametrize(
    ("name", "raw", "shown"),
    [
        pytest.param(RateName.RESOLVED, (50, 481), 10.4, id="on time of resolved"),
        pytest.param(RateName.DUE, (50, 513), 9.7, id="on time of due in the period"),
        pytest.param(RateName.HANDLED, (81, 544), 14.9, id="not late of received and carried over"),
        pytest.param(RateName.BOARD766, (70, 544), 12.9, id="in time of all received or handled"),
    ],
)
def test_muong_nhe_has_four_rates_under_four_names(name: RateName, raw: tuple[int, int], shown: float) -> None:
    rate = rate_of(counts_of_labels(MUONG_NHE), name)
    assert (rate.numerator, rate.denominator) == raw
    assert per_cent(rate) == shown


def test_of_the_534_accounted_for_muong_nhe_has_13_1_per_cent_in_time() -> None:
    rate = accounted_for(counts_of_labels(MUONG_NHE))
    assert (rate.numerator, rate.denominator, per_cent(rate)) == (70, 534, 13.1)


def test_a_rate_of_nothing_has_no_value() -> None:
    assert [rate.value for rate in rates_of(Counts())] == [None] * 8


def test_every_rate_comes_with_and_without_sync() -> None:
    rates = rates_of(counts_of_labels(MUONG_NHE))
    assert [(rate.name, rate.view) for rate in rates] == [(name, view) for name in RateName for view in CauseView]
    assert [rate_of(counts_of_labels(MUONG_NHE), rate.name, rate.view) for rate in rates] == list(rates)


def test_without_sync_the_dossiers_late_for_it_are_in_neither_number() -> None:
    late = {
        Kind(Label.CLOSED_LATE, Cause.SYNC, Verdict.OVERDUE): 61,
        Kind(Label.CLOSED_LATE, Cause.STAFF, Verdict.OVERDUE): 39,
        Kind(Label.CLOSED_ON_TIME, board=Verdict.IN_TIME): 100,
    }
    counts = Counts(received=late, due=late, closed=late)
    for name in RateName:
        every, without = rate_of(counts, name), rate_of(counts, name, CauseView.WITHOUT_SYNC)
        assert (every.numerator, every.denominator) == (100, 200)
        assert (without.numerator, without.denominator) == (100, 139)
    assert synchronised(counts) == (139, 200)


def test_what_is_not_classified_is_shown_beside_every_rate() -> None:
    counts = counts_of_labels({Label.UNCLASSIFIED: 10, Label.CLOSED_LATE: 5})
    closed_without_due = Counts(closed={Kind(Label.UNCLASSIFIED): 4})
    assert rate_of(counts, RateName.DUE) == Rate(RateName.DUE, CauseView.ALL, 0, 5, left_out=10)
    assert rate_of(counts, RateName.HANDLED).left_out == 10
    assert rate_of(counts, RateName.BOARD766).left_out == 10
    assert rate_of(closed_without_due, RateName.RESOLVED).left_out == 4


def test_carried_over_dossiers_count_in_handled_and_board766_alone() -> None:
    counts = counts_of_labels({Label.CLOSED_ON_TIME: 6}, carried={Label.OPEN_OVERDUE: 2, Label.PAUSED: 2})
    received_only = Counts(received=counts.received, due=counts.received, closed=counts.closed, carried=counts.carried)
    assert rate_of(received_only, RateName.HANDLED).value == Fraction(8, 10)
    assert rate_of(received_only, RateName.BOARD766).value == Fraction(8, 10)
    assert rate_of(received_only, RateName.RESOLVED).value == 1
    assert rate_of(received_only, RateName.DUE).value == 1


def test_the_national_rate_follows_the_boards_verdict_not_the_label() -> None:
    # A second supplement request counts as overdue for the board, whatever the time says.
    counts = Counts(
        received={
            Kind(Label.CLOSED_ON_TIME, board=Verdict.OVERDUE): 1,
            Kind(Label.CLOSED_ON_TIME, board=Verdict.IN_TIME): 1,
            Kind(Label.STOPPED, board=Verdict.IN_TIME): 1,
            Kind(Label.UNCLASSIFIED, board=Verdict.IN_TIME): 1,
        }
    )
    assert rate_of(counts, RateName.BOARD766).value == Fraction(1, 4)


def test_the_online_share_can_be_asked_by_level_of_service() -> None:
    counts = Counts(
        received={
            Kind(Label.PAUSED, channel="online", level=3): 5,
            Kind(Label.PAUSED, channel="online", level=4): 2,
            Kind(Label.PAUSED, channel="direct", level=4): 1,
            Kind(Label.PAUSED): 2,
        }
    )
    assert online(counts) == (7, 10)
    assert online(counts, level=3) == (5, 5)
    assert online(counts, level=4) == (2, 3)
