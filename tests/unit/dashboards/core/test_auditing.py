"""The rules of the audit over units: who raises each, the nearest that does not, and that clean units raise none."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.core.auditing import unit_findings
from dashboards.core.cases import EVIDENCE, Case, UnitFinding
from dashboards.core.periods import Period
from streams.core.findings import Rule, Severity
from streams.core.labels import Label
from streams.core.moments import day_on, moment_on
from streams.core.thresholds import Thresholds

JANUARY = Period(day_on(date(2020, 1, 1)), day_on(date(2020, 1, 31)))
DAY = day_on(date(2020, 1, 15))
NINE = moment_on(DAY, 9 * 3600)
LIMITS = Thresholds()


def some(count: int, label: Label = Label.OPEN_IN_TIME, unit: str = "a", **more: object) -> list[Case]:
    """Return so many dossiers that are alike."""
    one = Case("", unit, label, received_on=DAY)
    return [
        msgspec.structs.replace(one, **{"dossier": f"h.{unit}/{label}-{number}", **more}) for number in range(count)
    ]


def closed(count: int, unit: str = "a", *, apart: int = 60, in_hours: bool = True) -> list[Case]:
    cases = some(count, Label.CLOSED_ON_TIME, unit)
    return [
        msgspec.structs.replace(case, closed_at=NINE + apart * place, in_hours=in_hours)
        for place, case in enumerate(cases)
    ]


def coded(*codes: str, unit: str = "a") -> list[Case]:
    cases = some(len(codes), unit=unit)
    return [msgspec.structs.replace(case, code=code) for case, code in zip(cases, codes, strict=True)]


def numbered(*numbers: int) -> list[Case]:
    return coded(*(f"000.00.00.H18-200115-{number:04}" for number in numbers))


PEERS = some(97, unit="b") + some(3, Label.REFUSED, unit="b")
LATE = some(10, Label.OPEN_OVERDUE, "b")
CASES: list[tuple[str, list[Case], list[Case]]] = [
    (
        "R4",
        PEERS + some(45) + some(5, Label.STOPPED),
        PEERS + some(46) + some(4, Label.STOPPED),
    ),
    (
        "R4 just over three times",
        PEERS + some(90) + some(9, Label.STOPPED),
        PEERS + some(91) + some(9, Label.STOPPED),
    ),
    ("R6 at once", closed(5, apart=0), closed(4, apart=0)),
    ("R6 in one second", closed(5, apart=0), closed(5, apart=1)),
    ("R6 outside hours", closed(10, in_hours=False), closed(9, in_hours=False) + closed(1, "b")),
    ("R17", coded("X-1", "X-1"), coded("X-1", "X-2")),
    ("R17 a placeholder is no code", coded("X-1", "X-1"), coded("test", "test")),
    ("R18", some(9) + some(1, Label.UNCLASSIFIED), some(10)),
    ("R20", numbered(1, 2, 4), numbered(1, 2, 3)),
    ("R20 two offices", numbered(1, 3), coded("A-200115-0001", "B-200115-0003")),
    ("R21", closed(100), closed(99)),
    ("R21 one was late", closed(100), closed(100) + some(1, Label.CLOSED_LATE)),
    ("R21 one was asked for papers", closed(100), closed(100) + some(1, supplements=1)),
    (
        "R22",
        some(1, Label.PAUSED, rules=(Rule.PAUSE_TOO_LONG,)),
        some(1, Label.PAUSED, rules=(Rule.PAUSE_TOO_LONG,), reminded=True),
    ),
    ("R22 other findings", some(1, Label.PAUSED, rules=(Rule.PAUSE_TOO_LONG,)), some(1, rules=(Rule.NO_APOLOGY,))),
    ("R24", LATE + some(11, Label.OPEN_OVERDUE), LATE + some(10, Label.OPEN_OVERDUE)),
    ("R24 too few", LATE + some(11, Label.OPEN_OVERDUE), LATE[:8] + some(11, Label.OPEN_OVERDUE)),
    ("R24 one unit alone", LATE + some(11, Label.OPEN_OVERDUE), some(30, Label.OPEN_OVERDUE)),
]


def found(cases: list[Case], limits: Thresholds = LIMITS) -> list[UnitFinding]:
    return list(unit_findings(cases, JANUARY, limits))


@pytest.mark.parametrize(("name", "odd", "nearest"), CASES, ids=[case[0] for case in CASES])
def test_units_raise_the_rule_and_the_nearest_do_not(name: str, odd: list[Case], nearest: list[Case]) -> None:
    rule = Rule(name.partition(" ")[0])
    (finding,) = [one for one in found(odd) if one.rule is rule]
    assert finding.unit == "a"
    assert finding.severity in set(Severity)
    assert 0 < len(finding.dossiers) <= EVIDENCE
    assert set(finding.dossiers) <= {case.dossier for case in odd}
    assert finding.count <= finding.of
    assert rule not in [one.rule for one in found(nearest)]


def test_every_rule_over_units_has_its_case() -> None:
    assert {name.partition(" ")[0] for name, *_ in CASES} == {"R4", "R6", "R17", "R18", "R20", "R21", "R22", "R24"}


def test_what_a_finding_says_can_be_checked() -> None:
    (gap,) = found(numbered(2, 3, 5, 9))
    assert (gap.count, gap.of, gap.note) == (4, 8, "000.00.00.H18-200115: 4, 6–8")
    assert len(gap.dossiers) == 3
    (at_once,) = found(closed(12, apart=0))
    assert (at_once.count, at_once.of, at_once.note) == (12, 12, "at 2020-01-15T09:00:00+07:00")
    assert len(at_once.dossiers) == EVIDENCE
    (share,) = found(PEERS + some(45) + some(5, Label.STOPPED))
    assert (share.count, share.of, share.note) == (5, 50, "others 3/100")


def test_the_local_code_is_read_where_there_is_no_national_one() -> None:
    cases = [Case(f"home/H18-200115-{number:04}", "a", Label.OPEN_IN_TIME, received_on=DAY) for number in (1, 3)]
    assert [one.rule for one in found(cases)] == [Rule.CODES_MISSING]
    assert found(cases, Thresholds(codes_numbered_daily=False)) == []


def test_a_unit_without_peers_is_not_compared() -> None:
    assert found(some(5) + some(50, Label.STOPPED)) == []


def test_what_lies_outside_the_period_is_not_counted_but_open_and_overdue_is_from_its_receipt_on() -> None:
    before = [msgspec.structs.replace(case, received_on=DAY - 60) for case in LATE + some(11, Label.OPEN_OVERDUE)]
    assert [one.rule for one in found(before)] == [Rule.MOST_OVERDUE]
    later = [msgspec.structs.replace(case, received_on=DAY + 60) for case in LATE + some(11, Label.OPEN_OVERDUE)]
    assert found(later) == []
    assert found([msgspec.structs.replace(case, received_on=DAY - 60) for case in numbered(1, 3)]) == []
    assert found([msgspec.structs.replace(case, received_on=None) for case in numbered(1, 3)]) == []
    afterwards = [msgspec.structs.replace(case, closed_at=NINE + 60 * 86_400) for case in closed(5, apart=0)]
    assert found(afterwards) == []


CLEAN = (Label.CLOSED_EARLY, Label.CLOSED_ON_TIME, Label.CLOSED_LATE, Label.OPEN_IN_TIME, Label.PAUSED)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 120), min_size=1), st.data())
def test_clean_units_raise_nothing(units: dict[str, int], data: st.DataObject) -> None:
    """Codes without gaps, closings apart and in hours, now and then papers asked for, the overdue spread evenly."""
    cases: list[Case] = []
    overdue = data.draw(st.integers(0, 5)) if len(units) > 1 else 0
    for unit, count in units.items():
        labels = data.draw(st.lists(st.sampled_from(CLEAN), min_size=count, max_size=count))
        labels += [Label.OPEN_OVERDUE] * overdue
        cases += [
            Case(
                f"h.{unit}/{place}",
                unit,
                label,
                received_on=DAY,
                closed_at=NINE + 60 * place if label.startswith("closed") else None,
                supplements=int(place == 0),
                code=f"000.00.{unit}.H18-200115-{place + 1:04}",
            )
            for place, label in enumerate(labels)
        ]
    assert found(cases) == []
