"""A dossier is counted once on each of the days of its life that are known, always as the same."""

import msgspec
import pytest

from streams.core.counting import COHORTS, Alike, Cohort, Counted, count_of
from streams.core.findings import Finding, Rule
from streams.core.judgement import judge
from streams.core.labels import Cause, Label, Verdict
from streams.core.moments import Day, day_of
from tests.property.histories import RULES
from tests.unit.streams.core.test_judgement import DUE, SUBMITTED, at, told

ALIKE = Alike(Label.CLOSED_LATE, Cause.SYNC, Verdict.OVERDUE, "ho-tich", "online", 4)


def counted(
    received: Day | None = None, accepted: Day | None = None, due: Day | None = None, closed: Day | None = None
) -> Counted:
    return Counted("H18.32.05", received, accepted, due, closed, ALIKE)


def placed(dossier: Counted) -> list[tuple[Cohort, Day]]:
    return [(cohort, day) for cohort, day in zip(COHORTS, dossier.days, strict=True) if day is not None]


@pytest.mark.parametrize(
    ("dossier", "places"),
    [
        pytest.param(counted(), [], id="nothing known"),
        pytest.param(counted(received=0), [(Cohort.RECEIVED, 0)], id="received, even on day 0"),
        pytest.param(counted(accepted=0), [(Cohort.ACCEPTED, 0)], id="accepted"),
        pytest.param(counted(due=0), [(Cohort.DUE, 0)], id="due"),
        pytest.param(counted(closed=0), [(Cohort.CLOSED, 0)], id="closed"),
        pytest.param(
            counted(5, 6, 12, 6),
            [(Cohort.RECEIVED, 5), (Cohort.ACCEPTED, 6), (Cohort.DUE, 12), (Cohort.CLOSED, 6)],
            id="each on its own day",
        ),
    ],
)
def test_a_dossier_is_counted_on_each_day_of_its_life(dossier: Counted, places: list[tuple[Cohort, Day]]) -> None:
    assert placed(dossier) == places


def test_what_is_counted_alike_is_one_value_and_may_be_added_up() -> None:
    assert {counted(5), counted(5), counted(6)} == {counted(5), counted(6)}
    assert hash(msgspec.structs.replace(ALIKE, level=4)) == hash(ALIKE)
    assert msgspec.structs.replace(ALIKE, cause=Cause.STAFF) != ALIKE


def test_a_count_is_read_back_as_it_was_stored() -> None:
    stored = msgspec.msgpack.encode(counted(5, None, 12))
    assert msgspec.msgpack.decode(stored, type=Counted) == counted(5, None, 12)


def test_a_dossier_is_counted_under_each_rule_once_on_its_day_of_receipt() -> None:
    dossier = told((4, SUBMITTED), (4, DUE))
    twice = (
        Finding(Rule.KEYED_LATE, ("a",), 1),
        Finding(Rule.REOPENED, ("b",), 2),
        Finding(Rule.KEYED_LATE, ("c",), 3),
    )
    standing = judge(dossier, now=at(5), rules=RULES)
    counted_so = count_of(dossier, standing, twice)
    assert counted_so.rules == (Rule.REOPENED, Rule.KEYED_LATE)
    assert counted_so.found_on == counted_so.received_on == day_of(at(4))
    assert placed(counted_so) == [
        (Cohort.RECEIVED, day_of(at(4))),
        (Cohort.ACCEPTED, day_of(at(4))),
        (Cohort.DUE, day_of(at(11))),
    ]
    assert count_of(dossier, standing, ()).rules == ()


def test_findings_of_a_dossier_without_a_day_of_receipt_are_counted_on_the_first_day_there_is() -> None:
    assert counted().found_on == 0
