"""The threat model points to tests, and they are there."""

import ast
import re
from pathlib import Path

import pytest

from streams.topics import TOPICS

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
POINTERS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", MODEL)))
SAID = ("not shown", "Not shown", "as above")


def test_there_are_pointers() -> None:
    assert len(POINTERS) >= 30


@pytest.mark.parametrize(("file", "name"), POINTERS, ids=[name for _, name in POINTERS])
def test_a_test_that_the_threat_model_names_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_bytes())
    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def rows() -> list[str]:
    return [
        line
        for line in MODEL.splitlines()
        if line.startswith("|") and not line.startswith(("|---", "| topic", "| who |"))
    ]


@pytest.mark.parametrize("row", rows(), ids=[row.split("|")[1].strip() for row in rows()])
def test_every_threat_has_a_test_or_says_that_there_is_none(row: str) -> None:
    assert "`tests/" in row or any(said in row for said in SAID)


def test_every_topic_is_in_it() -> None:
    table = MODEL.partition("## Who writes a topic")[2].partition("## Who does what")[0]
    assert not [topic.name for topic in TOPICS if f"`{topic.name}`" not in table]
