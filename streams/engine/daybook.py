"""What the epochs leave in the log of the process: a sum every ten seconds and, where it is asked for, each decision.

A decision is told when it is committed, and by names alone: of a line of the trail or a rejected record only the fields
below, ids and codes scrubbed like free text. Everything else stands in the topics, for those who may read them.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
import structlog
from aiokafka import TopicPartition

from streams.border import Epoch
from streams.summing import Summing
from streams.topics import REJECTED, TRAIL
from streams.wire.scrub import scrubbed

log = structlog.get_logger(__name__)

TOLD: Final = frozenset({TRAIL.name, REJECTED.name})


class _Told(msgspec.Struct, omit_defaults=True):
    line: str = ""
    dossier: str = ""
    source: str = ""
    id: str = ""
    fate: str = ""
    stage: str = ""
    before: str = ""
    label: str = ""
    reason: str = ""
    rule: str = ""
    severity: str = ""
    offset: int = -1
    taken: int = -1


_decode = msgspec.json.Decoder(_Told).decode


def decisions(epoch: Epoch) -> Iterator[dict[str, str | int]]:
    """Yield what an epoch decided, a decision each: fields of a line of the trail or of a rejected record, by name."""
    for (topic, _), records in epoch.outputs.items():
        if topic in TOLD:
            for _, value in records:
                said = {"line": "rejected"} | msgspec.to_builtins(_decode(value or b"{}"))
                yield {name: scrubbed(one)[0] if isinstance(one, str) else one for name, one in said.items()}


class Daybook:
    """Hears every committed epoch of a worker."""

    def __init__(self, *, detailed: bool = False) -> None:
        """Prepare; `detailed` tells each decision too."""
        self._detailed = detailed
        self._sums = Summing(_tell)

    def committed(self, source: TopicPartition, epoch: Epoch) -> None:
        """Take an epoch into account, after its commit."""
        written = sum(map(len, epoch.outputs.values()))
        self._sums.add(source.topic, epochs=1, taken=epoch.taken, written=written)
        if self._detailed:
            for said in decisions(epoch):
                log.debug("decided", topic=source.topic, partition=source.partition, **said)

    def turn(self) -> None:
        """Tell what is due; to be called every second or so."""
        self._sums.tell_if_due()

    def close(self) -> None:
        """Tell the rest."""
        self._sums.rest()


def _tell(topic: str, counts: Mapping[str, int]) -> None:
    log.info("epochs", topic=topic, **counts)
