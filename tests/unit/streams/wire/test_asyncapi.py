"""What those who connect build on: the AsyncAPI document, its schemas, and twenty examples that are taken."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from streams.topics import INBOX, TOPICS
from streams.wire import cloudevents
from streams.wire.asyncapi import FILE, document
from streams.wire.contract import CONTRACT
from streams.wire.malformed import Malformed

ROOT = Path(__file__).parents[4]
ASYNCAPI = ROOT / "tests" / "data" / "asyncapi" / "3.0.0.json"
DOCUMENT: dict[str, Any] = json.loads(document())
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.json"))
IDS = [file.stem for file in EXAMPLES]


def schema_of(type_: str) -> dict[str, Any]:
    kind = type_.split(".")[-2]
    payload: dict[str, Any] = DOCUMENT["components"]["messages"][kind]["payload"]
    return payload | {"components": DOCUMENT["components"]}


def valid(event: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(schema_of(event["type"]), validate_formats=True).is_valid(event)


def test_the_committed_document_is_the_one_that_the_types_give() -> None:
    """Where this fails: is the change additive? Then `python -m streams.wire.asyncapi`."""
    assert FILE.read_text(encoding="utf-8") == document()


def test_the_document_is_one_by_the_schema_of_asyncapi() -> None:
    validator = jsonschema_rs.Draft7Validator(json.loads(ASYNCAPI.read_text(encoding="utf-8")))
    assert [str(error) for error in validator.iter_errors(DOCUMENT)] == []
    assert not validator.is_valid(DOCUMENT | {"operations": {"x": {"action": "eat"}}})


def test_every_kind_can_be_sent_to_the_inbox_and_every_channel_is_a_topic() -> None:
    assert {name.split(".")[-2] for name in CONTRACT} == set(DOCUMENT["channels"]["inbox"]["messages"])
    assert DOCUMENT["channels"]["inbox"]["address"] == INBOX.name
    assert {channel["address"] for channel in DOCUMENT["channels"].values()} <= {topic.name for topic in TOPICS}


def test_every_reference_within_the_document_leads_somewhere() -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            return [node["$ref"]] if "$ref" in node else [each for item in node.values() for each in references(item)]
        return [each for item in node for each in references(item)] if isinstance(node, list) else []

    found = references(DOCUMENT)
    assert found
    for reference in found:
        place = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_there_are_twenty_examples_and_together_they_show_every_kind() -> None:
    events = [json.loads(file.read_bytes()) for file in EXAMPLES]
    assert len(events) == 20
    assert {event["type"] for event in events} == set(CONTRACT)
    assert len({(event["source"], event["id"]) for event in events}) == 20


@pytest.mark.parametrize("file", EXAMPLES, ids=IDS)
def test_an_example_is_taken_whole_and_its_schema_agrees(file: Path) -> None:
    value = file.read_bytes()
    event = json.loads(value)
    sent = cloudevents.received(value)
    assert set(event.get("data", {})) <= set(sent.data.__struct_fields__), "a field that would be left out"
    assert valid(event)


@pytest.mark.parametrize("file", EXAMPLES, ids=IDS)
def test_what_the_schema_does_not_take_is_not_taken(file: Path) -> None:
    event = json.loads(file.read_bytes())
    for spoiled in (
        *({name: value for name, value in event.items() if name != left_out} for left_out in ("id", "time", "subject")),
        {**event, "subject": "nohome"},
        {**event, "source": ""},
        {**event, "data": 7},
    ):
        assert not valid(spoiled)
        with pytest.raises(Malformed):
            cloudevents.received(json.dumps(spoiled).encode())
