"""How the clients of kafka-python open their sockets: none stays open when a connection does not come about.

kafka-python 3.0 forgets the socket of an attempt that is refused, or given up because the client is closed; only the
garbage collector closes it. Sockets are made by a class that the library chooses by the scheme of `proxy_url`.
"""

from typing import Any, Final

from kafka.net.inet import KafkaNetSocket

from streams.cluster import Address, cluster_of

DIRECT: Final = "direct://"
"""The `proxy_url` of every client of ours: no proxy, and a socket that came to nothing is closed."""


def direct(address: Address) -> dict[str, Any]:
    """Return how every client of kafka-python reaches this cluster; OSError when a file of secrets cannot be read."""
    return {**cluster_of(address).client(), "proxy_url": DIRECT}


class _Direct(KafkaNetSocket):  # type: ignore[misc]  # the library has no types
    """A plain socket; the library registers the class by its schemes."""

    SCHEMES = ("direct",)

    async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: Any = None) -> Any:  # noqa: PLR0917 - its signature
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
        except BaseException:
            sock.close()
            raise
