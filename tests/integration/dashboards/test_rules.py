"""The rules of Prometheus: each is valid, tested by promtool, and has its page in the runbook."""

import os
import re
import subprocess
from pathlib import Path

import promql_parser
import pytest

from tests.integration.dashboards.prometheus import ROOT, installed

FOLDER = ROOT / "dashboards" / "prometheus"
RULES = sorted((FOLDER / "rules").glob("*.yml"))
TESTS = sorted((FOLDER / "tests").glob("*.yml"))
NAME = re.compile(r"^ +- (alert|record): (\S+)$", re.MULTILINE)
MISSING = "PROMETHEUS IS NOT INSTALLED, its rules are not tested: apt-get install prometheus"

IN_CI = os.environ.get("CI") == "true"  # noqa: TID251 - whether a skip is allowed is no setting of the product

needs_prometheus = pytest.mark.skipif(not installed() and not IN_CI, reason=MISSING)


def names(kind: str) -> list[str]:
    return [name for file in RULES for found, name in NAME.findall(file.read_text()) if found == kind]


def promtool(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_prometheus
def test_prometheus_takes_the_rules_and_the_example_of_its_settings() -> None:
    promtool("check", "rules", *RULES)
    promtool("check", "config", FOLDER / "prometheus.yml")


@needs_prometheus
@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_the_rules_keep_to_their_tests(file: Path) -> None:
    promtool("test", "rules", file)


@pytest.mark.parametrize("name", names("alert") + names("record"))
def test_every_rule_has_a_test(name: str) -> None:
    said = "\n".join(file.read_text() for file in TESTS)
    if name in names("alert"):
        assert re.search(rf"alertname: {name}\n +eval_time: \S+\n +exp_alerts:\n", said), "never seen to fire"
    else:
        assert re.search(rf"{name}\b", said)


def test_every_alert_has_a_section_in_the_runbook_and_every_section_an_alert() -> None:
    sections = re.findall(r"^## (.+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert sections == names("alert")
    for name in sections:
        assert any(f"runbook: 'docs/runbook.md#{name.lower()}'" in file.read_text() for file in RULES)


def test_no_rule_divides_by_what_may_be_nothing() -> None:
    divisors = re.findall(r" / \((?!1 \+)([^()]*)", "\n".join(file.read_text() for file in RULES))
    assert divisors
    assert all(re.search(r"(> 0|>= 30| \* )", divisor) for divisor in divisors)


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.stem)
def test_every_expression_on_one_line_parses(file: Path) -> None:
    for quoted in re.findall(r"^ +expr: (?!>-)(.+)$", file.read_text(), re.MULTILINE):
        expression = quoted.strip("'").replace("''", "'")
        promql_parser.parse(expression)
