"""Figures and the gateway listen on the address that is configured, and on no other."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from prometheus_client import CollectorRegistry

from dashboards.web import Page, Web
from deploy.gateway.server import listening
from deploy.health import served

NAMED, OTHER = "127.0.0.2", "127.0.0.1"


def of_the_worker() -> AbstractContextManager[int]:
    return served(CollectorRegistry(), host=NAMED, port=0, live=lambda: True, ready=lambda: True)


@contextmanager
def of_the_gateway() -> Iterator[int]:
    with listening(NAMED, 0) as door:
        door.listen()  # as the server does once it runs
        yield door.getsockname()[1]


@contextmanager
def of_the_scoreboard() -> Iterator[int]:
    web = Web(host=NAMED, port=0, pages={"/metrics": lambda: Page(b"")})
    try:
        yield web.port
    finally:
        web.close()


@pytest.mark.parametrize("door", [of_the_worker, of_the_gateway, of_the_scoreboard])
def test_the_address_that_is_named_answers_and_no_other(door: Callable[[], AbstractContextManager[int]]) -> None:
    with door() as port:
        socket.create_connection((NAMED, port), 2).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((OTHER, port), 2)
