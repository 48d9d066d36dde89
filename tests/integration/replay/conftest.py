"""What every replay of a log needs: that log on the broker, and a command line that knows of it."""

import pytest

from deploy.layout import Layout
from tests.integration.verify.log import Written


@pytest.fixture
def on_broker(kafka: str, topics: Layout, written: Written, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Put on the broker what the test's module has `written`."""
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", topics.prefix)
    written.publish(kafka, topics.prefix)
    return written
