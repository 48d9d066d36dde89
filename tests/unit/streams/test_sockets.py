"""What a connection that never came about leaves behind: nothing."""

import socket
import threading
from collections.abc import Generator
from types import coroutine
from typing import Any

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError
from kafka.net.inet import KafkaNetSocket
from kafka.net.transport import KafkaTCPTransport

from streams.sockets import DIRECT, Net, direct

NOBODY = ("127.0.0.1", 9)


class Waiting:
    """The part of the library's loop that a connection waits in."""

    @staticmethod
    @coroutine
    def wait_write(_sock: socket.socket, **_: object) -> Generator[None]:
        yield


class Busy(socket.socket):
    """A socket whose connection takes its time."""

    def connect_ex(self, _address: Any, /) -> int:
        return 115  # EINPROGRESS


def connecting(sock: socket.socket) -> Any:
    return KafkaNetSocket(DIRECT).sock_connect(Waiting, sock, NOBODY)


def test_a_socket_is_closed_when_the_client_is_closed_while_it_connects() -> None:
    sock = Busy()
    attempt = connecting(sock)
    attempt.send(None)
    assert sock.fileno() >= 0
    attempt.close()
    assert sock.fileno() == -1


def test_a_socket_is_closed_when_nobody_is_there() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        sock = socket.socket()
        attempt = KafkaNetSocket(DIRECT).sock_connect(Waiting, sock, other.getsockname())
        with pytest.raises(Exception, match="REFUSED"):
            attempt.send(None)
    assert sock.fileno() == -1


def test_a_socket_that_connects_is_handed_on_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as sock:
        with pytest.raises(StopIteration) as done:
            KafkaNetSocket(DIRECT).sock_connect(Waiting, sock, server.getsockname()).send(None)
        assert done.value.value is sock
        assert sock.fileno() >= 0


def test_a_connection_ends_with_its_client_though_something_waits_to_be_written() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        net, sock = Net(), socket.socket()
        with pytest.raises(StopIteration):
            KafkaNetSocket(DIRECT).sock_connect(net, sock, server.getsockname()).send(None)
        transport = KafkaTCPTransport(net, sock)
        transport.write(b"a request")
        transport.close()
        net.close()
    assert sock.fileno() == -1


@pytest.mark.parametrize("kind", [KafkaAdminClient, KafkaConsumer, KafkaProducer])
def test_a_client_that_finds_no_cluster_leaves_no_thread_and_no_socket(kind: type[Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        threads, open_files = set(threading.enumerate()), psutil.Process().num_fds()
        with pytest.raises(KafkaError) as told:
            kind(**direct("{}:{}".format(*silent.getsockname())), bootstrap_timeout_ms=200)
        # Whoever keeps the error keeps what its frames hold: nothing here waits for the garbage collector.
        assert told.value.__traceback__ is not None
        assert set(threading.enumerate()) <= threads
        assert psutil.Process().num_fds() == open_files
