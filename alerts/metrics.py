"""The courier's figures: each declared once, its labels a closed set, all of them zero from the start."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from alerts.core.ledger import Reason
from alerts.core.retry import Ending
from streams.core.moments import Moment
from streams.core.stages import Stage


class Figures:
    """Counters of what happened, by the stage of a mail's or notice's most urgent line."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Declare them."""
        self._mails = Counter(
            "dunghan_mails", "Attempts to send a mail, by how they ended.", ["stage", "outcome"], registry=registry
        )
        self._not_sent = Counter(
            "dunghan_notices_not_sent", "Notices not told, by the reason.", ["stage", "reason"], registry=registry
        )
        self._unreadable = Counter(
            "dunghan_courier_unreadable", "Records that the courier could not read.", ["topic"], registry=registry
        )
        self._open = Gauge("dunghan_mails_open", "Mails with an intent and no final outcome.", registry=registry)
        self._oldest_unsent = Gauge(
            "dunghan_oldest_unsent_seconds",
            "Age of the oldest notice that is due to be told and is not; 0 where there is none.",
            registry=registry,
        )
        self._turn = Gauge(
            "dunghan_courier_last_turn_timestamp_seconds",
            "When the courier last looked what is due.",
            registry=registry,
        )
        self._recheck_age = Histogram(
            "dunghan_mail_recheck_age_seconds",
            "When a mail's intent was committed, how long ago the log was read for what withdraws its notices.",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
            registry=registry,
        )
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        for stage in Stage:
            for ending in Ending:
                self._mails.labels(stage.value, ending.value)
            for reason in Reason:
                self._not_sent.labels(stage.value, reason.value)
        for topic in ("dossier.notices", "mail.ledger", "mail.outbox"):
            self._unreadable.labels(topic)

    def mail(self, stage: Stage, ending: Ending) -> None:
        """Count one attempt."""
        self._mails.labels(stage.value, ending.value).inc()

    def not_sent(self, stage: Stage, reason: Reason) -> None:
        """Count one notice that was not told."""
        self._not_sent.labels(stage.value, reason.value).inc()

    def unreadable(self, topic: str) -> None:
        """Count one record that nobody can read."""
        self._unreadable.labels(topic).inc()

    def rechecked(self, seconds: float, *, mails: int) -> None:
        """Say how old the check was of each of so many mails when their intents were committed."""
        for _ in range(mails):
            self._recheck_age.observe(seconds)

    def open_mails(self, count: int) -> None:
        """Say how many mails are open now."""
        self._open.set(count)

    def turned(self, clock: Moment, *, oldest_unsent: int) -> None:
        """Say that the courier is at work, and the age of the oldest notice that should have been told; seconds."""
        self._turn.set(clock)
        self._oldest_unsent.set(oldest_unsent)
