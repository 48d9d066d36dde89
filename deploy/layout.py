"""How the topics are to stand on a cluster, and in what a cluster differs from it.

What is missing is created and a wrong setting is set right. A wrong number of partitions is never changed: the key of a
dossier decides its partition by that number, so its history would be torn in two. A wrong number of copies is a matter
of moving data between brokers, which is the cluster's operator's.
"""

import enum
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from streams.topics import Topic, prefixed


class Fault(enum.StrEnum):
    """In what a topic differs from the design."""

    MISSING = "missing"
    PARTITIONS = "partitions"
    COPIES = "copies"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the topics are to stand on this cluster: the prefix before their names, partitions and copies of each."""

    prefix: str = ""
    partitions: int = 12
    replication: int = 3

    def partitions_of(self, topic: Topic) -> int:
        """Return how many partitions the topic is to have."""
        return 1 if topic.single else self.partitions


@dataclass(frozen=True, slots=True)
class Deviation:
    """One topic that is not as the design says, and what mends it."""

    topic: str
    fault: Fault
    wanted: str
    found: str
    remedy: str
    setting: str = ""

    @property
    def mendable(self) -> bool:
        """Whether `apply` can put it right without touching what is stored."""
        return self.fault in (Fault.MISSING, Fault.SETTING)

    def as_dict(self) -> dict[str, str]:
        """Return the fields by name, for JSON."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Found:
    """A topic as it stands on the cluster."""

    partitions: int
    copies: int
    settings: dict[str, str] = field(default_factory=dict)


def differences(topic: Topic, layout: Layout, found: Found | None) -> Iterable[Deviation]:
    """Return in what the topic as `found` (None: not at all) differs from the layout, each with its remedy."""
    name = prefixed(layout.prefix, topic)
    partitions = layout.partitions_of(topic)
    if found is None:
        yield Deviation(name, Fault.MISSING, f"{partitions} partitions", "nothing", "dunghan topics apply")
        return
    if found.partitions != partitions:
        # More partitions would send a dossier's later events elsewhere than its earlier ones.
        remedy = f"set DUNGHAN_KAFKA__PARTITIONS={found.partitions}, or replay into another DUNGHAN_KAFKA__PREFIX"
        yield Deviation(name, Fault.PARTITIONS, str(partitions), str(found.partitions), remedy)
    if found.copies < layout.replication:
        remedy = f"kafka-reassign-partitions.sh for {name}, or set DUNGHAN_KAFKA__REPLICATION={found.copies}"
        yield Deviation(name, Fault.COPIES, str(layout.replication), str(found.copies), remedy)
    for setting, wanted in topic.settings.items():
        is_now = found.settings.get(setting, "")
        if is_now != wanted:
            yield Deviation(name, Fault.SETTING, wanted, is_now, "dunghan topics apply", setting)
