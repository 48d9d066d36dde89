"""The AsyncAPI 3 document of the topics that others write and read, made from the contract, records and topics.

`python -m streams.wire.asyncapi` writes `docs/asyncapi.json`. Its schemas are JSON Schemas: of each kind of event
as it is sent, and of each record.
"""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from streams import topics
from streams.topics import Topic
from streams.wire import records
from streams.wire.cloudevents import LARGEST, LONGEST
from streams.wire.contract import CONTRACT
from streams.wire.schemas import LINES

FILE: Final = Path(__file__).parents[2] / "docs" / "asyncapi.json"
VERSION: Final = "1.0.0"
"""Of the contract: the last figure for words, the middle one for fields that were added; the first never changes."""
REF: Final = "#/components/schemas/{name}"
KIND_AT: Final = -2
KAFKA: Final = "0.5.0"


class Written(NamedTuple):
    """A topic that the product writes: the name of its channel, what it is, its records."""

    topic: Topic
    name: str
    told: str
    records: tuple[type[msgspec.Struct], ...]


_REJECTED: Final = "What could not be taken, with the reason and what may be kept of it."
WRITTEN: Final = (
    Written(topics.REJECTED, "rejected", _REJECTED, (records.Rejected,)),
    Written(topics.HEARD, "heard", "When each source and each unit was last heard of.", (records.Heard,)),
    Written(
        *(topics.NOTICES, "notices", "Someone must be told of a dossier, or no longer."),
        (records.Notice, records.Withdrawal, records.Mark),
    ),
    Written(
        *(topics.TALLIES, "tallies", "How many dossiers are alike, by unit and day."), (records.Tally, records.Counted)
    ),
    Written(topics.TRAIL, "trail", "What was decided, each line with the hash of the one before.", LINES),
)

Json = dict[str, Any]


def document() -> str:
    """Return the document as it is committed."""
    whole = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "dunghan: dossiers on time",
            "version": VERSION,
            "description": "CloudEvents 1.0 of one-stop systems in; notices, figures and a trail out. docs/events.md "
            "has the rules in words, docs/examples an event of each kind, docs/connect.md clients that run.",
        },
        "defaultContentType": "application/json",
        "channels": _channels(),
        "operations": _operations(),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _channels() -> Json:
    kinds = {kind: {"$ref": f"#/components/messages/{kind}"} for kind in _kinds()}
    said = (
        "What sources send. Any record key; the broker stamps the arrival. A prefix, if one is set, stands before it."
    )
    inbox = {"inbox": _channel(topics.INBOX, said, kinds)}
    return inbox | {
        one.name: _channel(
            one.topic,
            one.told,
            {each.__name__: {"$ref": f"#/components/messages/{each.__name__}"} for each in one.records},
        )
        for one in WRITTEN
    }


def _channel(topic: Topic, told: str, messages: Json) -> Json:
    configuration = {
        "cleanup.policy": [topic.settings["cleanup.policy"]],
        "max.message.bytes": int(topic.settings["max.message.bytes"]),
    }
    if "retention.ms" in topic.settings:
        configuration["retention.ms"] = int(topic.settings["retention.ms"])
    binding = {"topic": topic.name, "topicConfiguration": configuration, "bindingVersion": KAFKA}
    return {"address": topic.name, "description": told, "messages": messages, "bindings": {"kafka": binding}}


def _operations() -> Json:
    def operation(action: str, channel: str) -> Json:
        return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}

    return {"takeEvents": operation("receive", "inbox")} | {
        f"write{name.capitalize()}": operation("send", name) for _, name, _, _ in WRITTEN
    }


def _kinds() -> dict[str, str]:
    """Return the CloudEvents type of each kind by its name."""
    return {type_.split(".")[KIND_AT]: type_ for type_ in CONTRACT}


def _messages() -> Json:
    events = {
        kind: {
            "name": type_,
            "title": kind,
            "summary": (CONTRACT[type_].body.__doc__ or "").partition("\n")[0],
            "contentType": "application/cloudevents+json",
            "payload": {"$ref": REF.format(name=_whole(type_))},
            "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": KAFKA}},
        }
        for kind, type_ in _kinds().items()
    }
    written = {
        one.__name__: {"name": one.__name__, "payload": {"$ref": REF.format(name=one.__name__)}}
        for _, _, _, those in WRITTEN
        for one in those
    }
    return events | written


def _schemas() -> Json:
    types = [*(kind.shape for kind in CONTRACT.values()), *(one for _, _, _, those in WRITTEN for one in those)]
    _, found = msgspec.json.schema_components(types, ref_template=REF)
    return {_whole(type_): _event(type_) for type_ in CONTRACT} | dict(sorted(found.items()))


def _whole(type_: str) -> str:
    """Return the name of the schema of a whole event; that of its data is the shape's own."""
    return f"{CONTRACT[type_].shape.__name__}Event"


def _event(type_: str) -> Json:
    """Return the schema of a whole event in structured mode; in binary mode the attributes stand in headers `ce_…`."""
    shape = CONTRACT[type_].shape
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST}
    data = {"$ref": REF.format(name=shape.__name__)}
    required = ["specversion", "id", "source", "type", "subject", "time"]
    if any(field.required for field in msgspec.structs.fields(shape)):
        required.append("data")
    return {
        "type": "object",
        "description": f"At most {LARGEST} bytes. Attributes that are not named are left out.",
        "required": required,
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text | {"description": "Unique within the source."},
            "source": text | {"description": "Who reports."},
            "type": {"const": type_},
            "subject": text | {"pattern": "^[^/\\s][^/]*/.*\\S$", "description": "home/code: the dossier."},
            "time": {"type": "string", "format": "date-time", "description": "When it happened, with zone."},
            "recordedtime": {"type": "string", "format": "date-time", "description": "When it was keyed, if known."},
            "datacontenttype": {"const": "application/json"},
            "data": data,
        },
    }


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
