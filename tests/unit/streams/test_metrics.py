"""What a worker shows of itself is what stands now, and nothing of what it has let go of."""

from prometheus_client import CollectorRegistry

from streams import metrics
from streams.heard import LATE, Batch
from streams.metrics import EngineMetrics, IntakeMetrics, SpeakerMetrics, show_clock
from streams.wire import cloudevents
from tests.sources import SOURCE, at, sent


def test_lag_is_the_age_of_the_oldest_record_that_waits() -> None:
    registry = CollectorRegistry()
    figures = EngineMetrics(registry, ("dossier.events",))
    place = {"topic": "dossier.events", "partition": "3"}
    figures.turned("dossier.events", 3, now=1_000, oldest_ms=940_500)
    assert registry.get_sample_value("dunghan_lag_seconds", place) == 59.5
    figures.turned("dossier.events", 3, now=1_001, oldest_ms=None)
    assert registry.get_sample_value("dunghan_lag_seconds", place) == 0
    assert registry.get_sample_value("dunghan_last_turn_timestamp_seconds", place) == 1_001


def test_a_partition_that_was_let_go_is_shown_no_more() -> None:
    registry = CollectorRegistry()
    figures = EngineMetrics(registry, ("dossier.events",))
    figures.turned("dossier.events", 3, now=1_000, oldest_ms=None)
    figures.let_go("dossier.events", 3)
    figures.let_go("dossier.events", 3)
    assert registry.get_sample_value("dunghan_lag_seconds", {"topic": "dossier.events", "partition": "3"}) is None


def heard(*sources: str, arrived: int) -> Batch:
    batch = Batch()
    for source in sources:
        event = cloudevents.received(sent("submitted", "2020-03-02 08:00", procedure="1", unit="m"))
        event.envelope.source = source
        batch.take(event, arrived, age=0)
    return batch


def test_a_source_was_last_heard_of_at_its_latest_arrival_and_invented_ones_are_bounded() -> None:
    registry = CollectorRegistry()
    figures = IntakeMetrics(registry).speakers
    figures.count(heard("a", arrived=20))
    figures.count(heard("a", *(f"invented-{number}" for number in range(metrics.MOST_SOURCES)), arrived=10))
    figures.count(heard("one more", arrived=30))
    shown = [
        sample
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "dunghan_source_last_event_timestamp_seconds"
    ]
    assert len(shown) == metrics.MOST_SOURCES - 1
    assert {sample.value for sample in shown if sample.labels["source"] == "a"} == {20}
    others = {"source": metrics.OTHERS, "outcome": "accepted"}
    assert registry.get_sample_value("dunghan_source_events_total", others) == 3


def test_what_a_source_sent_and_a_unit_was_named_in_is_counted_with_what_came_late_and_what_was_rejected() -> None:
    registry = CollectorRegistry()
    figures = SpeakerMetrics(registry, known=("known/source",))
    batch = heard("a/b", arrived=at("2020-03-02 09:00"))
    batch.take(cloudevents.received(sent("done", "2020-03-02 08:00")), at("2020-03-04 08:00"), age=2 * LATE)
    batch.reject("a/b")
    batch.reject("")
    figures.count(batch)

    def count(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"dunghan_{name}_total", labels)

    assert count("source_events", source="known/source", outcome="rejected") == 0
    assert count("source_events", source="a/b", outcome="accepted") == 1
    assert count("source_events", source="a/b", outcome="rejected") == 1
    assert count("source_events", source="?", outcome="rejected") == 1
    assert count("source_late_events", source="a/b") == 0
    assert count("source_late_events", source=SOURCE) == 1
    assert (count("unit_events", unit="m"), count("unit_late_events", unit="m")) == (1, 0)


def test_the_clock_is_read_at_the_scrape() -> None:
    registry, times = CollectorRegistry(), iter((7, 8))
    show_clock(registry, lambda: next(times))
    assert [registry.get_sample_value("dunghan_clock_timestamp_seconds") for _ in range(2)] == [7, 8]


def test_the_keys_of_a_partition_are_shown_until_it_is_let_go() -> None:
    metrics = EngineMetrics(registry := CollectorRegistry(), ("t",))
    metrics.keeps("t", 3, {"whole": 5, "left": 2})
    assert registry.get_sample_value("dunghan_state_keys", {"topic": "t", "partition": "3", "kept": "left"}) == 2
    metrics.let_go("t", 3)
    assert registry.get_sample_value("dunghan_state_keys", {"topic": "t", "partition": "3", "kept": "left"}) is None
