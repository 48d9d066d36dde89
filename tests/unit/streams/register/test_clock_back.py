"""A clock that runs backwards: time in a partition stands still until it has caught up, over a restart too."""

from prometheus_client import CollectorRegistry

from streams.core.editions import Edition
from streams.metrics import RegisterMetrics
from streams.register.entries import PARTITION_KEY, partition_of
from streams.register.register import Register
from tests.property.test_redating import NEW, OLD, Reference
from tests.sources import at, sent, taken
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


def test_while_its_time_is_ahead_dossiers_are_judged_again_all_the_same() -> None:
    """The clock was ahead and was put right: nothing that is to be done at once waits until it has caught up."""
    reference = Reference(Edition(0, OLD))
    step = Register(0, rules=reference, metrics=RegisterMetrics(CollectorRegistry()), redated=1)
    names = [f"muongnhe/{number}" for number in range(3)]
    step.take(taken([sent("accepted", "2020-03-02 08:00", dossier=name, procedure="1", unit="m",
                          limit="2 working days") for name in names]), now=WARNED)  # fmt: skip
    right = WARNED - 86_400
    reference.learn(Edition(0, OLD), Edition(right + 60, NEW))
    for _ in names:
        assert step.next_at is not None
        assert step.next_at <= right
        step.tick(right)
    kept = partition_of(dict(step.tick(right, always=True).outputs["dossier.state", 0])[PARTITION_KEY])
    assert kept is not None
    assert (kept.reference, kept.cursor, kept.now) == (NEW.version, None, WARNED)


def test_a_worker_that_begins_again_while_its_time_is_ahead_says_so_at_once() -> None:
    step = register()
    epochs = [live(step, ACCEPTED, now=at("2020-03-02 08:00")), step.tick(WARNED)]
    again = register()
    again.restore([(key or b"", value) for epoch in epochs for key, value in epoch.outputs["dossier.state", 0]])
    assert again.next_at is not None
    assert again.next_at <= WARNED - 86_400
    assert again.tick(WARNED - 86_400).outputs
    assert again.next_at is not None
    assert again.next_at >= WARNED
