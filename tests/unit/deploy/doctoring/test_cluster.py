"""What the doctor says of a cluster, from what the cluster shows."""

from collections.abc import Mapping, Sequence
from typing import cast

from deploy.doctoring.brokers import Brokers
from deploy.doctoring.cluster import _replicas
from deploy.doctoring.line import Grade
from streams.topics import TOPICS


class Shown:
    """Brokers of which some are out of step."""

    def __init__(self, missing: Mapping[int, int]) -> None:
        self._missing = missing
        self.asked: list[str] = []

    def out_of_step(self, topics: Sequence[str]) -> Mapping[int, int]:
        self.asked = list(topics)
        return self._missing


def test_a_broker_that_is_gone_is_wrong_though_every_topic_has_its_copies_assigned() -> None:
    shown = Shown({2: 36})
    (line,) = _replicas(cast("Brokers", shown), "p", 0)
    assert (line.grade, line.found.startswith("broker 2 is behind, or gone, in 36 partitions")) == (Grade.WRONG, True)
    assert line.remedy
    assert len(shown.asked) == len(TOPICS)


def test_copies_that_are_all_in_step_are_fine() -> None:
    (line,) = _replicas(cast("Brokers", Shown({})), "", 0)
    assert line.grade is Grade.FINE
