from datetime import date
from fractions import Fraction

from dashboards.core.board import board_of, tally_key
from dashboards.core.counts import total
from dashboards.core.emulation import Grounds, emulation_of
from dashboards.core.exemptions import Exemption
from dashboards.core.periods import Period, period_of
from dashboards.core.ranking import Apart, Rules
from dashboards.core.rates import RateName
from dashboards.core.succession import Successor
from streams.core.counting import Cohort
from streams.core.labels import Label
from streams.core.moments import day_on
from tests.unit.dashboards.core.examples import cell, tally

YEAR = period_of("2025", now=0)
REFORM, LATER = day_on(date(2025, 7, 1)), day_on(date(2025, 12, 31))
BEFORE, AFTER = "2025-03-03", "2025-09-09"
BOARD = board_of(
    (tally_key(one), one)
    for one in (
        tally("xa.muongnhe", AFTER, cell(Cohort.RECEIVED, Label.CLOSED_ON_TIME, 60)),
        tally("xa.namvi", BEFORE, cell(Cohort.RECEIVED, Label.CLOSED_LATE, 40)),
        tally("huyen", BEFORE, cell(Cohort.RECEIVED, Label.CLOSED_ON_TIME, 900)),
        tally("huyen.old", BEFORE, cell(Cohort.RECEIVED, Label.CLOSED_ON_TIME, 100)),
    )
)
SUCCESSORS = (
    Successor("xa.namvi", "xa.muongnhe", REFORM),
    Successor("huyen.old", "huyen", REFORM - 1),
    Successor("huyen", "xa.muongnhe", REFORM),
    Successor("huyen", "xa.sinthau", REFORM),
)
FLOOD = Exemption(
    unit="xa.namvi",
    days=Period(day_on(date(2025, 3, 1)), day_on(date(2025, 3, 5))),
    reason="flood",
    document="12/QĐ-UBND",
    signed_by="chairman",
    signed_on=day_on(date(2025, 3, 9)),
)
RULES = Rules(rate=RateName.HANDLED)


def test_a_ranking_over_the_reform_follows_mergers_and_sets_split_districts_apart() -> None:
    found = emulation_of(BOARD, YEAR, Grounds(RULES, (), SUCCESSORS), on=LATER)
    assert [(line.unit, line.rate.value) for line in found.ranking.placed] == [("xa.muongnhe", Fraction(60, 100))]
    assert [(line.unit, line.reason, line.rate.denominator) for line in found.ranking.apart] == [
        ("huyen", Apart.DISSOLVED, 1000)
    ]
    assert found.succeeded.merged == {"xa.namvi": "xa.muongnhe", "huyen.old": "huyen"}


def test_a_period_before_the_reform_is_ranked_by_the_units_of_then() -> None:
    first_half = period_of("2025-01-01/2025-06-29", now=0)
    found = emulation_of(BOARD, first_half, Grounds(RULES, (), SUCCESSORS), on=LATER)
    assert {line.unit for line in found.ranking.placed} == {"huyen", "huyen.old", "xa.namvi"}


def test_an_exemption_names_the_unit_of_its_day_and_follows_it_into_the_merger() -> None:
    found = emulation_of(BOARD, YEAR, Grounds(RULES, (FLOOD,), SUCCESSORS), on=LATER)
    assert [(line.unit, line.rate.value) for line in found.ranking.placed] == [("xa.muongnhe", Fraction(1))]
    assert [(record.document, total(taken.received)) for record, taken in found.exempted.applied] == [
        ("12/QĐ-UBND", 40)
    ]


def test_without_grounds_everybody_is_ranked_by_the_usual_rules() -> None:
    found = emulation_of(BOARD, YEAR, Grounds(), on=LATER)
    assert found.ranking.rules == Rules()
    assert len(found.ranking.placed) == 4
