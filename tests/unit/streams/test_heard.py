"""Who was heard of is written to the minute, once for each speaker, and invented names are bounded."""

import msgspec
from prometheus_client import CollectorRegistry

from streams import heard
from streams.heard import Batch, Minutes
from streams.intake.step import Intake
from streams.metrics import IntakeMetrics
from streams.wire import cloudevents
from streams.wire.records import Heard, Speaker
from tests.sources import SOURCE, Record, at, sent

START = at("2020-03-02 09:00")


def batch(arrived: int, *values: bytes) -> Batch:
    it = Batch()
    for value in values or (sent("submitted", "2020-03-02 08:00", procedure="1", unit="m"),):
        it.take(cloudevents.received(value), arrived, age=0)
    return it


def keys(minutes: Minutes, arrived: int) -> list[str]:
    return [key.decode() for key, _ in minutes.records(batch(arrived))]


def test_a_source_and_the_unit_that_it_names_are_written_at_most_once_a_minute() -> None:
    minutes = Minutes(3)
    both = [f"3/source/{SOURCE}", "3/unit/m"]
    assert keys(minutes, START) == both
    assert keys(minutes, START + heard.SPACING - 1) == []
    assert keys(minutes, START + heard.SPACING) == both
    assert keys(minutes, START + 1) == [], "a little before is no news"


def test_what_arrives_after_a_broker_clock_was_set_back_is_written_again() -> None:
    minutes = Minutes(3)
    assert keys(minutes, START + 365 * 86_400)
    assert keys(minutes, START)


def test_an_event_that_names_no_unit_speaks_for_its_source_alone() -> None:
    spoken = batch(START, sent("done", "2020-03-02 08:00"))
    assert spoken.spoken() == {(Speaker.SOURCE, SOURCE): (1, 0, START)}


def test_the_latest_arrival_of_a_batch_counts() -> None:
    it = batch(START)
    it.take(cloudevents.received(sent("done", "2020-03-02 08:00")), START - 5, age=0)
    assert it.spoken()[Speaker.SOURCE, SOURCE] == (2, 0, START)
    assert it.spoken()[Speaker.UNIT, "m"] == (1, 0, START)


def test_a_source_is_counted_once_over_all_the_units_that_it_names() -> None:
    it = Batch()
    for unit, age in (("m", heard.LATE + 1), ("n", heard.LATE), ("n", 0)):
        it.take(cloudevents.received(sent("submitted", "2020-03-02 08:00", procedure="1", unit=unit)), START, age=age)
    assert {who: (one.times, one.late) for who, one in it.spoken().items()} == {
        (Speaker.SOURCE, SOURCE): (3, 1),
        (Speaker.UNIT, "m"): (1, 1),
        (Speaker.UNIT, "n"): (2, 0),
    }


def test_beyond_so_many_names_no_new_one_is_written() -> None:
    minutes = Minutes(0)
    assert len(list(minutes.records(crowd(heard.MOST + 5)))) == heard.MOST
    assert minutes.left_out == {Speaker.SOURCE: 5}


def test_who_is_expected_is_written_of_after_any_number_of_invented_names() -> None:
    minutes = Minutes(0, {(Speaker.SOURCE, SOURCE)})
    assert list(minutes.records(crowd(heard.MOST + 5)))
    assert keys(minutes, START) == [f"0/source/{SOURCE}"]
    assert minutes.left_out == {Speaker.SOURCE: 5, Speaker.UNIT: 1}, "the unit is not one that is expected"


def test_what_is_said_by_who_is_not_written_of_is_counted() -> None:
    registry = CollectorRegistry()
    step = Intake(0, partitions=1, metrics=IntakeMetrics(registry))
    values = [sent("done", "2020-03-02 08:00", id=str(number)) for number in range(heard.MOST + 7)]
    told = [value.replace(SOURCE.encode(), f"s/{number}".encode()) for number, value in enumerate(values)]
    for _ in range(2):
        step.take([Record(0, START * 1000, None, value) for value in told], now=START, behind=False)
    counted = [registry.get_sample_value("dunghan_unwritten_speakers_total", {"speaker": each}) for each in Speaker]
    assert counted == [14.0, 0.0]


def crowd(names: int) -> Batch:
    it = Batch()
    event = cloudevents.received(sent("done", "2020-03-02 08:00"))
    for number in range(names):
        event.envelope.source = str(number)
        it.take(event, START, age=0)
    return it


def test_intake_writes_who_was_heard_of_in_the_same_epoch_as_the_events() -> None:
    step = Intake(2, partitions=4, metrics=IntakeMetrics(CollectorRegistry()))
    value = sent("submitted", "2020-03-02 08:00", procedure="1", unit="m")
    epoch = step.take([Record(0, START * 1000, None, value)], now=START, behind=False)
    records = [msgspec.json.decode(value or b"", type=Heard) for _, value in epoch.outputs["dossier.heard", 2]]
    assert [(one.speaker, one.name, one.at, one.partition) for one in records] == [
        (Speaker.SOURCE, SOURCE, START, 2),
        (Speaker.UNIT, "m", START, 2),
    ]
