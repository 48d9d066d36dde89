"""What the doctor says of a cluster, from what the cluster shows."""

from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from deploy.doctoring.brokers import Brokers, Disk, Versions, disks_in
from deploy.doctoring.cluster import _disks, _replicas, _versions
from deploy.doctoring.line import Grade
from streams.topics import TOPICS


class Shown:
    """Brokers that show what they are told to."""

    def __init__(self, missing: Mapping[int, int], versions: Versions | None = None) -> None:
        self._missing, self._versions = missing, versions
        self.asked: list[str] = []

    def out_of_step(self, topics: Sequence[str]) -> Mapping[int, int]:
        self.asked = list(topics)
        return self._missing

    def versions(self) -> Versions:
        assert self._versions is not None
        return self._versions

    def disks(self) -> list[Disk]:
        # What the library tells: room, a folder that was given up, and nothing to whoever may not ask.
        good = {"log_dir": "/a", "error_code": 0, "total_bytes": 10, "usable_bytes": 9}
        bad = {"log_dir": "/b", "error_code": 56, "total_bytes": -1, "usable_bytes": -1}
        return disks_in([{"broker": 1, "log_dirs": [good, bad]}, {"broker": 2, "log_dirs": []}])


def test_a_broker_that_is_gone_is_wrong_though_every_topic_has_its_copies_assigned() -> None:
    shown = Shown({2: 36})
    (line,) = _replicas(cast("Brokers", shown), "p", 0)
    assert (line.grade, line.found.startswith("broker 2 is behind, or gone, in 36 partitions")) == (Grade.WRONG, True)
    assert line.remedy
    assert len(shown.asked) == len(TOPICS)


def test_copies_that_are_all_in_step_are_fine() -> None:
    (line,) = _replicas(cast("Brokers", Shown({})), "", 0)
    assert line.grade is Grade.FINE


def test_a_disk_that_was_given_up_is_wrong_and_a_broker_that_does_not_say_is_not_passed_over() -> None:
    lines = list(_disks(cast("Brokers", Shown({})), "", 0))
    assert [(each.grade, each.found.partition(":")[0]) for each in lines] == [
        (Grade.FINE, "broker 1, /a"),
        (Grade.WRONG, "broker 1, /b"),
        (Grade.WARNING, "broker 2, ?"),
    ]


@pytest.mark.parametrize(
    ("versions", "grade", "said"),
    [
        (Versions({1: (4, 1), 2: (4, 1)}, 27, 27), Grade.FINE, "Kafka 4.1 at 1, 2; metadata.version 27"),
        (Versions({1: (4, 1)}, 25, 27), Grade.FINE, "metadata.version 25 of 27"),
        (Versions({1: (4, 0), 2: (4, 1)}, 25, 25), Grade.WARNING, "Kafka 4.0 at 1; 4.1 at 2"),
        (Versions({1: (3, 9)}, 0, 0), Grade.FINE, "not said"),
    ],
    ids=["one release", "not finished", "two releases", "not said"],
)
def test_what_the_brokers_answer_like_is_told(versions: Versions, grade: Grade, said: str) -> None:
    (line,) = _versions(cast("Brokers", Shown({}, versions)), "", 0)
    assert (line.grade, said in line.found) == (grade, True), line
