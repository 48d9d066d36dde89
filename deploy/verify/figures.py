"""What `audit --watch` shows at /metrics. The heartbeat is there only while everything follows from the log."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from deploy.verify.differences import Kind
from deploy.verify.whole import Verified
from streams.core.moments import Moment

BEAT = "dunghan_verify_heartbeat_timestamp_seconds"


class _Heart(Collector):
    """The heartbeat: a value that is not there while something differs, so that a rule on its absence fires."""

    def __init__(self) -> None:
        self.at: Moment | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the last beat, if the last look was clean."""
        if self.at is not None:
            yield GaugeMetricFamily(BEAT, "When everything was last seen to follow from the log.", value=self.at)


class Figures:
    """The figures of one watch."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Declare them; the heartbeat does not begin before the first clean look."""
        told = "Share of stages and notices that have exactly one outcome."
        self._ratio = Gauge("dunghan_verify_complete_ratio", told, registry=registry)
        self._lines = Gauge("dunghan_verify_lines", "Lines of the trail that were walked.", registry=registry)
        told = "What does not follow from the log, by kind."
        self._differences = Gauge("dunghan_verify_differences", told, ["kind"], registry=registry)
        for kind in Kind:
            self._differences.labels(kind.value)
        self._heart = _Heart()
        registry.register(self._heart)

    def show(self, seen: Verified, *, at: Moment) -> None:
        """Show what a look saw."""
        self._ratio.set(seen.ratio)
        self._lines.set(seen.lines)
        for kind in Kind:
            self._differences.labels(kind.value).set(seen.found.counts.get(kind, 0))
        self._heart.at = None if seen.found else at

    def cannot_see(self) -> None:
        """The log could not be read: nothing is known, so nothing beats."""
        self._heart.at = None
