"""Every figure that a worker shows of itself, declared once, its labels closed, zero from the start."""

import contextlib
import time
from collections import Counter as Counts
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from streams.core.moments import Moment
from streams.heard import UNNAMED, Batch
from streams.wire.malformed import Reason
from streams.wire.records import Speaker

MOST_SOURCES = 500
"""Sources shown, and units; whoever may write to the inbox can invent names, and a figure must not grow with that."""
OTHERS = "…"
"""Sources or units beyond that, together."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class EngineMetrics:
    """Figures of the epochs; `topics` are the source topics as they stand on the cluster."""

    def __init__(self, registry: CollectorRegistry, topics: tuple[str, ...]) -> None:
        """Declare every figure, at zero for each topic."""

        def counter(name: str, promise: str) -> Counter:
            return Counter(f"dunghan_{name}", promise, ["topic"], registry=registry)

        def gauge(name: str, promise: str, *more: str) -> Gauge:
            return Gauge(f"dunghan_{name}", promise, ["topic", *more], registry=registry)

        self.taken = counter("records_taken", "Records taken in committed epochs.")
        self.gaps = counter("gaps_healed", "Times a partition was read again from its position.")
        self.rebuilt = counter("states_rebuilt", "States that could not be read and were built again from the events.")
        self.owned = gauge("partitions_owned", "Partitions this worker owns.")
        self.ready = gauge("partitions_ready", "Partitions this worker owns and has restored.")
        self.restore = gauge("restore_ratio", "Share of a partition's state that has been read back.", "partition")
        self.lag = gauge("lag_seconds", "Age of the oldest record that waits to be taken; 0 for none.", "partition")
        looked = "When a partition last looked whether a record or a deadline is there."
        self.turn = gauge("last_turn_timestamp_seconds", looked, "partition")
        self.stopped = gauge("partition_stopped", "1 while a partition stands at a record it cannot take.", "partition")
        self.kept = gauge("state_keys", "Keys in a partition's state, by how: whole, or left.", "partition", "kept")
        counted = "Keys where what was counted was not what a recount at the last restore says."
        self.differences = gauge("recount_differences", counted, "partition")
        told = "Time from the decision to the commit of an epoch."
        self.epochs = Histogram("dunghan_epoch_seconds", told, ["topic"], buckets=SECONDS, registry=registry)
        for topic in topics:
            for figure in (self.taken, self.epochs, self.gaps, self.rebuilt, self.owned, self.ready):
                figure.labels(topic)

    @contextlib.contextmanager
    def epoch(self, topic: str, taken: int) -> Iterator[None]:
        """Count an epoch that commits; one that does not ends the worker and is counted by its restart."""
        began = time.perf_counter()
        yield
        self.epochs.labels(topic).observe(time.perf_counter() - began)
        self.taken.labels(topic).inc(taken)

    def turned(self, topic: str, partition: int, *, now: Moment, oldest_ms: int | None) -> None:
        """Show that a partition is at work; `oldest_ms` is the broker's time of the oldest record that waits."""
        self.turn.labels(topic, str(partition)).set(now)
        self.lag.labels(topic, str(partition)).set(0 if oldest_ms is None else max(0.0, now - oldest_ms / 1000))

    def keeps(self, topic: str, partition: int, kept: Mapping[str, int]) -> None:
        """Show how many keys a partition keeps, by how."""
        for how, keys in kept.items():
            self.kept.labels(topic, str(partition), how).set(keys)

    def let_go(self, topic: str, partition: int) -> None:
        """Show nothing of a partition any more: it is another worker's, or nobody's."""
        for figure in (self.lag, self.turn, self.restore, self.stopped, self.differences):
            with contextlib.suppress(KeyError):
                figure.remove(topic, str(partition))
        self.kept.remove_by_labels({"topic": topic, "partition": str(partition)})

    def restoring(self, topic: str, partition: int, *, at: int, end: int) -> None:
        """Show how far the restore of a partition is."""
        self.restore.labels(topic, str(partition)).set(at / end if end else 1.0)

    def restored(self, topic: str, partition: int, records: int) -> None:
        """Show that a partition has been restored from so many records."""
        self.restore.labels(topic, str(partition)).set(1.0)


class IntakeMetrics:
    """Figures of the intake: what became of every record, why those that were rejected were, and who sent them."""

    def __init__(self, registry: CollectorRegistry, known: Iterable[str] = ()) -> None:
        """Declare them; the sources that are `known` beforehand have their place among those that are shown."""
        became = "Records taken from the inbox, by what became of them."
        self.events = Counter("dunghan_events", became, ["outcome"], registry=registry)
        self.rejected = Counter("dunghan_rejected", "Records put aside, by reason.", ["reason"], registry=registry)
        self.scrubbed = Counter(
            "dunghan_scrubbed_places", "Places in free text where personal data was replaced.", registry=registry
        )
        self.speakers = SpeakerMetrics(registry, known)
        for outcome in ("accepted", "rejected"):
            self.events.labels(outcome)
        for reason in Reason:
            self.rejected.labels(reason.value)

    def count(self, taken: int, rejected: Counts[str]) -> None:
        """Count a batch of `taken` records, of which so many were rejected for each reason."""
        put_aside = rejected.total()
        self.events.labels("accepted").inc(taken - put_aside)
        self.events.labels("rejected").inc(put_aside)
        for reason, times in rejected.items():
            self.rejected.labels(reason).inc(times)


class SpeakerMetrics:
    """Figures of sources and units: what came from each, how much of it was rejected or late, when the last.

    MOST_SOURCES sources and as many units are shown under their names, the others together as OTHERS.
    """

    def __init__(self, registry: CollectorRegistry, known: Iterable[str] = ()) -> None:
        """Declare them; the sources that are `known` beforehand stand at zero from the start."""
        told = "Records of a source, by what became of them; '?' names none."
        late = "Events of a source that arrived more than a day after they happened."
        by_unit, late_by_unit = "Events that name a unit.", "Those that arrived more than a day after they happened."
        last = "Arrival of the last event that this worker took from a source."
        self.events = Counter("dunghan_source_events", told, ["source", "outcome"], registry=registry)
        self.taken: dict[Speaker, Counter] = {
            Speaker.UNIT: Counter("dunghan_unit_events", by_unit, ["unit"], registry=registry)
        }
        self.late: dict[Speaker, Counter] = {
            Speaker.SOURCE: Counter("dunghan_source_late_events", late, ["source"], registry=registry),
            Speaker.UNIT: Counter("dunghan_unit_late_events", late_by_unit, ["unit"], registry=registry),
        }
        unwritten = "Events whose source or unit is not written to dossier.heard, since too many others were heard of."
        self.unwritten = Counter("dunghan_unwritten_speakers", unwritten, ["speaker"], registry=registry)
        for speaker in Speaker:
            self.unwritten.labels(speaker.value)
        self.last_event = Gauge("dunghan_source_last_event_timestamp_seconds", last, ["source"], registry=registry)
        self._last: dict[str, Moment] = {}
        self._shown: dict[Speaker, set[str]] = {Speaker.SOURCE: {UNNAMED}, Speaker.UNIT: set()}
        for source in known:
            self._of_source(source, "accepted", 0)
            self._of_source(source, "rejected", 0)

    def count(self, batch: Batch, left_out: Counts[Speaker] | None = None) -> None:
        """Count a batch, and take out of `left_out` what was said by speakers who are not written of."""
        while left_out:
            speaker, times = left_out.popitem()
            self.unwritten.labels(speaker.value).inc(times)
        for (speaker, name), (times, late, last) in batch.spoken().items():
            shown = self._name(speaker, name)
            self.late[speaker].labels(shown).inc(late)
            if speaker is Speaker.UNIT:
                self.taken[speaker].labels(shown).inc(times)
                continue
            self._of_source(name, "accepted", times)
            self._of_source(name, "rejected", 0)
            if shown == name:
                self._last[name] = max(last, self._last.get(name, last))
                self.last_event.labels(name).set(self._last[name])
        for source, times in batch.rejected.items():
            self._of_source(source, "rejected", times)

    def _of_source(self, source: str, outcome: str, times: int) -> None:
        self.events.labels(self._name(Speaker.SOURCE, source), outcome).inc(times)

    def _name(self, speaker: Speaker, name: str) -> str:
        shown = self._shown[speaker]
        if name not in shown and len(shown) < MOST_SOURCES:
            shown.add(name)
        return name if name in shown else OTHERS


class RegisterMetrics:
    """Figures of the decisions: how late each stage was decided, and what could not be read."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.stage_lag = Histogram(
            "dunghan_stage_lag_seconds",
            "Decided minus due, for every stage.",
            buckets=(0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400),
            registry=registry,
        )
        none = "Records of dossier.events that are no event: tampering, or our fault."
        self.unreadable = Counter("dunghan_unreadable_records", none, registry=registry)
        left_out = "Records and releases of the reference left out since documents that can be used were published."
        self.left_out = Gauge("dunghan_reference_left_out", left_out, registry=registry)
        self.left = Counter("dunghan_dossiers_left", "Closed dossiers that left the state.", registry=registry)
        back = "Dossiers that had left and were named again: whole; or unreadable, and the event was not taken."
        self.returned = Counter("dunghan_dossiers_returned", back, ["outcome"], registry=registry)
        again = "Dossiers judged again because other rules count, by whether that changed anything."
        self.redated = Counter("dunghan_redated_dossiers", again, ["outcome"], registry=registry)
        for outcome in ("changed", "unchanged"):
            self.redated.labels(outcome)
        for outcome in ("whole", "unreadable"):
            self.returned.labels(outcome)


def show_clock(registry: CollectorRegistry, clock: Callable[[], Moment]) -> None:
    """Show the clock by which this process decides, read at each scrape: beside the scrape's time it shows a skew."""
    Gauge("dunghan_clock_timestamp_seconds", "The clock of this process.", registry=registry).set_function(clock)
