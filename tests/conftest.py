"""What every test shares.

How deep laws are searched: `ci` by default, `law` and `fuzz` for the make targets. How a command that ran within a test
logs is forgotten after it: another test asks what is told, at every level. One Kafka for the whole run.
"""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.register_profile("law", max_examples=10_000, deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.register_profile("fuzz", max_examples=1_000, deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def _logs_as_at_the_start() -> Iterator[None]:
    yield
    # Not imported for it: where only the rules are tried (`make mutation`), there is none.
    if "structlog" in sys.modules:
        sys.modules["structlog"].reset_defaults()


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """Give a real cluster's address: DUNGHAN_KAFKA__BOOTSTRAP where it is set, else one broker for this run."""
    given = os.environ.get("DUNGHAN_KAFKA__BOOTSTRAP")
    if given:
        yield given
        return
    from deploy.local.kafka import LocalKafka  # noqa: PLC0415 - `make mutation` tries the rules without its libraries

    with LocalKafka() as local:
        yield local.bootstrap
