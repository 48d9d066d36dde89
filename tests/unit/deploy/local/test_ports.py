"""Free ports are free, and different from each other."""

import socket

from deploy.local.ports import LOOPBACK, free_ports, is_listening


def test_ports_given_together_differ_and_nobody_listens_on_them() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert not any(is_listening(port) for port in ports)


def test_a_port_somebody_listens_on_is_seen() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        assert is_listening(server.getsockname()[1])
