"""What the OpenAPI document says is what the gateway does, by the account of schemathesis, over real HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from deploy.gateway import openapi, paths
from tests.gateway import HOME, LIMITS, NOW, Office
from tests.serving import served
from tests.sources import SOURCE

schema = schemathesis.openapi.from_dict(openapi.document())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("gateway"), limits=LIMITS)


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    with served(office.app) as port:
        yield f"http://127.0.0.1:{port}"


def mended(event: Any) -> Any:
    """Return an event with what no schema can say: the token's source and home, and no time in the future."""
    if isinstance(event, list):
        return [mended(each) for each in event]
    past = datetime.fromtimestamp(NOW - 86_400, UTC).isoformat()
    code = event["subject"].partition("/")[2][:200]
    return {**event, "source": SOURCE, "subject": f"{HOME}/{code}", "time": past}


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_the_gateway_does_what_its_document_says(case: Any, office: Office, address: str) -> None:
    body_is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    if body_is_valid and case.path == paths.EVENTS:
        case.body = mended(case.body)
    # Which data a kind wants depends on a header, and that a moment is past on the day: no schema can say so.
    left_out = [] if case.path == paths.EVENTS else [positive_data_acceptance]
    headers = {"Authorization": f"Bearer {office.token}"}
    case.call_and_validate(base_url=address, headers=headers, excluded_checks=left_out)
