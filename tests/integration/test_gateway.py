"""The gateway as a process, on a real Kafka: what it answers 202 is there for good, whoever is killed."""

from tests.chaos.gateway import storm


def test_nothing_answered_202_is_lost_when_gateway_and_broker_are_killed() -> None:
    came = storm(kills=3, brokers=1)
    assert (came.lost, came.wrong) == (0, 0)
    assert came.answered >= 15 * 20
