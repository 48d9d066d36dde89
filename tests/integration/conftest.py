"""Real servers for the tests; the Kafka of the whole run is that of `tests/conftest.py`."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.admin import TopicAdmin
from deploy.layout import Layout
from deploy.local.mailbox import LocalMailbox

PARTITIONS = 4


@pytest.fixture
def prefix() -> str:
    """Give a topic prefix that no other test uses."""
    return f"t{uuid.uuid4().hex[:10]}"


@pytest.fixture
def layout(prefix: str) -> Layout:
    """Say how the test's topics stand: 4 partitions, one copy; a test that needs others parametrizes `layout`."""
    return Layout(prefix=prefix, partitions=PARTITIONS, replication=1)


@pytest.fixture
def topics(kafka: str, layout: Layout) -> Iterator[Layout]:
    """Make all topics under the prefix, give their layout, and delete them afterwards."""
    admin = TopicAdmin(kafka, layout)
    admin.apply()
    yield layout
    admin.delete()


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[LocalMailbox]:
    """Give a real SMTP server that writes what it takes under the test's own folder."""
    with LocalMailbox(tmp_path / "mail") as box:
        yield box
