"""Placing records: nobody there is told, and nothing is left open."""

import pytest

from streams.engine.connection import Connection
from streams.engine.placing import NotPlaced, Placer


def test_a_cluster_that_is_not_there_is_told() -> None:
    with pytest.raises(NotPlaced, match=r"127\.0\.0\.1:1"), Placer(Connection("127.0.0.1:1", "", ""), "x"):
        pass
