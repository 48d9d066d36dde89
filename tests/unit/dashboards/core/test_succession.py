from datetime import date

import pytest

from dashboards.core.counts import Counts, counts_of_labels, total
from dashboards.core.succession import Fate, Heir, Successor, heir_of, succeeded
from streams.core.labels import Label
from streams.core.moments import day_on

REFORM = day_on(date(2025, 7, 1))
MERGERS = (
    Successor("xa.muongnhe", "xa.muongnhe", REFORM),
    Successor("xa.namvi", "xa.muongnhe", REFORM),
    Successor("huyen.muongnhe", "xa.muongnhe", REFORM),
    Successor("huyen.muongnhe", "xa.sinthau", REFORM),
    Successor("xa.old", "xa.namvi", day_on(date(2020, 1, 1))),
)


def received(count: int) -> Counts:
    return counts_of_labels({Label.CLOSED_LATE: count})


@pytest.mark.parametrize(
    ("unit", "heir"),
    [
        pytest.param("xa.namvi", Heir("xa.muongnhe", Fate.MERGED), id="merged into another"),
        pytest.param("xa.muongnhe", Heir("xa.muongnhe", Fate.STANDS), id="goes on under its name"),
        pytest.param("xa.elsewhere", Heir("xa.elsewhere", Fate.STANDS), id="no reform touched it"),
        pytest.param("xa.old", Heir("xa.muongnhe", Fate.MERGED), id="a merger of a merger"),
        pytest.param("huyen.muongnhe", Heir("huyen.muongnhe", Fate.SPLIT), id="an abolished district is split"),
    ],
)
def test_who_answers_after_the_reform(unit: str, heir: Heir) -> None:
    assert heir_of(unit, MERGERS, on=REFORM) == heir


def test_before_the_day_of_the_reform_everybody_answers_for_themselves() -> None:
    assert heir_of("xa.namvi", MERGERS, on=REFORM - 1) == Heir("xa.namvi", Fate.STANDS)


def test_successors_that_go_round_in_a_circle_are_refused() -> None:
    circle = (Successor("a", "b", 0), Successor("b", "a", 0))
    with pytest.raises(ValueError, match="circle"):
        heir_of("a", circle, on=1)


def test_a_ranking_over_the_reform_puts_dossiers_on_the_successor_and_loses_none() -> None:
    units = {"xa.muongnhe": received(10), "xa.namvi": received(5), "huyen.muongnhe": received(544)}
    after = succeeded(units, MERGERS, on=REFORM)
    assert {unit: total(counts.received) for unit, counts in after.units.items()} == {
        "xa.muongnhe": 15,
        "huyen.muongnhe": 544,
    }
    assert after.merged == {"xa.namvi": "xa.muongnhe"}
    assert after.split == ("huyen.muongnhe",)
