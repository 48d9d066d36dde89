"""Every figure that a worker shows of itself, declared once, its labels closed, zero from the start."""

import contextlib
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class EngineMetrics:
    """Figures of the epochs; `topics` are the source topics as they stand on the cluster."""

    def __init__(self, registry: CollectorRegistry, topics: tuple[str, ...]) -> None:
        self.taken = Counter("dunghan_records_taken", "Records taken in committed epochs.", ["topic"], registry=registry)
        self.epochs = Histogram("dunghan_epoch_seconds", "Time from the decision to the commit of an epoch.", ["topic"], buckets=SECONDS, registry=registry)
        self.gaps = Counter("dunghan_gaps_healed", "Times a partition was read again from its position.", ["topic"], registry=registry)
        self.owned = Gauge("dunghan_partitions_owned", "Partitions this worker owns.", ["topic"], registry=registry)
        self.ready = Gauge("dunghan_partitions_ready", "Partitions this worker owns and has restored.", ["topic"], registry=registry)
        self.restore = Gauge("dunghan_restore_ratio", "Share of a partition's state that has been read back.", ["topic", "partition"], registry=registry)
        for topic in topics:
            for figure in (self.taken, self.epochs, self.gaps, self.owned, self.ready):
                figure.labels(topic)

    @contextlib.contextmanager
    def epoch(self, topic: str, taken: int) -> Iterator[None]:
        """Count an epoch that commits; one that does not ends the worker and is counted by its restart."""
        began = time.perf_counter()
        yield
        self.epochs.labels(topic).observe(time.perf_counter() - began)
        self.taken.labels(topic).inc(taken)

    def restoring(self, topic: str, partition: int, at: int, end: int) -> None:
        """Show how far the restore of a partition is."""
        self.restore.labels(topic, str(partition)).set(at / end if end else 1.0)

    def restored(self, topic: str, partition: int, records: int) -> None:
        """Show that a partition has been restored from so many records."""
        self.restore.labels(topic, str(partition)).set(1.0)
