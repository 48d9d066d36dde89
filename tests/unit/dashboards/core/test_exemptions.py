from dataclasses import replace
from datetime import date

import pytest

from dashboards.core.board import board_of, tally_key
from dashboards.core.counts import total
from dashboards.core.exemptions import Exemption, exempted
from dashboards.core.periods import Period, period_of
from streams.core.counting import Cohort
from streams.core.labels import Label
from streams.core.moments import day_on
from tests.unit.dashboards.core.examples import cell, tally

JULY = period_of("2020-07-01/2020-07-31", now=0)
FLOOD = Exemption(
    unit="a",
    days=Period(day_on(date(2020, 6, 28)), day_on(date(2020, 7, 3))),
    reason="flood, the office was closed",
    document="12/QĐ-UBND",
    signed_by="chairman",
    signed_on=day_on(date(2020, 7, 6)),
)
TALLIES = [
    tally("a", "2020-06-29", cell(Cohort.RECEIVED, Label.CLOSED_LATE, 2)),
    tally("a", "2020-07-02", cell(Cohort.RECEIVED, Label.CLOSED_LATE, 7), cell(Cohort.CLOSED, Label.CLOSED_LATE, 2)),
    tally("a", "2020-07-09", cell(Cohort.RECEIVED, Label.CLOSED_LATE, 1)),
    tally("b", "2020-07-02", cell(Cohort.RECEIVED, Label.CLOSED_LATE, 4)),
]
BOARD = board_of((tally_key(one), one) for one in TALLIES)
LATER = day_on(date(2020, 8, 1))


def test_exempted_days_leave_every_cohort_of_their_unit_and_nobody_elses() -> None:
    after = exempted(BOARD, JULY, [FLOOD], on=LATER)
    assert total(after.units["a"].received) == 1
    assert total(after.units["a"].closed) == 0
    assert total(after.units["b"].received) == 4


def test_what_was_carried_over_is_not_exempted() -> None:
    after = exempted(BOARD, JULY, [FLOOD], on=LATER)
    assert after.units["a"].carried == BOARD.counts(JULY)["a"].carried


def test_what_an_exemption_took_out_is_shown_with_its_record() -> None:
    ((record, taken),) = exempted(BOARD, JULY, [FLOOD], on=LATER).applied
    assert record is FLOOD
    assert (total(taken.received), total(taken.closed)) == (7, 2)


def test_an_exemption_counts_from_the_day_it_was_signed() -> None:
    assert exempted(BOARD, JULY, [FLOOD], on=FLOOD.signed_on - 1).applied == ()
    assert exempted(BOARD, JULY, [FLOOD], on=FLOOD.signed_on).applied != ()


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(period_of("2020-06-01/2020-06-30", now=0), id="before the period"),
        pytest.param(period_of("2020-08-01/2020-08-01", now=0), id="after the period"),
    ],
)
def test_an_exemption_of_other_days_changes_nothing(days: Period) -> None:
    after = exempted(BOARD, JULY, [replace(FLOOD, days=days)], on=LATER)
    assert (after.units, after.applied) == (BOARD.counts(JULY), ())


def test_a_day_exempted_twice_is_taken_out_once() -> None:
    again = replace(FLOOD, document="13/QĐ-UBND", signed_on=FLOOD.signed_on + 1)
    after = exempted(BOARD, JULY, [again, FLOOD], on=LATER)
    assert [(record.document, total(taken.received)) for record, taken in after.applied] == [
        ("12/QĐ-UBND", 7),
        ("13/QĐ-UBND", 0),
    ]
    assert total(after.units["a"].received) == 1


def test_an_exemption_of_a_unit_without_dossiers_takes_nothing() -> None:
    ((_, taken),) = exempted(BOARD, JULY, [replace(FLOOD, unit="c")], on=LATER).applied
    assert total(taken.received) == 0


@pytest.mark.parametrize("field", ["unit", "reason", "document", "signed_by"])
def test_an_exemption_that_is_not_whole_and_signed_exempts_nobody(field: str) -> None:
    whole = {"unit": "a", "reason": "flood", "document": "12", "signed_by": "chairman"} | {field: " "}
    with pytest.raises(ValueError, match="signed it"):
        Exemption(**whole, days=JULY, signed_on=0)
