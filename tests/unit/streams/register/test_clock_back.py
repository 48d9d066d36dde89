"""A clock that runs backwards: time in a partition stands still until it has caught up, over a restart too."""

from tests.sources import at, sent
from tests.unit.streams.register.test_register import ACCEPTED, labels, live, notices, register

WARNED = at("2020-03-05 08:00")


def test_nothing_is_decided_again_and_no_time_is_taken_back() -> None:
    step = register()
    live(step, ACCEPTED, now=at("2020-03-02 08:00"))
    assert notices(step.tick(WARNED)) == [("tell", "due_soon")]
    for back in (WARNED - 1, WARNED - 86_400, 0):
        assert step.tick(back).outputs == {}
        assert step.now == WARNED


def test_a_record_that_arrives_meanwhile_is_taken_at_the_time_the_partition_had_come_to() -> None:
    step = register()
    live(step, ACCEPTED, now=at("2020-03-02 08:00"))
    step.tick(WARNED)
    epoch = live(step, sent("done", "2020-03-04 09:00"), now=WARNED - 7_200)
    assert labels(epoch) == ["closed_early"]
    assert notices(epoch) == [("withdraw", "due_soon")]
    assert step.now == WARNED


def test_a_worker_that_begins_again_with_a_clock_behind_tells_nobody_twice() -> None:
    step = register()
    epochs = [live(step, ACCEPTED, now=at("2020-03-02 08:00")), step.tick(WARNED)]
    again = register()
    again.restore([(key or b"", value) for epoch in epochs for key, value in epoch.outputs["dossier.state", 0]])
    assert notices(again.tick(WARNED - 86_400)) == []
    assert (again.now, notices(again.tick(WARNED + 1))) == (WARNED, [])
    told = [notices(again.tick(at(hour))) for hour in ("2020-03-09 07:30", "2020-03-09 08:01")]
    assert told == [[("tell", "due_today")], [("tell", "overdue")]]
