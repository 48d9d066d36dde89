"""The log of the processes: what its lines may say, in which form, and the page that names every one of them."""

import ast
import functools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

# A process of its own: how one logs is set once, and for all of it.
FAILS = """
import logging
from deploy import logs
from deploy.sections import Logs

logs.set_up(Logs(form={form!r}))

def worked_on(name):
    return 1 / (len(name) - 6)

try:
    worked_on("".join(reversed("nêyugN")))
except ZeroDivisionError as error:
    logging.getLogger("library").error("failed", exc_info=error)
"""


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_error_in_a_library_is_logged_with_its_way_and_without_its_values(form: str) -> None:
    command = [sys.executable, "-W", "error", "-c", FAILS.format(form=form)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert "ZeroDivisionError: division by zero" in told
    assert "in worked_on" in told
    assert "Nguyên" not in told
    assert "Nguy\\u00ean" not in told


SAYS = """
import structlog
from deploy import logs
from deploy.sections import Logs

logs.set_up(Logs(form="json", level={level!r}))
log = structlog.get_logger()
log.debug("decided")
log.info("epochs")
log.error("differs")
"""


@pytest.mark.parametrize(
    ("level", "told"),
    [("debug", ["decided", "epochs", "differs"]), ("info", ["epochs", "differs"]), ("error", ["differs"])],
)
def test_what_is_told_begins_at_the_level_of_the_settings(level: str, told: list[str]) -> None:
    command = [sys.executable, "-W", "error", "-c", SAYS.format(level=level)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()
    assert [json.loads(line)["event"] for line in lines] == told


LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
PAGE = ROOT / "docs" / "logs.md"


@functools.cache
def in_code() -> dict[str, tuple[str, frozenset[str]]]:
    """Return each event that is logged: its level and the fields it is always given, `…` where it has others."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for package in ("streams", "alerts", "dashboards", "deploy"):
        for file in (ROOT / package).rglob("*.py"):
            code = file.read_bytes()
            for node in ast.walk(ast.parse(code)) if b"log." in code or b"logging" in code else ():
                match node:
                    case ast.Call(ast.Attribute(ast.Name("log"), level), [ast.Constant(str(name))]) if level in LEVELS:
                        others = found.get(name, (level, frozenset()))[1]
                        found[name] = (level, others | {field.arg or "…" for field in node.keywords})
                    case ast.Call(ast.Attribute(ast.Name("logging"), "getLogger"), [ast.Constant(_)]):
                        pass  # a library's, made quieter or louder
                    case ast.Call(ast.Attribute(ast.Name("logging"), made)) if file.name != "logs.py":
                        raise AssertionError(f"{file}: logging.{made}: our own lines are events with names")
    return found


@functools.cache
def on_the_page() -> dict[str, tuple[str, frozenset[str]]]:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| [^|]+ \| ([^|]*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: (level, frozenset(re.findall(r"`([^`]+)`", fields))) for name, level, fields in rows}


def test_every_event_of_the_log_stands_on_its_page_and_the_other_way_round() -> None:
    logged, told = in_code(), on_the_page()
    assert len(logged) > 25
    assert set(logged) == set(told)
    assert {name: level for name, (level, _) in logged.items()} == {name: level for name, (level, _) in told.items()}


@pytest.mark.parametrize("name", in_code())
def test_a_line_has_the_fields_that_its_page_names(name: str) -> None:
    logged, told = in_code()[name][1], on_the_page()[name][1]
    assert logged - {"…"} <= told
    assert "…" in logged or logged == told


def test_a_name_of_an_event_is_a_word_that_can_be_searched_for() -> None:
    assert [name for name in in_code() if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
