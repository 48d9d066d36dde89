"""A dossier is found by the index as by reading everything, whatever was added since, and whatever topic it was."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kafka import KafkaAdminClient

from deploy.admin import TopicAdmin
from deploy.cli.explain import command
from deploy.layout import Layout
from streams.sockets import direct
from streams.topics import EVENTS, TOPICS, prefixed
from tests.integration.verify.log import Written, decided, mailed
from tests.sources import sent, taken

DOSSIER = "muongnhe/1002"


@pytest.fixture(scope="module")
def good() -> Written:
    topics = decided(3)
    mailed(topics)
    return Written(topics)


@pytest.fixture
def index(kafka: str, topics: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", topics.prefix)
    return tmp_path / "index" / "places.sqlite"


def explained(index: Path | None, dossier: str = DOSSIER) -> dict[str, Any]:
    environment = {"DUNGHAN_AUDIT__INDEX": "" if index is None else str(index)}
    done = CliRunner().invoke(command, [dossier, "--as-of", "2020-04-01", "--json"], env=environment)
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.output)
    return told


def test_the_index_finds_what_reading_everything_finds(kafka: str, topics: Layout, good: Written, index: Path) -> None:
    good.publish(kafka, topics.prefix)
    whole = explained(None)
    assert "overdue" in json.dumps(whole)
    assert explained(index) == whole
    assert explained(index) == whole
    added = taken([sent("done", "2020-03-27 09:00", dossier=DOSSIER, result=True)])[0]
    place = next(place for place, records in good.topics.items() for key, _ in records
                 if place[0] == EVENTS.name and key == added.key)  # fmt: skip
    Written({place: [(added.key, added.value)]}).publish(kafka, topics.prefix)
    assert explained(index) == explained(None) != whole


def test_an_index_of_topics_that_are_there_no_more_is_built_again(
    kafka: str, topics: Layout, good: Written, index: Path
) -> None:
    good.publish(kafka, topics.prefix)
    explained(index)
    admin = KafkaAdminClient(**direct(kafka))
    admin.delete_topics([prefixed(topics.prefix, topic) for topic in TOPICS])
    admin.close()
    TopicAdmin(kafka, topics).apply()
    others = decided()
    mailed(others)
    Written({place: list(reversed(records)) for place, records in others.items()}).publish(kafka, topics.prefix)
    assert explained(index) == explained(None)


def test_a_file_that_is_no_index_is_said_to_be_none(kafka: str, topics: Layout, good: Written, index: Path) -> None:
    index.parent.mkdir()
    index.write_text("no index at all, but a note of some length that somebody left here" * 20)
    done = CliRunner().invoke(command, [DOSSIER, "--json"], env={"DUNGHAN_AUDIT__INDEX": str(index)})
    assert done.exit_code == 1
    assert "audit.index" in done.output
