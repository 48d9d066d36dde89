"""How the clients of kafka-python open their sockets: none stays open when a connection or a client comes to nothing.

kafka-python 3.0 forgets the socket of an attempt that is refused, or given up because the client is closed; only the
garbage collector closes it. Sockets are made by a class that the library chooses by the scheme of `proxy_url`. And a
client that finds no cluster raises from its constructor, so that nobody has what could be closed: its sockets stay
and, of a consumer or an admin client, a thread for as long as the process lives. And of a client that is closed while a
request waits to be written, the connection is to end once that is written, which nobody does any more.
"""

import weakref
from typing import Any, Final

from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from streams.cluster import Address, cluster_of

DIRECT: Final = "direct://"
"""The `proxy_url` of every client of ours: no proxy, and a socket that came to nothing is closed."""


def direct(address: Address) -> dict[str, Any]:
    """Return how every client of kafka-python reaches this cluster; OSError when a file of secrets cannot be read."""
    return {**cluster_of(address).client(), "proxy_url": DIRECT, "kafka_client": _Client}


class _Direct(KafkaNetSocket):  # type: ignore[misc]  # the library has no types
    """A plain socket; the library registers the class by its schemes."""

    SCHEMES = ("direct",)

    async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: Any = None) -> Any:  # noqa: PLR0917 - its signature
        if isinstance(net, Net):
            net.sockets.add(sock)
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
        except BaseException:
            sock.close()
            raise


class Net(NetworkSelector):  # type: ignore[misc]  # the library has no types
    """The loop of one client; with it every socket of its connections is closed."""

    def __init__(self, **settings: Any) -> None:
        """Begin without a connection."""
        super().__init__(**settings)
        self.sockets: weakref.WeakSet[Any] = weakref.WeakSet()

    def close(self) -> None:
        """End the loop and all connections, whatever they had still to write."""
        super().close()
        for sock in list(self.sockets):
            sock.close()


class _Connections(KafkaConnectionManager):  # type: ignore[misc]  # the library has no types
    """Those of one client; where no broker answers, nothing of them is left."""

    def bootstrap(self, timeout_ms: float | None = None, refresh: bool = True) -> None:  # noqa: FBT001, FBT002 - its signature
        try:
            super().bootstrap(timeout_ms, refresh)
        except BaseException:
            self.close()
            self._net.close()
            raise


class _Client(KafkaNetClient):  # type: ignore[misc]  # the library has no types
    """What a consumer, a producer and an admin client are built upon."""

    def __init__(self, **settings: Any) -> None:
        net = Net(**settings)
        super().__init__(net=net, manager=_Connections(net, **settings))
