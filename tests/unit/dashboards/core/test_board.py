from datetime import date

import pytest

from dashboards.core.board import KEPT_PERIODS, Board, board_of, tally_key
from dashboards.core.counts import Counts, by_label, total
from dashboards.core.periods import ALL, Period, period_of
from streams.core.counting import Cohort
from streams.core.findings import Rule
from streams.core.labels import Cause, Label
from streams.core.moments import day_on
from streams.wire.records import Counted, Found, Tally
from tests.unit.dashboards.core.examples import cell, tally

JULY = period_of("2020-07-01/2020-07-31", now=0)
AUGUST = period_of("2020-08-01/2020-08-31", now=0)


def board_with(*tallies: Tally) -> Board:
    return board_of((tally_key(one), one) for one in tallies)


def test_a_board_without_tallies_has_no_unit_and_no_figure() -> None:
    assert Board().units == ()
    assert Board().counts(ALL) == {}


def test_the_partitions_of_one_unit_and_day_are_added() -> None:
    board = board_with(
        tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.OPEN_IN_TIME, 2)),
        tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.OPEN_IN_TIME, 3), partition=1),
    )
    assert by_label(board.counts(JULY)["a"].received)[Label.OPEN_IN_TIME] == 5


def test_a_later_tally_of_the_same_key_replaces_the_earlier_one() -> None:
    board = board_with(tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.OPEN_IN_TIME, 2)))
    before = board.counts(JULY)
    later = tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.CLOSED_LATE, 2))
    board.put(tally_key(later), later)
    assert total(before["a"].received, {Label.OPEN_IN_TIME}) == 2
    assert by_label(board.counts(JULY)["a"].received) == dict.fromkeys(Label, 0) | {Label.CLOSED_LATE: 2}


def test_a_null_removes_the_tally_and_with_its_last_one_the_unit() -> None:
    one = tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.OPEN_IN_TIME, 2))
    board = board_with(one)
    board.put(tally_key(one), None)
    board.put("0/never/2020-07-03", None)
    assert board.units == ()
    assert board.counts(JULY) == {}


def test_a_tally_without_cells_keeps_its_unit_on_the_board() -> None:
    assert board_with(tally("a", "2020-07-03")).counts(JULY) == {"a": Counts()}


def test_each_cohort_counts_on_its_own_day() -> None:
    board = board_with(
        tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.CLOSED_LATE), cell(Cohort.ACCEPTED, Label.CLOSED_LATE)),
        tally("a", "2020-07-31", cell(Cohort.DUE, Label.CLOSED_LATE)),
        tally("a", "2020-08-03", cell(Cohort.CLOSED, Label.CLOSED_LATE)),
    )
    july, august = board.counts(JULY)["a"], board.counts(AUGUST)["a"]
    assert [total(part) for part in july.parts()] == [1, 1, 1, 0, 0]
    assert [total(part) for part in august.parts()] == [0, 0, 0, 1, 1]


def test_carried_over_is_what_was_received_before_the_period_and_not_closed_before_it() -> None:
    board = board_with(
        tally("a", "2020-06-01", cell(Cohort.RECEIVED, Label.CLOSED_LATE, 3), cell(Cohort.RECEIVED, Label.PAUSED, 2)),
        tally("a", "2020-06-30", cell(Cohort.CLOSED, Label.CLOSED_LATE, 1)),
        tally("a", "2020-07-05", cell(Cohort.CLOSED, Label.CLOSED_LATE, 2)),
    )
    carried = board.counts(JULY)["a"].carried
    assert total(carried, {Label.CLOSED_LATE}) == 2
    assert total(carried, {Label.PAUSED}) == 2
    assert total(carried) == 4


def test_a_closing_that_sources_claim_before_the_receipt_shows_below_zero_and_is_not_hidden() -> None:
    board = board_with(
        tally("a", "2020-06-30", cell(Cohort.CLOSED, Label.CLOSED_EARLY)),
        tally("a", "2020-07-05", cell(Cohort.RECEIVED, Label.CLOSED_EARLY)),
    )
    assert total(board.counts(JULY)["a"].carried) == -1


def test_a_period_asked_before_is_kept_current() -> None:
    board = board_with(tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.PAUSED)))
    board.counts(JULY)
    more = tally("b", "2020-07-04", cell(Cohort.RECEIVED, Label.PAUSED, 7))
    board.put(tally_key(more), more)
    assert board.counts(JULY) == board.copy().counts(JULY)


def test_many_periods_may_be_asked_and_the_first_is_still_right_afterwards() -> None:
    board = board_with(tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.PAUSED)))
    first = board.counts(JULY)
    for step in range(KEPT_PERIODS + 2):
        board.counts(Period(step, step))
    assert board.counts(JULY) == first


def test_a_copy_does_not_move_with_its_board() -> None:
    board = board_with(tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.PAUSED)))
    copy = board.copy()
    board.put("0/a/2020-07-03", None)
    assert copy.units == ("a",)
    assert board.units == ()


def test_a_partition_says_up_to_when_it_is_counted() -> None:
    board = board_of([("counted/3", Counted(partition=3, now=1000)), ("counted/3", Counted(partition=3, now=2000))])
    assert board.counted == {3: 2000}


@pytest.mark.parametrize(
    ("key", "day"),
    [
        pytest.param("0/b/2020-07-03", "2020-07-03", id="another unit's key"),
        pytest.param("0/a/2020-07-99", "2020-07-99", id="no such day"),
    ],
)
def test_a_tally_under_a_wrong_key_or_day_is_refused_and_changes_nothing(key: str, day: str) -> None:
    board = board_with(tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.PAUSED)))
    before = board.counts(ALL)
    with pytest.raises(ValueError, match=r"stands under the key 0/b|day is out of range"):
        board.put(key, tally("a", day))
    assert board.counts(ALL) == before


def test_the_days_of_one_unit_can_be_asked_by_themselves() -> None:
    board = board_with(
        tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.PAUSED)),
        tally("a", "2020-07-04", cell(Cohort.RECEIVED, Label.PAUSED, 5)),
        tally("b", "2020-07-03", cell(Cohort.RECEIVED, Label.PAUSED, 9)),
    )
    only = board.on_days("a", {day_on(date(2020, 7, 3))})
    assert [total(part) for part in only.parts()] == [1, 0, 0, 0, 0]


def test_a_count_below_zero_is_a_violation_until_it_is_replaced() -> None:
    broken = tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.PAUSED, -1))
    board = board_with(broken, tally("b", "2020-07-03"))
    assert board.violations == 1
    assert board.copy().violations == 1
    board.put(tally_key(broken), tally("a", "2020-07-03"))
    assert board.violations == 0


def test_the_counts_without_a_cause_are_those_of_the_other_dossiers() -> None:
    board = board_with(
        tally(
            "a",
            "2020-07-03",
            cell(Cohort.RECEIVED, Label.CLOSED_LATE, 3, cause=Cause.SYNC),
            cell(Cohort.RECEIVED, Label.CLOSED_LATE, 4, cause=Cause.STAFF),
        )
    )
    counts = board.counts(JULY)["a"]
    assert total(counts.without(Cause.SYNC).received) == 4
    assert total(counts.less(counts.without(Cause.SYNC)).received) == 3


def test_findings_are_summed_by_unit_and_rule_for_all_days_and_for_a_period() -> None:
    def with_findings(unit: str, day: str, *counts: Found, partition: int = 0) -> Tally:
        return Tally(partition=partition, unit=unit, day=day, findings=counts)

    first = with_findings("a", "2020-01-15", Found(Rule.REOPENED, 2), Found(Rule.NO_APOLOGY, 1))
    other = with_findings("a", "2020-02-15", Found(Rule.REOPENED, 5))
    beside = with_findings("a", "2020-01-15", Found(Rule.REOPENED, 1), partition=1)
    told = board_of((tally_key(each), each) for each in (first, other, beside))
    january = period_of("2020-01", now=0)
    assert told.found.everywhere == {("a", Rule.REOPENED): 8, ("a", Rule.NO_APOLOGY): 1}
    assert told.found.within(january) == {("a", Rule.REOPENED): 3, ("a", Rule.NO_APOLOGY): 1}
    kept = told.copy()
    told.put(tally_key(first), with_findings("a", "2020-01-15"))
    told.put(tally_key(beside), None)
    assert told.found.everywhere == {("a", Rule.REOPENED): 5}
    assert told.found.within(january) == {}
    assert kept.found.everywhere == {("a", Rule.REOPENED): 8, ("a", Rule.NO_APOLOGY): 1}
