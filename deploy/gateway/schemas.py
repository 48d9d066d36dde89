"""The JSON Schemas of what the gateway takes and answers, made from the contract and from the shipped mapping."""

from typing import Any, Final

import msgspec

from deploy.connect.sources import Column, load_sources
from deploy.gateway import national
from deploy.gateway.refusals import Problem
from streams.wire.cloudevents import LONGEST
from streams.wire.contract import CONTRACT

MOST_IN_A_BATCH: Final = 1000
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_WHEN: Final = (
    r"^(19|20)\d\d((0[13578]|1[02])(0[1-9]|[12]\d|3[01])|(0[469]|11)(0[1-9]|[12]\d|30)|02(0[1-9]|1\d|2[0-8]))"
    r"([01]\d|2[0-3])[0-5]\d[0-5]\d$"
)
_TIME: Final = {"type": "string", "format": "date-time"}
ATTRIBUTES: Final[dict[str, Any]] = {
    "specversion": {"const": "1.0"},
    "id": {**_TEXT, "description": "Unique within the source; the same event sent again counts once."},
    "source": {**_TEXT, "description": "Who reports; the token's own."},
    "subject": {
        **_TEXT,
        "pattern": r"^[^\s/\x00-\x1f\x7f-\xa0]+/[^\s/\x00-\x1f\x7f-\xa0]+$",
        "description": "home/code, the dossier.",
    },
    "time": {**_TIME, "description": "When it happened, with zone; at the most a day ahead."},
    "recordedtime": {**_TIME, "description": "When it was keyed."},
}
REQUIRED: Final = ("specversion", "id", "source", "subject", "time")


def schemas() -> dict[str, Any]:
    """Return every schema by its name."""
    kinds = {name: msgspec.json.schema(kind.shape) for name, kind in CONTRACT.items()}
    events = [_event(name, schema) for name, schema in kinds.items()]
    _, problems = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
    return {
        "Event": {"oneOf": [{"$ref": f"#/components/schemas/{each['title']}"} for each in events]},
        "Batch": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}, "maxItems": MOST_IN_A_BATCH},
        **{each["title"]: each for each in events},
        **problems,
        **_national(),
        "Accepted": _object(accepted={"type": "integer", "minimum": 0}),
        "Alive": _object(alive={"type": "boolean"}, broker={"enum": ["up", "away"]}),
        "Broker": _object(broker={"enum": ["up", "away"]}),
    }


def _national() -> dict[str, Any]:
    """Return the fields that the shipped mapping reads; all others are passed over."""
    mapping = next(each for each in load_sources() if each.name == "national")
    moments = {Column.DUE_AT, *national.BEGINS}
    when: dict[str, Any] = {
        "type": "string",
        "pattern": f"^$|{_WHEN}",
        "description": "yyyyMMddHHmmss, Vietnamese time",
    }
    words: dict[str, Any] = {"type": "string", "maxLength": LONGEST}
    fields: dict[str, Any] = {
        heading: when if column in moments else words
        for column, headings in mapping.columns.items()
        for heading in headings
    }
    needed = [mapping.columns[column][0] for column in (Column.CODE, Column.STATE)]
    for heading in needed:
        fields[heading] = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": r"^[A-Za-z0-9._-]+$"}
    one = {"type": "object", "properties": fields, "required": needed}
    several = {"type": "array", "items": {"$ref": "#/components/schemas/HoSo"}, "maxItems": MOST_IN_A_BATCH}
    return {"HoSo": one, "DongBoHoSoMC": {"oneOf": [{"$ref": "#/components/schemas/HoSo"}, several]}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _event(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    data = _data(schema)
    needs = ["data"] if data.get("required") else []
    return {
        "title": name.removeprefix("vn.dunghan.dossier."),
        "type": "object",
        "properties": {
            **ATTRIBUTES,
            "type": {"const": name},
            "datacontenttype": {"const": "application/json"},
            "data": data,
        },
        "required": [*REQUIRED, "type", *needs],
    }


def _data(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a kind's data with what it refers to put in its place."""
    shapes = schema.get("$defs", {})

    def whole(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return whole(shapes[part["$ref"].rpartition("/")[2]])
            return {name: whole(value) for name, value in part.items() if name not in ("$defs", "title")}
        return [whole(each) for each in part] if isinstance(part, list) else part

    found: dict[str, Any] = whole(schema)
    return found
