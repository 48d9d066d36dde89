"""The topics of a cluster, compared with what the design says and made so: the one module that knows Kafka's admin client.

What is missing is created and a wrong setting is set right. A wrong number of partitions is never changed: the key of a
dossier decides its partition by that number, so its history would be torn in two. A wrong number of copies is a matter
of moving data between brokers, which is the cluster's operator's.
"""

import contextlib
import enum
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import KafkaError

from streams.topics import TOPICS, Topic, prefixed

TIMEOUT_MS: Final = 15_000


class AdminError(Exception):
    """The cluster cannot be reached, or refused what was asked of it; the message says which and why."""


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
    """One topic that is not as the design says, and the command that mends it; `mended` by `apply` or left to people."""

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


class TopicAdmin:
    """The topics of one cluster; every method raises AdminError when the cluster cannot do it."""

    def __init__(self, bootstrap: str, layout: Layout, *, patience: float = 15.0) -> None:
        """Prepare for the cluster at `bootstrap` (host:port, comma-separated).

        Each call connects anew, and waits `patience` seconds for a cluster that is only just coming up.
        """
        self._bootstrap = bootstrap
        self._layout = layout
        self._patience = patience

    def plan(self) -> tuple[Deviation, ...]:
        """Return every difference between the cluster and the design, in the order of the topics; none when all is as it should be."""
        with self._client() as client:
            return tuple(self._deviations(client))

    def apply(self) -> tuple[Deviation, ...]:
        """Create what is missing, set wrong settings right, and return the differences there were, those that stay among them."""
        with self._client() as client:
            found = tuple(self._deviations(client))
            self._create(client, {each.topic for each in found if each.fault is Fault.MISSING})
            self._set_right(client, [each for each in found if each.fault is Fault.SETTING])
            self._wait_until_seen(client)
            return found

    def delete(self) -> None:
        """Delete the topics of this prefix that exist. Meant for what a test made; a bare prefix is refused with ValueError."""
        if not self._layout.prefix:
            raise ValueError("topics without a prefix are production's and are not deleted")
        with self._client() as client:
            there = set(client.list_topics())
            names = [name for topic in TOPICS if (name := prefixed(self._layout.prefix, topic)) in there]
            if names:
                client.delete_topics(names)

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        addresses = self._bootstrap.split(",")
        # The client hides why it cannot connect and leaves its sockets open, so whether anybody is there is asked first.
        if not answers(addresses, self._patience):
            raise AdminError(f"nobody answers at {self._bootstrap} (DUNGHAN_KAFKA__BOOTSTRAP)")
        try:
            client = KafkaAdminClient(
                bootstrap_servers=addresses,
                client_id="dunghan-topics",
                bootstrap_timeout_ms=TIMEOUT_MS,
                request_timeout_ms=TIMEOUT_MS,
            )
        except (KafkaError, OSError, ValueError) as error:
            raise AdminError(f"no Kafka answers at {self._bootstrap}: {error}") from error
        try:
            yield client
        except (KafkaError, OSError) as error:
            raise AdminError(f"the cluster at {self._bootstrap} refused: {error}") from error
        finally:
            client.close()

    def _deviations(self, client: Any) -> Iterator[Deviation]:  # noqa: ANN401 - the admin client is untyped
        standing = _standing(client, [prefixed(self._layout.prefix, topic) for topic in TOPICS])
        for topic in TOPICS:
            name = prefixed(self._layout.prefix, topic)
            yield from _differences(name, topic, self._layout, standing.get(name))

    def _wait_until_seen(self, client: Any) -> None:  # noqa: ANN401
        # Brokers learn of a change a moment after the controller has said that it is made.
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while any(each.mendable for each in self._deviations(client)):
            if time.monotonic() > deadline:
                raise AdminError(f"the cluster at {self._bootstrap} took the changes, but does not show them")
            time.sleep(0.1)

    def _create(self, client: Any, names: set[str]) -> None:  # noqa: ANN401
        wanted = {
            name: {
                "num_partitions": self._layout.partitions_of(topic),
                "replication_factor": self._layout.replication,
                "configs": topic.settings,
            }
            for topic in TOPICS
            if (name := prefixed(self._layout.prefix, topic)) in names
        }
        if wanted:
            client.create_topics(wanted, wait_for_metadata=True)

    def _set_right(self, client: Any, wrong: Sequence[Deviation]) -> None:  # noqa: ANN401
        settings: dict[str, dict[str, str]] = {}
        for each in wrong:
            settings.setdefault(each.topic, {})[each.setting] = each.wanted
        if settings:
            client.alter_configs([ConfigResource("TOPIC", name, wanted) for name, wanted in settings.items()])


def answers(addresses: Iterable[str], seconds: float) -> bool:
    """Tell whether one of the addresses (host:port) accepts connections within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        for host, _, port in (address.strip().rpartition(":") for address in addresses):
            with contextlib.suppress(OSError, ValueError), socket.create_connection((host.strip("[]"), int(port)), 1.0):
                return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)


def _standing(client: Any, names: Sequence[str]) -> dict[str, Found]:  # noqa: ANN401
    there = set(client.list_topics())
    present = [name for name in names if name in there]
    if not present:
        return {}
    settings = client.describe_configs([ConfigResource("TOPIC", name) for name in present], config_filter="all")["topic"]
    return {
        told["name"]: Found(
            partitions=len(told["partitions"]),
            copies=min((len(each["replica_nodes"]) for each in told["partitions"]), default=0),
            settings={key: str(each["value"]) for key, each in settings[told["name"]].items()},
        )
        for told in client.describe_topics(present)
    }


def _differences(name: str, topic: Topic, layout: Layout, found: Found | None) -> Iterable[Deviation]:
    partitions = layout.partitions_of(topic)
    if found is None:
        yield Deviation(name, Fault.MISSING, f"{partitions} partitions", "nothing", "dunghan topics apply")
        return
    if found.partitions != partitions:
        # More partitions would send a dossier's later events elsewhere than its earlier ones.
        remedy = f"set DUNGHAN_KAFKA__PARTITIONS={found.partitions}, or choose a new DUNGHAN_KAFKA__PREFIX and replay into it"
        yield Deviation(name, Fault.PARTITIONS, str(partitions), str(found.partitions), remedy)
    if found.copies < layout.replication:
        remedy = f"kafka-reassign-partitions.sh with {layout.replication} replicas of {name}, or set DUNGHAN_KAFKA__REPLICATION={found.copies}"
        yield Deviation(name, Fault.COPIES, str(layout.replication), str(found.copies), remedy)
    for setting, wanted in topic.settings.items():
        is_now = found.settings.get(setting, "")
        if is_now != wanted:
            yield Deviation(name, Fault.SETTING, wanted, is_now, "dunghan topics apply", setting)
