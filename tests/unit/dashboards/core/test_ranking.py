from fractions import Fraction
from itertools import pairwise
from math import sqrt

import pytest

from dashboards.core.counts import Counts, counts_of_labels
from dashboards.core.ranking import Apart, Order, Rules, rank, wilson_lower
from dashboards.core.rates import CauseView, RateName
from streams.core.labels import Label
from tests.unit.dashboards.core.examples import MUONG_NHE

BARE = Rules(rate=RateName.RESOLVED, order=Order.RATE, minimum=1)
FAIR = Rules(rate=RateName.RESOLVED, order=Order.WILSON, minimum=1)


def on_time(good: int, of: int, **more: int) -> Counts:
    labels = {Label.CLOSED_ON_TIME: good, Label.CLOSED_LATE: of - good}
    return counts_of_labels(labels | {Label(name): count for name, count in more.items()})


def test_one_of_one_does_not_beat_997_of_a_thousand() -> None:
    units = {"small": on_time(1, 1), "great": on_time(997, 1000)}
    assert [line.unit for line in rank(units, BARE).placed] == ["small", "great"]
    assert [line.unit for line in rank(units, FAIR).placed] == ["great", "small"]


def test_a_unit_below_the_minimum_volume_stands_apart_not_last() -> None:
    ranking = rank({"small": on_time(1, 1), "great": on_time(0, 1000)}, Rules(rate=RateName.RESOLVED, minimum=30))
    assert [line.unit for line in ranking.placed] == ["great"]
    assert [(line.unit, line.reason, line.rate.denominator) for line in ranking.apart] == [
        ("small", Apart.BELOW_VOLUME, 1)
    ]


def test_a_unit_with_nothing_to_judge_stands_apart() -> None:
    ranking = rank({"new": Counts()}, Rules(minimum=0))
    assert [(line.unit, line.reason) for line in ranking.apart] == [("new", Apart.NOTHING_TO_JUDGE)]


def test_a_dissolved_unit_without_a_single_successor_stands_apart() -> None:
    ranking = rank({"huyen": on_time(99, 100), "xa": on_time(1, 100)}, BARE, dissolved=("huyen",))
    assert [line.unit for line in ranking.placed] == ["xa"]
    assert [(line.unit, line.reason) for line in ranking.apart] == [("huyen", Apart.DISSOLVED)]


def test_equal_units_share_a_place_and_the_next_place_is_skipped() -> None:
    units = {"d": on_time(1, 4), "b": on_time(5, 10), "c": on_time(50, 100), "a": on_time(9, 10)}
    assert [(line.place, line.unit) for line in rank(units, BARE).placed] == [(1, "a"), (2, "b"), (2, "c"), (4, "d")]


def test_losing_track_of_dossiers_does_not_earn_a_place() -> None:
    rules = Rules(rate=RateName.DUE, order=Order.RATE, minimum=1, most_left_out=Fraction(1, 10))
    units = {"lost": on_time(50, 50, unclassified=50), "kept": on_time(90, 100, unclassified=1)}
    ranking = rank(units, rules)
    assert [line.unit for line in ranking.placed] == ["kept"]
    assert [line.reason for line in ranking.apart] == [Apart.TOO_MUCH_UNCLASSIFIED]


@pytest.mark.parametrize("rate", list(RateName))
def test_the_share_not_classified_is_of_all_that_the_rate_looks_at(rate: RateName) -> None:
    units = {"half": on_time(50, 50, unclassified=50)}
    just_allowed = Rules(rate=rate, minimum=1, most_left_out=Fraction(1, 2))
    assert len(rank(units, just_allowed).placed) == 1


def test_a_place_shows_its_raw_counts_and_what_was_carried_over() -> None:
    units = {"muongnhe": counts_of_labels(MUONG_NHE, carried={Label.OPEN_OVERDUE: 6})}
    (line,) = rank(units, Rules()).placed
    assert (line.rate.numerator, line.rate.denominator, line.rate.left_out, line.carried) == (81, 550, 10, 6)
    assert line.rate.view is CauseView.ALL
    assert line.score == wilson_lower(81, 550)


def test_every_unit_is_in_the_ranking_exactly_once() -> None:
    units = {f"u{count}": on_time(count // 2, count) for count in range(60)}
    ranking = rank(units, Rules(rate=RateName.RESOLVED, minimum=30))
    assert sorted([line.unit for line in ranking.placed] + [line.unit for line in ranking.apart]) == sorted(units)


@pytest.mark.parametrize(("good", "of"), [(0, 1), (1, 1), (50, 481), (997, 1000), (635_593, 643_270)])
def test_the_bound_is_wilsons_never_above_the_true_one(good: int, of: int) -> None:
    z, share = 1.96, good / of
    true = (share + z * z / 2 / of - z * sqrt(share * (1 - share) / of + z * z / 4 / of / of)) / (1 + z * z / of)
    bound = wilson_lower(good, of)
    assert float(bound) == pytest.approx(true, abs=1e-9)
    assert 0 <= bound <= Fraction(good, of)


def test_the_same_rate_on_more_dossiers_has_a_higher_bound() -> None:
    bounds = [wilson_lower(8 * times, 10 * times) for times in (1, 10, 100, 1000)]
    assert all(less < more for less, more in pairwise(bounds))


def test_a_rate_of_nothing_has_no_bound() -> None:
    with pytest.raises(ValueError, match="nothing"):
        wilson_lower(0, 0)
