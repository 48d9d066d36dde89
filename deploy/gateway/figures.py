"""The gateway's figures: each declared once, its labels a closed set, all of them zero from the start."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from deploy.gateway.refusals import Why

ACCEPTED = "accepted"
THE_SOURCES_OWN = frozenset({Why.NOT_JSON, Why.INVALID, Why.NOT_YOURS, Why.TOO_LARGE, Why.TOO_MANY, Why.NOT_SUPPORTED})
"""Refused for what was sent, and refused again however often it is sent."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Figures:
    """Counters of what was asked and answered; `waiting` and `up` are read at each scrape."""

    def __init__(self, sources: Iterable[str], *, waiting: Callable[[], int], up: Callable[[], bool]) -> None:
        """Declare them, at zero for every source that has a token and every way in which a request can end."""
        here = self._registry = CollectorRegistry()

        def counter(name: str, promise: str, label: str) -> Counter:
            return Counter(f"dunghan_gateway_{name}", promise, [label], registry=here)

        self._requests = counter("requests", "Requests that bring events, by how they ended.", "outcome")
        self._events = counter("events", "Events answered 202, by their source.", "source")
        self._refused = counter("refused", "Requests with a valid token that were refused.", "source")
        self._slowed = counter("slowed", "Requests answered 429: their source sends too fast.", "source")
        told = "Events named in refusals of what a source sent; of a request that could not be read, one."
        self._refused_events = counter("refused_events", told, "source")
        self._acknowledged = Histogram(
            "dunghan_gateway_acknowledged_seconds",
            "From the last byte of a request to the broker's word that it has all of it.",
            buckets=SECONDS,
            registry=here,
        )
        Gauge("dunghan_gateway_waiting_events", "Events that wait for the broker.", registry=here).set_function(waiting)
        Gauge("dunghan_gateway_broker_up", "1 while the broker takes what is given to it.", registry=here).set_function(
            lambda: float(up())
        )
        for outcome in (ACCEPTED, *Why):
            self._requests.labels(outcome)
        for source in sources:
            self._events.labels(source)
            self._refused.labels(source)
            self._slowed.labels(source)
            self._refused_events.labels(source)

    def accepted(self, source: str, events: int, *, seconds: float) -> None:
        """Count one request that was answered 202."""
        self._requests.labels(ACCEPTED).inc()
        self._events.labels(source).inc(events)
        self._acknowledged.observe(seconds)

    def refused(self, why: Why, source: str | None, *, events: int = 1) -> None:
        """Count one that was refused; `source` is None where no token said who it was, `events` those found wrong."""
        self._requests.labels(why.value).inc()
        if source is not None:
            self._refused.labels(source).inc()
            if why is Why.TOO_FAST:
                self._slowed.labels(source).inc()
            if why in THE_SOURCES_OWN:
                self._refused_events.labels(source).inc(events)

    def sheet(self) -> tuple[bytes, str]:
        """Return what a scrape is given, and its media type."""
        text = generate_latest(self._registry)  # type: ignore[no-untyped-call]  # prometheus-client has no types there
        return bytes(text), CONTENT_TYPE_LATEST
