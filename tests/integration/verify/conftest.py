"""Workers that write the log which is verified."""

from collections.abc import Iterator

import pytest

from deploy.layout import Layout
from tests.chaos.crew import Crew


@pytest.fixture
def crew(kafka: str, topics: Layout) -> Iterator[Crew]:
    """Give two workers at work."""
    it = Crew(kafka, topics, module="tests.chaos.deciding")
    it.start(2)
    yield it
    it.stop()
