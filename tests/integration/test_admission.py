"""Whether a cluster lets us in is asked once, and the answer is one sentence (a locked one: `test_locked`)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.admission import NotAdmitted, admitted
from streams.cluster import Cluster, Protocol


def test_an_open_cluster_lets_everybody_in(kafka: str) -> None:
    assert admitted(kafka, 5.0)


def test_nobody_there_is_no_refusal() -> None:
    assert not admitted("127.0.0.1:1", 0.0)


def test_the_second_address_is_asked_where_the_first_is_silent(kafka: str) -> None:
    assert admitted(f"127.0.0.1:1,{kafka}", 0.0)


def test_a_door_without_tls_is_named_with_its_setting(kafka: str) -> None:
    with pytest.raises(NotAdmitted, match=r"no TLS can be had.*kafka.security_protocol"):
        admitted(Cluster(kafka, protocol=Protocol.SSL), 0.0)


def test_whoever_hangs_up_when_spoken_to_is_named_with_its_setting() -> None:
    with rude() as address, pytest.raises(NotAdmitted, match=r"ends them when spoken to.*kafka.security_protocol"):
        admitted(address, 0.0)


@contextmanager
def rude() -> Iterator[str]:
    """Give the address of somebody who takes every connection and ends it."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def hang_up() -> None:
            while True:
                try:
                    caller, _ = door.accept()
                except OSError:
                    return
                caller.close()

        threading.Thread(target=hang_up, daemon=True).start()
        yield "{}:{}".format(*door.getsockname())
        door.shutdown(socket.SHUT_RDWR)
