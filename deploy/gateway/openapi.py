"""The OpenAPI 3.1 document, made from the contract: `python -m deploy.gateway.openapi` writes docs/openapi.json."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.gateway import incoming, paths
from deploy.gateway.refusals import MEDIA_TYPE, STATUS, Problem, Why
from streams.wire.cloudevents import LONGEST
from streams.wire.contract import CONTRACT

FILE: Final = Path(__file__).parents[2] / "docs" / "openapi.json"
MOST_IN_A_BATCH: Final = 1000
REFUSALS: Final = (
    *(Why.NOT_JSON, Why.NO_TOKEN, Why.NOT_YOURS, Why.TOO_SLOW, Why.TOO_LARGE, Why.NOT_SUPPORTED),
    *(Why.INVALID, Why.TOO_FAST, Why.BROKEN, Why.AWAY),
)
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_TIME: Final = {"type": "string", "format": "date-time"}
_ATTRIBUTES: Final[dict[str, Any]] = {
    "specversion": {"const": "1.0"},
    "id": {**_TEXT, "description": "Unique within the source; the same event sent again counts once."},
    "source": {**_TEXT, "description": "Who reports; the token's own."},
    "subject": {**_TEXT, "pattern": r"^[^\s/]+/[^\s/]+$", "description": "home/code, the dossier."},
    "time": {**_TIME, "description": "When it happened, with zone; at the most a day ahead."},
    "recordedtime": {**_TIME, "description": "When it was keyed."},
}
_REQUIRED: Final = ("specversion", "id", "source", "subject", "time")


def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "dunghan gateway",
            "version": "1",
            "description": "Events of dossiers over HTTP. 202 means that the broker has them for good.",
            "license": {"name": "proprietary"},
        },
        "paths": {
            paths.EVENTS: {"post": _post("sendEvents", "CloudEvents, one or a batch", _EVENTS)},
            paths.BINARY: {
                "post": _post("sendBinaryEvent", "One CloudEvent in binary mode", _DATA, headers=_headers())
            },
            paths.HEALTH: {"get": _get("isAlive", "Whether the gateway is at work", "Alive")},
            paths.READY: {"get": _get("isReady", "Whether events would be taken now", "Broker")},
            paths.METRICS: {"get": _shown("metrics", "The figures, for Prometheus", _OPENMETRICS)},
            paths.DOCUMENT: {"get": _shown("document", "This document", {"application/json": {"schema": True}})},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


_OPENMETRICS: Final = {"application/openmetrics-text": {"schema": {"type": "string"}}}
_EVENTS: Final = {
    incoming.STRUCTURED: {"schema": {"$ref": "#/components/schemas/Event"}},
    incoming.BATCH: {"schema": {"$ref": "#/components/schemas/Batch"}},
}
_DATA: Final = {incoming.JSON: {"schema": {"type": "object"}}}


def text() -> str:
    """Return the document as it is committed and served."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _post(
    name: str, summary: str, content: dict[str, Any], *, headers: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    refused = {str(STATUS[why][0]): _refusal(why) for why in REFUSALS}
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"token": []}],
        "parameters": list(headers),
        "requestBody": {"required": True, "content": content},
        "responses": {"202": _response("Written; all of them", "Accepted"), **refused},
    }


def _get(name: str, summary: str, schema: str) -> dict[str, Any]:
    responses = {"200": _response("Yes", schema), "503": _response("No", schema)}
    return {"operationId": name, "summary": summary, "responses": responses}


def _shown(name: str, summary: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": name, "summary": summary, "responses": {"200": {"description": "Yes", "content": content}}}


def _response(told: str, schema: str) -> dict[str, Any]:
    reference = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"description": told, "content": {"application/json": reference}}


def _refusal(why: Why) -> dict[str, Any]:
    status, title = STATUS[why]
    headers: dict[str, Any] = {}
    if status in (429, 503):
        headers = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
    if status == 401:  # noqa: PLR2004 - HTTP's number
        headers = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": title, "content": content, **({"headers": headers} if headers else {})}


def _headers() -> list[dict[str, Any]]:
    """Return the attributes as headers: printable ASCII, everything else percent-encoded."""
    schemas = {**_ATTRIBUTES, "type": {"enum": list(CONTRACT)}}
    order = ("specversion", "id", "source", "type", "subject", "time", "recordedtime")
    return [
        {
            "name": f"ce-{name}",
            "in": "header",
            "required": name in (*_REQUIRED, "type"),
            "schema": _in_header(schemas[name]),
        }
        for name in order
    ]


def _in_header(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("maxLength") and "pattern" not in schema:
        return {**schema, "pattern": r"^[A-Za-z0-9._~/-]+$"}
    return {**schema, "pattern": r"^[A-Za-z0-9._~-]+/[A-Za-z0-9._~-]+$"} if "pattern" in schema else schema


def _schemas() -> dict[str, Any]:
    kinds = {name: msgspec.json.schema(kind.shape) for name, kind in CONTRACT.items()}
    events = [_event(name, schema) for name, schema in kinds.items()]
    _, problems = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
    return {
        "Event": {"oneOf": [{"$ref": f"#/components/schemas/{each['title']}"} for each in events]},
        "Batch": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}, "maxItems": MOST_IN_A_BATCH},
        **{each["title"]: each for each in events},
        **problems,
        "Accepted": _object(accepted={"type": "integer", "minimum": 0}),
        "Alive": _object(alive={"type": "boolean"}, broker={"enum": ["up", "away"]}),
        "Broker": _object(broker={"enum": ["up", "away"]}),
    }


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _event(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    data = _data(schema)
    needs = ["data"] if data.get("required") else []
    return {
        "title": name.removeprefix("vn.dunghan.dossier."),
        "type": "object",
        "properties": {
            **_ATTRIBUTES,
            "type": {"const": name},
            "datacontenttype": {"const": "application/json"},
            "data": data,
        },
        "required": [*_REQUIRED, "type", *needs],
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


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
