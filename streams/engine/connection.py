"""Where the cluster is and how long the engine waits for it."""

from dataclasses import dataclass
from typing import Any

from streams.cluster import Address, cluster_of


@dataclass(frozen=True, slots=True)
class Connection:
    """What every client of the engine needs to know of the cluster; durations in milliseconds."""

    bootstrap: Address
    prefix: str
    group: str
    client_id: str = "dunghan-worker"
    request_ms: int = 30_000
    transaction_ms: int = 10_000
    """At most ten seconds: readers are held back at the oldest open transaction of their partition."""

    def client(self) -> dict[str, Any]:
        """Return what every aiokafka client takes; OSError when a file of secrets cannot be read."""
        reach = cluster_of(self.bootstrap).client()
        return {**reach, "client_id": self.client_id, "request_timeout_ms": self.request_ms}

    def topic(self, name: str) -> str:
        """Return the topic's name on the cluster."""
        return f"{self.prefix}.{name}" if self.prefix else name

    def transactional_id(self, topic: str, partition: int) -> str:
        """Return the one id under which this partition is decided: whoever took it last fences all others."""
        return f"{self.group}-{topic}-{partition}"
