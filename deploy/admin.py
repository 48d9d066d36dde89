"""The topics of a cluster, compared with the design and made so: the one module that knows Kafka's admin client.

Brokers learn of a change a moment after it was made; `apply` returns when they show it.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import KafkaError

from deploy.admission import NotAdmitted, admitted
from deploy.layout import Deviation, Fault, Found, Layout, differences
from streams.cluster import Address
from streams.sockets import direct
from streams.topics import TOPICS, Topic, prefixed

TIMEOUT_MS: Final = 15_000


class AdminError(Exception):
    """The cluster cannot be reached, or refused what was asked of it; the message says which and why."""


class TopicAdmin:
    """The topics of one cluster; every method raises AdminError when the cluster cannot do it."""

    def __init__(
        self, bootstrap: Address, layout: Layout, *, patience: float = 15.0, topics: Sequence[Topic] = TOPICS
    ) -> None:
        """Prepare for the cluster at `bootstrap` (host:port, comma-separated), and for all topics or these.

        Each call connects anew, and waits `patience` seconds for a cluster that is only just coming up.
        """
        self._bootstrap = bootstrap
        self._layout = layout
        self._topics = topics
        self._patience = patience

    def plan(self) -> tuple[Deviation, ...]:
        """Return every difference between the cluster and the design, in the order of the topics."""
        with self._client() as client:
            return tuple(self._deviations(client))

    def apply(self) -> tuple[Deviation, ...]:
        """Create what is missing, set wrong settings right; return the differences there were, also those that stay."""
        with self._client() as client:
            found = tuple(self._deviations(client))
            self._create(client, {each.topic for each in found if each.fault is Fault.MISSING})
            self._set_right(client, [each for each in found if each.fault is Fault.SETTING])
            self._wait_until_seen(client)
            return found

    def delete(self) -> None:
        """Delete the topics of this prefix, as a test does with what it made; an empty prefix is a ValueError."""
        if not self._layout.prefix:
            raise ValueError("topics without a prefix are production's and are not deleted")
        with self._client() as client:
            there = set(client.list_topics())
            names = [name for topic in TOPICS if (name := prefixed(self._layout.prefix, topic)) in there]
            if names:
                client.delete_topics(names)

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        # The client hides why it cannot connect, so whether it may come in is asked first.
        try:
            there = admitted(self._bootstrap, self._patience)
        except NotAdmitted as error:
            raise AdminError(str(error)) from error
        if not there:
            raise AdminError(f"nobody answers at {self._bootstrap} (DUNGHAN_KAFKA__BOOTSTRAP)")
        try:
            client = KafkaAdminClient(
                **direct(self._bootstrap),
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

    def _deviations(self, client: Any) -> Iterator[Deviation]:
        standing = _standing(client, [prefixed(self._layout.prefix, topic) for topic in self._topics])
        for topic in self._topics:
            yield from differences(topic, self._layout, standing.get(prefixed(self._layout.prefix, topic)))

    def _wait_until_seen(self, client: Any) -> None:
        # Brokers learn of a change a moment after the controller has said that it is made.
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while any(each.mendable for each in self._deviations(client)):
            if time.monotonic() > deadline:
                raise AdminError(f"the cluster at {self._bootstrap} took the changes, but does not show them")
            time.sleep(0.1)

    def _create(self, client: Any, names: set[str]) -> None:
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

    def _set_right(self, client: Any, wrong: Sequence[Deviation]) -> None:
        settings: dict[str, dict[str, str]] = {}
        for each in wrong:
            settings.setdefault(each.topic, {})[each.setting] = each.wanted
        if settings:
            client.alter_configs([ConfigResource("TOPIC", name, wanted) for name, wanted in settings.items()])


def _standing(client: Any, names: Sequence[str]) -> dict[str, Found]:
    there = set(client.list_topics())
    present = [name for name in names if name in there]
    if not present:
        return {}
    settings = client.describe_configs([ConfigResource("TOPIC", name) for name in present], config_filter="all")[
        "topic"
    ]
    return {
        told["name"]: Found(
            partitions=len(told["partitions"]),
            copies=min((len(each["replica_nodes"]) for each in told["partitions"]), default=0),
            settings={key: str(each["value"]) for key, each in settings[told["name"]].items()},
        )
        for told in client.describe_topics(present)
    }
