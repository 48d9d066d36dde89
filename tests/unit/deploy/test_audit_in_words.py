"""An audit is told with its evidence and an innocent explanation, in both languages and in JSON."""

import json

import pytest

from dashboards.core.board import Board
from dashboards.core.cases import Case, UnitFinding
from dashboards.finding_words import INNOCENT, NAMES, SEVERITIES
from deploy.audit_in_words import as_json, as_text
from deploy.inspecting import case_of
from deploy.law_in_words import LANGUAGES
from deploy.recount import Recounted
from streams.core.events import Accepted, Done
from streams.core.findings import Finding, Rule, Severity
from streams.core.labels import Label
from tests.property.histories import RULES
from tests.unit.streams.core.test_judgement import at, told

CASES = (Case("h/1", "H18", Label.OPEN_OVERDUE), Case("h/2", "", Label.CLOSED_LATE))
NOTED = (("h/1", Finding(Rule.NO_APOLOGY, ("a",), at(11) + 1)), ("h/2", Finding(Rule.NO_APOLOGY, ("b",), at(11) + 1)))
FOUND = Recounted(Board(), frozenset(), 0, CASES, NOTED)
UNITS = (UnitFinding(Rule.CODES_MISSING, "H18", 12, 40, tuple(f"h/{one}" for one in range(10)), "H18-240304: 3–14"),)


def test_every_rule_and_severity_has_its_words_and_an_innocent_explanation() -> None:
    assert set(NAMES) == set(INNOCENT) == set(Rule)
    assert set(SEVERITIES) == set(Severity)
    assert all(said.vi and said.en for words in (NAMES, INNOCENT) for said in words.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_text_counts_dossiers_by_rule_and_unit_and_names_the_evidence_of_units(lang: str) -> None:
    lines = as_text(FOUND, UNITS, lang).splitlines()
    assert lines[0].split()[:3] == ["1", "R8", "–"]
    assert lines[1].split()[:3] == ["1", "R8", "H18"]
    assert lines[2].split()[:3] == ["12/40", "R20", "H18"]
    assert "H18-240304: 3–14" in lines[2]
    assert lines[3].strip() == "h/0, h/1, h/2, h/3, h/4, h/5, h/6, h/7, h/8, h/9 …"
    for rule in (Rule.NO_APOLOGY, Rule.CODES_MISSING):
        innocent = INNOCENT[rule].vi if lang == "vi" else INNOCENT[rule].en
        assert any(line.startswith(rule) and innocent in line for line in lines)


def test_the_json_has_every_finding_with_events_moment_and_severity() -> None:
    made = json.loads(json.dumps(as_json(FOUND, UNITS, at=at(12))))
    assert made["dossiers"] == 2
    assert made["findings"][0] == {
        "dossier": "h/1",
        "rule": "R8",
        "events": ["a"],
        "at": "2024-03-11T09:00:01+07:00",
        "note": "",
        "severity": "look",
    }
    (unit,) = made["units"]
    assert (unit["rule"], unit["count"], unit["of"], unit["severity"]) == ("R20", 12, 40, "grave")


@pytest.mark.parametrize(
    ("clock", "in_hours"), [("11:30", True), ("11:31", False), ("13:30", True), ("17:01", False)], ids=str
)
def test_a_closing_is_in_hours_while_the_office_of_its_unit_is_open(clock: str, in_hours: bool) -> None:
    dossier = told((4, Accepted("p", "H18", due_at=at(11))), (5, clock, Done()))
    found = (Finding(Rule.REOPENED, ("a",), 1), Finding(Rule.REOPENED, ("b",), 2))
    case = case_of("h/1", dossier, label=Label.CLOSED_EARLY, found=found, rules=RULES, reminded=False)
    assert (case.in_hours, case.closed_at, case.rules) == (in_hours, at(5, clock), (Rule.REOPENED,))


def test_a_closing_beyond_every_calendar_is_no_matter_of_hours() -> None:
    dossier = told((4, Accepted("p", "H18", due_at=at(11))), (5_000_000, Done()))
    assert case_of("h/1", dossier, label=Label.CLOSED_LATE, found=(), rules=RULES, reminded=False).in_hours
