"""What a worker shows of itself is what stands now, and nothing of what it has let go of."""

from prometheus_client import CollectorRegistry

from streams import metrics
from streams.metrics import EngineMetrics, IntakeMetrics, show_clock


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


def test_a_source_was_last_heard_of_at_its_latest_arrival_and_invented_ones_are_bounded() -> None:
    registry = CollectorRegistry()
    figures = IntakeMetrics(registry)
    figures.heard({"a": 20})
    figures.heard({"a": 10} | {f"invented-{number}": 5 for number in range(metrics.MOST_SOURCES)})
    shown = [
        sample
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "dunghan_source_last_event_timestamp_seconds"
    ]
    assert len(shown) == metrics.MOST_SOURCES
    assert {sample.value for sample in shown if sample.labels["source"] == "a"} == {20}


def test_the_clock_is_read_at_the_scrape() -> None:
    registry, times = CollectorRegistry(), iter((7, 8))
    show_clock(registry, lambda: next(times))
    assert [registry.get_sample_value("dunghan_clock_timestamp_seconds") for _ in range(2)] == [7, 8]
