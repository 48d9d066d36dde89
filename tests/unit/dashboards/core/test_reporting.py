"""What a report says: every figure with its counts, what is missing first, and never two forms of one report."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from dashboards.core.board import Board, board_of, tally_key
from dashboards.core.emulation import Grounds
from dashboards.core.exemptions import Exemption
from dashboards.core.grades import Grade
from dashboards.core.index766 import Given
from dashboards.core.lines766 import LINES766, Line, Measure, divided
from dashboards.core.periods import ALL, Period, period_of
from dashboards.core.ranking import Rules
from dashboards.core.report import Report, decoded, encoded
from dashboards.core.report_lines import MOST_MONTHS
from dashboards.core.reporting import Counted, Material, report_of
from dashboards.core.restating import Change, restatement_of
from dashboards.core.succession import Successor
from streams.core.counting import Cohort
from streams.core.labels import Cause, Label, Verdict
from streams.core.moments import day_on, moment_on
from streams.wire.records import Cell, Tally
from tests.unit.dashboards.core.examples import cell, tally

QUARTER = period_of("2020-Q1", now=0)
AS_OF = moment_on(day_on(date(2020, 4, 1)))
LISTED = {"1": "Khai sinh", "2": "Khai tử"}
NAMES = {"a": "Xã A", "b": "Xã B", "c": "Xã C"}


def received(*cells: Cell, unit: str = "a", day: str = "2020-01-15") -> Tally:
    return tally(unit, day, *cells)


def board(*tallies: Tally) -> Board:
    return board_of((tally_key(each), each) for each in tallies)


GOOD = received(
    cell(Cohort.RECEIVED, Label.CLOSED_EARLY, 40, channel="online", level=4),
    cell(Cohort.RECEIVED, Label.CLOSED_LATE, 10, cause=Cause.SYNC, channel="direct", level=3),
    cell(Cohort.RECEIVED, Label.UNCLASSIFIED, 5),
)
LATER = received(cell(Cohort.RECEIVED, Label.OPEN_OVERDUE, 7), unit="b", day="2020-03-02")


def report(*tallies: Tally, material: Material | None = None, period: Period = QUARTER) -> Report:
    made = Material(NAMES) if material is None else material
    return report_of(board(*tallies), period, material=made, counted=Counted(AS_OF, True, "tallies"))


def test_the_whole_is_the_sum_of_the_units_and_the_hole_is_shown() -> None:
    made = report(GOOD, LATER)
    assert made.total.received == 62 == sum(line.received for line in made.units)
    assert made.total.labels[Label.UNCLASSIFIED] == 5
    assert sum(made.total.labels.values()) == made.total.received
    assert made.total.sync == 10
    assert made.units_without == ("Xã C",)
    assert made.procedures_without is None
    assert made.units_never == ()


def test_a_unit_of_which_nothing_was_ever_counted_is_named_though_others_merely_received_nothing() -> None:
    material = Material(NAMES, expected=frozenset({"a", "b", "c", "nameless"}))
    assert report(GOOD, LATER, material=material).units_never == ("Xã C", "nameless")


def test_months_levels_and_procedures() -> None:
    made = report(GOOD, LATER, material=Material(NAMES, procedures=LISTED, used=frozenset({"2"})))
    assert [(month.month, month.received, month.in_time, month.late) for month in made.months] == [
        ("2020-01", 55, 40, 10),
        ("2020-02", 0, 0, 0),
        ("2020-03", 7, 0, 7),
    ]
    assert [(level.level, level.online, level.received) for level in made.levels] == [(3, 0, 10), (4, 40, 40)]
    assert made.procedures_without == ("Khai sinh (1)",)


def test_of_a_unit_that_did_not_stand_in_the_period_no_dossier_is_missed() -> None:
    assert report(GOOD, material=Material(NAMES, standing=frozenset({"a", "b"}))).units_without == ("Xã B",)


def test_of_all_time_the_last_months_are_shown() -> None:
    months = [month.month for month in report(GOOD, period=ALL).months]
    assert (len(months), months[0], months[-1]) == (MOST_MONTHS, "2018-05", "2020-04")


def test_the_ranking_has_everybody_and_says_why_one_stands_apart() -> None:
    made = report(GOOD, LATER)
    assert [(line.place, line.unit, line.reason) for line in made.ranking] == [(1, "a", ""), (0, "b", "below_volume")]
    assert (made.ranking[0].share.part, made.ranking[0].share.whole, made.ranking[0].share.left_out) == (45, 55, 5)
    assert made.basis.minimum == 30


def test_exemptions_and_mergers_are_shown() -> None:
    storm = Period(day_on(date(2020, 3, 2)), day_on(date(2020, 3, 2)))
    grounds = Grounds(
        Rules(minimum=1),
        (Exemption("b", storm, "bão", "12/QĐ", "Chủ tịch", day_on(date(2020, 3, 9))),),
        (Successor("a", "b", day_on(date(2020, 3, 1))),),
    )
    made = report(GOOD, LATER, material=Material(NAMES, grounds))
    assert [(each.unit, each.document, each.received) for each in made.basis.exempt] == [("b", "12/QĐ", 7)]
    assert made.basis.merged == {"a": "b"}
    assert [(line.unit, line.share.whole) for line in made.ranking] == [("b", 55)]


def test_the_index_says_where_each_line_has_its_points_from() -> None:
    made = report(GOOD, material=Material(NAMES, given=(Given("satisfaction", "survey", rate=Fraction(9, 10)),)))
    by_line = {line.line: (line.points, line.origin) for line in made.index}
    assert by_line["satisfaction"] == ("18.00", "file")
    assert by_line["digitisation"] == ("", "missing")
    assert by_line["progress"][1] == "computed"


def test_a_computed_line_shows_its_counts_and_what_a_file_gave_for_it() -> None:
    wished = Given("progress", "wished for", points=Fraction(20))
    progress = next(
        line for line in report(GOOD, material=Material(NAMES, given=(wished,))).index if line.line == "progress"
    )
    assert (progress.part, progress.whole, progress.overruled) == (40, 55, "20 (wished for)")


def test_synchronisation_is_shown_with_its_counts_while_it_has_no_weight_and_with_points_once_it_has() -> None:
    *_, last = report(GOOD).index
    assert (last.line, last.part, last.whole, last.maximum, last.points) == ("synchronised", 45, 55, "", "")
    parts = (Line("published", Fraction(12)), Line("sync", Fraction(6), measure=Measure.SYNCHRONISED))
    made = report(GOOD, material=Material(NAMES, lines=divided(LINES766, "transparency", parts)))
    by_line = {line.line: (line.points, line.part, line.whole) for line in made.index}
    assert by_line["sync"] == ("4.91", 45, 55)
    assert "synchronised" not in by_line


BANDS = (Grade("Tốt", Fraction(80), "QĐ 1", confirmed=True), Grade("Khá", Fraction(30), "QĐ 1", confirmed=True))
LINES = ("transparency", "online_payment", "digitisation", "satisfaction")


@pytest.mark.parametrize(("rate", "name"), [("1", "Tốt"), ("0.5", "Khá"), ("0", "")])
def test_the_grade_is_the_band_of_the_sum_once_no_line_is_missing(rate: str, name: str) -> None:
    board_of_all = received(cell(Cohort.RECEIVED, Label.CLOSED_EARLY, 1, board=Verdict.IN_TIME, channel="direct"))
    given = tuple(Given(line, "file", rate=Fraction(rate)) for line in LINES)
    made = report(board_of_all, material=Material(NAMES, grades=BANDS, given=given)).grade
    assert made is not None
    assert (made.name, made.missing) == (name, ())
    assert (made.citation, made.confirmed) == (("QĐ 1", True) if name else ("", False))


def test_while_lines_are_missing_there_is_no_grade_and_they_are_named() -> None:
    made = report(GOOD, material=Material(NAMES, grades=BANDS)).grade
    assert made is not None
    assert (made.name, made.missing) == ("", LINES)
    assert report(GOOD).grade is None


def test_a_report_has_one_form() -> None:
    assert encoded(report(GOOD, LATER)) == encoded(report(LATER, GOOD))
    assert decoded(encoded(report(GOOD))) == report(GOOD)


def test_a_restatement_names_every_count_that_is_no_longer_what_was_frozen() -> None:
    closed = received(cell(Cohort.RECEIVED, Label.CLOSED_LATE, 7), unit="b", day="2020-03-02")
    made = restatement_of(report(GOOD, LATER), "00", report(GOOD, closed))
    assert Change("b", "open_overdue", 7, 0) in made.changes
    assert Change("", "closed_late", 10, 17) in made.changes
    assert {change.unit for change in made.changes} == {"", "b"}
    assert restatement_of(report(GOOD), "00", report(GOOD)).changes == ()


@pytest.mark.parametrize("gone", [True, False], ids=["a unit that came", "a unit that went"])
def test_a_unit_that_only_one_of_them_has_is_compared_with_nothing(gone: bool) -> None:
    both, one = report(GOOD, LATER), report(GOOD)
    frozen, now = (both, one) if gone else (one, both)
    found = {
        change.figure: (change.frozen, change.now)
        for change in restatement_of(frozen, "", now).changes
        if change.unit == "b"
    }
    assert found["received"] == ((7, 0) if gone else (0, 7))
    assert replace(Material(), names=NAMES).names == NAMES
