"""The topics: their names, keys and retention; what `dunghan topics apply` makes and others rely on."""

from dataclasses import dataclass
from typing import Final

DAY_MS: Final = 86_400_000
FOR_EVER: Final = -1
LARGEST: Final = str(8 << 20)
"""Bytes of a batch of records: a dossier with thousands of events is one record of its state."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as the design says it must be; `settings` are Kafka topic configurations."""

    name: str
    settings: dict[str, str]
    single: bool = False
    """One partition, whatever the configured number: there is one order over the whole."""


def _kept(milliseconds: int, **more: str) -> dict[str, str]:
    return {"cleanup.policy": "delete", "retention.ms": str(milliseconds), "max.message.bytes": LARGEST} | {
        key.replace("_", "."): value for key, value in more.items()
    }


def _compacted() -> dict[str, str]:
    # The lag bounds how much a restore reads twice over; small segments let the cleaner reach what is fresh.
    return {
        "cleanup.policy": "compact",
        "max.compaction.lag.ms": "3600000",
        "segment.ms": "3600000",
        "min.cleanable.dirty.ratio": "0.1",
        "max.message.bytes": LARGEST,
    }


INBOX: Final = Topic("dossier.inbox", _kept(7 * DAY_MS, message_timestamp_type="LogAppendTime"))
EVENTS: Final = Topic("dossier.events", _kept(FOR_EVER))
STATE: Final = Topic("dossier.state", _compacted())
TRAIL: Final = Topic("dossier.trail", _kept(FOR_EVER))
REJECTED: Final = Topic("dossier.rejected", _kept(90 * DAY_MS))
HEARD: Final = Topic("dossier.heard", _compacted())
NOTICES: Final = Topic("dossier.notices", _kept(90 * DAY_MS))
TALLIES: Final = Topic("unit.tallies", _compacted())
OUTBOX: Final = Topic("mail.outbox", _kept(90 * DAY_MS))
BOOK: Final = Topic("mail.book", _compacted())
BYTES: Final = Topic("mail.bytes", _kept(30 * DAY_MS))
LEDGER: Final = Topic("mail.ledger", _kept(FOR_EVER))
REFERENCE: Final = Topic("reference", _kept(FOR_EVER), single=True)
ACTS: Final = Topic("office.acts", _kept(FOR_EVER), single=True)
SNAPSHOTS: Final = Topic("import.snapshots", _compacted())

TOPICS: Final = (
    INBOX,
    EVENTS,
    STATE,
    TRAIL,
    REJECTED,
    HEARD,
    NOTICES,
    TALLIES,
    OUTBOX,
    BOOK,
    BYTES,
    LEDGER,
    REFERENCE,
    ACTS,
    SNAPSHOTS,
)


def prefixed(prefix: str, topic: Topic) -> str:
    """Return the topic's name on the cluster: `prefix` and a dot before it, or the bare name without a prefix."""
    return f"{prefix}.{topic.name}" if prefix else topic.name
