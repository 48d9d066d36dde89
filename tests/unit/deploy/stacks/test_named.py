"""Whatever a file under deploy/ names (variables, ports, topics, groups, metrics, commands) there is in the code."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import click
import pytest

from deploy.cli import main
from deploy.sections import Gateway, Scoreboard
from deploy.settings import variables
from streams.topics import TOPICS
from tests.unit.deploy.stacks.shipped import ROOT, commands

OURS = ("alerts", "dashboards", "deploy", "streams")
RULES = ROOT / "dashboards" / "prometheus" / "rules"
METRIC = re.compile(r"(?<![\w:])dunghan_[a-z_]+")
ALERT = re.compile(r"\bDunghan[A-Z]\w+")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", "deploy"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


FILES = sorted(
    each
    for each in _tracked()
    if each.suffix in {".yaml", ".yml", ".service", ".target", ".example", ".tmpl", ".sysusers"}
    or each.name == "Dockerfile"
)


def said(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def declared() -> frozenset[str]:
    """Return every word in the code of which a metric's name can be made, with or without what is put before it."""
    return frozenset(
        node.value
        for package in OURS
        for file in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[a-z_]+", node.value)
    )


def is_declared(metric: str) -> bool:
    ends = ("", "_total", "_bucket", "_sum", "_count", "_created")
    bare = {metric.removesuffix(end).removeprefix("dunghan_") for end in ends if metric.endswith(end)}
    # Sources and units show the same; the gateway puts its name before all of its own.
    bare |= {re.sub(r"^(source|unit|gateway)_", "", name) for name in bare}
    return bool((bare | {f"dunghan_{name}" for name in bare}) & declared())


def test_there_are_files_to_look_at() -> None:
    assert {each.parent.name for each in FILES} >= {"alertmanager", "compose", "image", "systemd", "base", "nation"}


@pytest.mark.parametrize("file", FILES, ids=lambda each: str(each.relative_to(ROOT)))
def test_every_variable_is_a_setting(file: Path) -> None:
    named = set(re.findall(r"\bDUNGHAN_[A-Z0-9_]*__[A-Z0-9_]+", said(file)))
    assert named - set(variables()) == set()


@pytest.mark.parametrize("file", FILES, ids=lambda each: str(each.relative_to(ROOT)))
def test_every_metric_and_every_alert_is_declared(file: Path) -> None:
    assert [each for each in METRIC.findall(said(file)) if not is_declared(each)] == []
    alerts = set(ALERT.findall("".join(each.read_text(encoding="utf-8") for each in RULES.glob("*.yml"))))
    assert set(ALERT.findall(said(file))) - alerts == set()


def test_a_metric_that_nobody_declares_is_found() -> None:
    assert is_declared("dunghan_lag_seconds")
    assert not is_declared("dunghan_lag_minutes")


@pytest.mark.parametrize("file", FILES, ids=lambda each: str(each.relative_to(ROOT)))
def test_every_topic_is_one_of_the_design(file: Path) -> None:
    named = set(re.findall(r"\b(?:dossier|unit|mail|office|import)\.[a-z]+\b(?![.\w])", said(file)))
    hosts = {"mail.dienbien"}
    assert named - hosts - {topic.name for topic in TOPICS} == set()


@pytest.mark.parametrize(("place", "given"), list(commands()), ids=lambda each: each if isinstance(each, str) else "")
def test_every_command_there_is_with_its_options(place: str, given: list[str]) -> None:
    context = click.Context(main)
    command: click.Command = main
    left = given
    while isinstance(command, click.Group) and left:
        found = command.get_command(context, left[0])
        assert found is not None, f"{place}: dunghan {' '.join(given)}"
        command, left = found, left[1:]
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    assert {each for each in left if each.startswith("-")} <= options, place


def test_every_port_that_the_page_of_installation_names_is_opened_by_a_stack() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:[A-Za-z]|\),) ([1-9]\d{3})\b", page))
    opened = set(re.findall(r"127\.0\.0\.1:(\d{4}):", said(ROOT / "deploy" / "compose" / "compose.yaml")))
    for unit in (ROOT / "deploy" / "systemd").glob("*.service"):
        opened |= set(re.findall(r"PORT=(\d{4})", said(unit).replace("912%i", "9121")))
    assert len(named) >= 8
    assert named <= opened


def test_the_ports_are_those_of_the_settings() -> None:
    ports = {Gateway().port, Scoreboard().port}
    for name in ("compose/compose.yaml", "systemd/dunghan-gateway.service", "systemd/dunghan-scoreboard.service"):
        assert any(str(port) in said(ROOT / "deploy" / name) for port in ports), name
