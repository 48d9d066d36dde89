"""The document that is served is the one that is committed."""

import json

from deploy.gateway import openapi


def test_the_committed_document_is_made_from_the_contract() -> None:
    assert openapi.FILE.read_text(encoding="utf-8") == openapi.text(), "run python -m deploy.gateway.openapi"


def test_every_reference_leads_somewhere() -> None:
    whole = openapi.document()
    schemas = whole["components"]["schemas"]
    named = [part.partition('"')[0] for part in json.dumps(whole).split("#/components/schemas/")[1:]]
    assert named
    assert set(named) <= set(schemas)
