"""docs/findings.md says of each rule what the code does: its severity, its thresholds, its tests."""

import re
from pathlib import Path

import msgspec
import pytest

from streams.core.findings import SEVERITIES, Rule
from streams.core.rulebook import Policy
from streams.core.thresholds import Thresholds
from tests.unit.dashboards.core.test_auditing import CASES as OF_UNITS
from tests.unit.streams.core.test_catalogue import CASES as OF_DOSSIERS

PAGE = (Path(__file__).parents[3] / "docs" / "findings.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells
    for line in PAGE.splitlines()
    if re.match(r"\| R\d", line) and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 7
}


def test_every_rule_of_the_catalogue_has_its_row() -> None:
    assert list(ROWS) == [f"R{number}" for number in range(1, 25)]


@pytest.mark.parametrize("rule", ROWS)
def test_a_row_says_what_the_code_does(rule: str) -> None:
    _, _, thresholds, severity, _, where, tests = ROWS[rule]
    assert severity == SEVERITIES[Rule(rule)]
    known = {*Thresholds.__struct_fields__, *Policy.__struct_fields__}
    assert set(re.findall(r"`(\w+)`", thresholds)) <= known
    of_dossier = rule in {name.partition(" ")[0] for name, *_ in OF_DOSSIERS}
    of_units = rule in {name.partition(" ")[0] for name, *_ in OF_UNITS}
    assert (of_dossier, of_units) == ("stream" in where, "audit" in where)
    assert ("units" in tests) == of_units


def test_the_shipped_policy_states_every_threshold() -> None:
    shipped = Path(__file__).parents[3] / "deploy" / "reference" / "policy.toml"
    stated = msgspec.toml.decode(shipped.read_bytes())["findings"]
    assert set(stated) == set(Thresholds.__struct_fields__)
    assert msgspec.convert(stated, Thresholds) == Thresholds()
