"""The OpenAPI 3.1 document, made from the contract: `python -m deploy.gateway.openapi` writes docs/openapi.json."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from deploy.gateway import incoming, paths
from deploy.gateway.refusals import MEDIA_TYPE, STATUS, Why
from deploy.gateway.schemas import ATTRIBUTES, REQUIRED, schemas
from streams.wire.contract import CONTRACT

FILE: Final = Path(__file__).parents[2] / "docs" / "openapi.json"
REFUSALS: Final = (
    *(Why.NOT_JSON, Why.NO_TOKEN, Why.NOT_YOURS, Why.TOO_SLOW, Why.TOO_LARGE, Why.NOT_SUPPORTED),
    *(Why.INVALID, Why.TOO_FAST, Why.BROKEN, Why.AWAY),
)


def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "dunghan gateway",
            "version": "1",
            "description": "Events of dossiers over HTTP. 202 means that the broker has them for good.",
        },
        "paths": {
            paths.EVENTS: {"post": _post("sendEvents", "CloudEvents, one or a batch", _EVENTS)},
            paths.BINARY: {
                "post": _post("sendBinaryEvent", "One CloudEvent in binary mode", _DATA, parameters=_headers())
            },
            paths.DOSSIERS: {"post": _post("sendDossiers", _NATIONAL_SAYS, _NATIONAL, parameters=[_HOME])},
            paths.HEALTH: {"get": _get("isAlive", "Whether the gateway is at work", "Alive")},
            paths.READY: {"get": _get("isReady", "Whether events would be taken now", "Broker")},
            paths.METRICS: {"get": _shown("metrics", "The figures, for Prometheus", _OPENMETRICS)},
            paths.DOCUMENT: {"get": _shown("document", "This document", {"application/json": {"schema": True}})},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas(),
        },
    }


_OPENMETRICS: Final = {"application/openmetrics-text": {"schema": {"type": "string"}}}
_EVENTS: Final = {
    incoming.STRUCTURED: {"schema": {"$ref": "#/components/schemas/Event"}},
    incoming.BATCH: {"schema": {"$ref": "#/components/schemas/Batch"}},
}
_DATA: Final = {incoming.JSON: {"schema": {"type": "object"}}}


_NATIONAL: Final = {incoming.JSON: {"schema": {"$ref": "#/components/schemas/DongBoHoSoMC"}}}
_NATIONAL_SAYS: Final = "Dossiers of the national synchronisation: a list, one, or either under `data`"
_HOME: Final[dict[str, Any]] = {
    "name": "home",
    "in": "query",
    "description": "Whose dossiers they are; may be left out where the token speaks for one home.",
    "schema": {"type": "string", "pattern": r"^[a-z0-9.-]+$", "maxLength": 100},
}


def text() -> str:
    """Return the document as it is committed and served."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _post(
    name: str, summary: str, content: dict[str, Any], *, parameters: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    refused = {str(STATUS[why][0]): _refusal(why) for why in REFUSALS}
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"token": []}],
        "parameters": list(parameters),
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
    known = {**ATTRIBUTES, "type": {"enum": list(CONTRACT)}}
    order = ("specversion", "id", "source", "type", "subject", "time", "recordedtime")
    return [
        {
            "name": f"ce-{name}",
            "in": "header",
            "required": name in (*REQUIRED, "type"),
            "schema": _in_header(known[name]),
        }
        for name in order
    ]


def _in_header(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("maxLength") and "pattern" not in schema:
        return {**schema, "pattern": r"^[A-Za-z0-9._~/-]+$"}
    return {**schema, "pattern": r"^[A-Za-z0-9._~-]+/[A-Za-z0-9._~-]+$"} if "pattern" in schema else schema


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
