from dashboards.core.periods import ALL
from dashboards.core.reckoning import Reckoning
from dashboards.core.sheet import MOST_SERIES, SINGLE_SERIES
from streams.core.counting import Cohort
from streams.core.labels import Label
from streams.wire.records import Counted, Tally
from tests.unit.dashboards.core.examples import cell, tally

KEY = "0/a/2020-07-03"
TALLY = tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.PAUSED, 3))
BOTH = frozenset({0, 1})
COUNTED: dict[str, Tally | Counted | None] = {
    f"counted/{number}": Counted(partition=number, now=1000) for number in BOTH
}


def test_it_is_complete_when_every_partition_stands_counted() -> None:
    reckoning = Reckoning(BOTH)
    reckoning.take({"counted/0": COUNTED["counted/0"]}, {})
    assert not reckoning.complete
    assert reckoning.sheet(()).counted == 1
    reckoning.take({"counted/1": COUNTED["counted/1"]}, {})
    assert reckoning.complete


def test_partitions_that_are_not_the_topics_complete_nothing() -> None:
    reckoning = Reckoning(BOTH)
    reckoning.take({"counted/0": COUNTED["counted/0"], "counted/7": Counted(partition=7, now=1)}, {})
    assert (reckoning.complete, reckoning.sheet(()).counted) == (False, 1)


def test_a_record_that_cannot_be_read_removes_what_it_replaced_and_makes_the_whole_incomplete() -> None:
    reckoning = Reckoning(BOTH)
    reckoning.take(COUNTED | {KEY: TALLY}, {})
    assert reckoning.take({}, {KEY: "not JSON"}) == {KEY: "not JSON"}
    assert (reckoning.complete, reckoning.board.units, reckoning.sheet(()).unreadable) == (False, (), 1)


def test_an_unreadable_record_that_is_written_again_is_missing_no_more() -> None:
    reckoning = Reckoning(BOTH)
    reckoning.take(COUNTED, {KEY: "not JSON", "x": "not JSON"})
    reckoning.take({KEY: TALLY, "x": None}, {})
    assert reckoning.complete
    assert reckoning.board.units == ("a",)


def test_a_tally_under_another_key_than_its_own_is_not_summed() -> None:
    reckoning = Reckoning(BOTH)
    refused = reckoning.take(COUNTED | {"1/a/2020-07-03": TALLY}, {})
    assert list(refused) == ["1/a/2020-07-03"]
    assert reckoning.board.counts(ALL) == {}
    assert not reckoning.complete


def test_the_sheet_shows_every_unit_in_every_period_by_its_name() -> None:
    reckoning = Reckoning(BOTH)
    reckoning.take(COUNTED | {KEY: TALLY}, {})
    sheet = reckoning.sheet((("all", ALL), ("again", ALL)))
    shown = [(block.unit, block.period, block.received) for block in sheet.blocks]
    assert shown == [("a", "all", 3), ("a", "again", 3)]
    assert (sheet.complete, sheet.left_out, sheet.violations, sheet.unreceived) == (True, 0, 0, 0)


def test_dossiers_without_a_day_of_receipt_are_counted_as_such() -> None:
    reckoning = Reckoning(BOTH)
    closed = [cell(Cohort.CLOSED, Label.CLOSED_LATE, 3), cell(Cohort.DUE, Label.CLOSED_LATE, 2)]
    reckoning.take({KEY: tally("a", "2020-07-03", cell(Cohort.RECEIVED, Label.CLOSED_LATE, 1), *closed)}, {})
    assert reckoning.sheet(()).unreceived == 2


def test_series_that_are_shown_beside_the_figures_are_taken_off_what_there_is_room_for() -> None:
    reckoning = Reckoning(BOTH)
    reckoning.take(COUNTED | {KEY: TALLY}, {})
    [block] = reckoning.sheet((("all", ALL),)).blocks
    room = MOST_SERIES - SINGLE_SERIES - 1 - block.series
    assert reckoning.sheet((("all", ALL),), beside=room).blocks == (block,)
    crowded = reckoning.sheet((("all", ALL),), beside=room + 1)
    assert (crowded.blocks, crowded.left_out) == ((), block.series)
