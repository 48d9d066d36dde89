"""Whether a cluster lets us in, asked once before anything else, so that the answer is one sentence.

The clients of kafka-python try a wrong password, or a certificate that nobody trusts, again and again until their time
is over, and say then that nobody answered. This asks each broker's door once, and hears what it says.
"""

import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any, Final

from kafka.errors import KafkaError
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.protocol.metadata import MetadataRequest

from streams.cluster import Address, Cluster, cluster_of
from streams.sockets import direct

PAUSE: Final = 0.1
MOMENT: Final = 1.5
"""Seconds in which a broker that turns us away may think better of it."""
CONNECT: Final = 1.0
OLDEST: Final = (2, 5)
"""Of Kafka: before it a transaction that failed could leave its producer unable to go on (KIP-360)."""
TALK: Final = 5.0
"""Seconds for one address to accept a connection, and then to say who it is and whether we may come in."""


class NotAdmitted(Exception):
    """The cluster is there and does not let us in, or a file that we were to show cannot be read; says why."""


class Another(NotAdmitted):
    """It is not the cluster that the settings remember."""


def admitted(address: Address, seconds: float) -> bool:
    """Tell whether one of the cluster's addresses lets us in; False when none was there within so many seconds.

    Raises NotAdmitted when there is one and it turns us away; a broker that has just started may do so for a moment.
    """
    return identity(address, seconds) is not None


def identity(address: Address, seconds: float) -> str | None:
    """Return the id of the cluster that lets us in, None when nobody was there within so many seconds; as `admitted`.

    Raises Another when it has another id than the one that is remembered.
    """
    cluster = cluster_of(address)
    began = time.monotonic()
    while True:
        turned_away: NotAdmitted | None = None
        for host, port in _places(cluster):
            try:
                found = _knock(cluster, host, port)
            except _Silent:
                continue
            except _TurnedAway as error:
                turned_away = error
            else:
                return _recognised(cluster, found)
        waited = time.monotonic() - began
        if turned_away is not None and waited >= min(seconds, MOMENT):
            raise turned_away
        if waited >= seconds:
            return None
        time.sleep(PAUSE)


def too_old(version: tuple[int, ...] | None, cluster: Cluster) -> None:
    """Raise NotAdmitted for a broker of a version in which exactly once cannot be relied on; None: it does not say."""
    if version is not None and version < OLDEST:
        its, least = (".".join(map(str, each)) for each in (version, OLDEST))
        raise NotAdmitted(
            f"{cluster} is Kafka {its}; {least} or newer is needed, 4.x is what is tested: upgrade the brokers"
        )


def _recognised(cluster: Cluster, found: str) -> str:
    if cluster.id not in {None, found}:
        raise Another(
            f"the cluster at {cluster} is {found!r}, not {cluster.id!r} (kafka.cluster_id), and was not entered; set "
            "kafka.bootstrap to the addresses of the right one, or, if the log was moved there, kafka.cluster_id"
        )
    return found


class _TurnedAway(NotAdmitted):
    """Turned away by what is said, which a broker that is only just up may take back."""


class _Silent(Exception):
    """Nobody is there, or goes away before anything is said."""


def certificate_of(address: Address) -> bytes | None:
    """Return the certificate (DER) of the first broker that shows one; None without TLS, or where none is shown."""
    cluster = cluster_of(address)
    for host, port in _places(cluster) if cluster.protocol.hidden else ():
        with contextlib.suppress(OSError), socket.create_connection((host, port), CONNECT) as door:
            door.settimeout(TALK)
            with cluster.trusting().wrap_socket(door, server_hostname=host) as hidden:
                return hidden.getpeercert(binary_form=True)
    return None


def _places(cluster: Cluster) -> Iterator[tuple[str, int]]:
    for host, _, port in (each.rpartition(":") for each in cluster.addresses):
        yield host.strip("[]"), int(port)


def _knock(cluster: Cluster, host: str, port: int) -> str:
    try:
        with socket.create_connection((host, port), CONNECT) as door:
            door.settimeout(TALK)
            if cluster.protocol.hidden:
                _hide(cluster, door, host)
    except (OSError, ValueError) as error:
        raise _Silent from error
    return _come_in(cluster, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


def _hide(cluster: Cluster, door: socket.socket, host: str) -> None:
    try:
        with _trusting(cluster).wrap_socket(door, server_hostname=host):
            return
    except ssl.SSLCertVerificationError as error:
        raise NotAdmitted(
            f"{cluster}: its certificate is not trusted: {error.verify_message}; kafka.authority names who signed it"
        ) from error
    except ssl.SSLError as error:
        raise NotAdmitted(f"{cluster}: no TLS can be had: {error.reason}; kafka.security_protocol says so") from error


def _trusting(cluster: Cluster) -> ssl.SSLContext:
    try:
        return cluster.trusting()
    except OSError as error:
        raise NotAdmitted(f"kafka.authority, kafka.certificate_file or kafka.key_file: {error}") from error


def _come_in(cluster: Cluster, place: str) -> str:
    try:
        reach = {**direct(cluster), "bootstrap_servers": [place]}
    except OSError as error:
        raise NotAdmitted(f"kafka.password_file: {error}") from error
    net = NetworkSelector()
    manager = KafkaConnectionManager(net, **reach)
    try:
        with _quiet():
            return str(net.run(_greeted, manager, cluster))
    except (KafkaError, OSError) as error:
        how = f"{cluster} accepts connections and ends them when spoken to as {cluster.protocol}"
        raise _TurnedAway(f"{how} (kafka.security_protocol): {error}") from error
    finally:
        manager.close()
        net.close()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from telling in ten lines what is told in one."""
    log = logging.getLogger("kafka.net")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


async def _greeted(manager: Any, cluster: Cluster) -> str:
    """Return the cluster's id; empty where a broker does not say it."""
    (broker,) = manager.cluster.bootstrap_brokers()
    connection = manager.get_connection(broker.node_id, timeout_ms=TALK * 1000, refresh_metadata_on_err=False)
    try:
        await connection
    except KafkaError as error:
        # The broker says why and hangs up; the library hears that it hung up. It had greeted us before, so it was this.
        if cluster.protocol.named and connection.broker_version_data is not None:
            raise _TurnedAway(
                f"{cluster} does not let {cluster.username!r} in by {cluster.mechanism}: the name, the password or the "
                "mechanism is wrong (kafka.username, kafka.password_file, kafka.sasl_mechanism)"
            ) from error
        raise
    too_old(connection.broker_version, cluster)
    told = await connection.send_request(
        MetadataRequest(
            topics=MetadataRequest.NO_TOPICS,
            allow_auto_topic_creation=False,
            include_cluster_authorized_operations=False,
            include_topic_authorized_operations=False,
        )
    )
    return told.cluster_id or ""
