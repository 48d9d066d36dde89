"""The gateway over real sockets: who is slow is cut off and holds up nobody, TLS is TLS, a stop ends what was begun."""

import http.client
import json
import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.gateway.desk import Limits
from tests.certificates import of_loopback
from tests.gateway import Office
from tests.serving import served
from tests.sources import event

EVENT = json.dumps(event("done", "2026-03-02 08:00", result=True)).encode()
STRUCTURED = "application/cloudevents+json"
LIMITS = Limits(body_bytes=64 * 1024, batch_events=100, body_seconds=1, patience=5)
SECONDS = 2.0
"""What each part of a request may take here: little, but enough for a good client on a busy machine."""
MOST = 10_000
"""So many bytes one by one; a server that took them all would cut nobody off."""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, limits=LIMITS)


@pytest.fixture
def port(office: Office) -> Iterator[int]:
    with served(office.app, seconds=SECONDS) as port:
        yield port


def posted(office: Office, port: int, *, context: ssl.SSLContext | None = None) -> int:
    """Post one event as a good client does; return the status."""
    client = (
        http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        if context is None
        else http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
    )
    with closing(client):
        client.request(
            "POST", "/events", EVENT, {"Content-Type": STRUCTURED, "Authorization": f"Bearer {office.token}"}
        )
        return client.getresponse().status


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def began(token: str, length: int) -> bytes:
    """Return the headers of a request whose body has so many bytes."""
    told = (
        f"POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {STRUCTURED}\r\nContent-Length: {length}\r\n\r\n"
    )
    return told.encode()


def dripped(client: socket.socket) -> bytes:
    """Send a byte after the other until the server cuts it off; return what it had to say before."""
    told = b""
    for _ in range(MOST):
        try:
            if select.select([client], [], [], 0.02)[0]:
                part = client.recv(4096)
                told += part
                if not part:
                    return told
            client.sendall(b"x")
        except OSError:
            return told
    raise AssertionError("it was never cut off")


def to_the_end(client: socket.socket) -> bytes:
    """Return all that the server says until it closes the connection."""
    told = b""
    while part := client.recv(4096):
        told += part
    return told


def test_headers_that_come_a_byte_at_a_time_are_cut_off_while_others_are_served(office: Office, port: int) -> None:
    with connected(port) as slow:
        slow.sendall(b"POST /events HTTP/1.1\r\nX-Slow: ")
        assert posted(office, port) == 202
        assert dripped(slow) == b""
    assert posted(office, port) == 202


def test_a_body_that_stops_in_its_middle_is_answered_and_cut_off_while_others_are_served(
    office: Office, port: int
) -> None:
    with connected(port) as slow:
        slow.sendall(began(office.token, len(EVENT)) + EVENT[:20])
        assert posted(office, port) == 202
        told = to_the_end(slow)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b"urn:dunghan:too_slow" in told
    assert len(office.paper.taken) == 1


@pytest.mark.parametrize(
    ("known", "status"), [pytest.param(True, b" 408 ", id="late"), pytest.param(False, b" 401 ", id="refused at once")]
)
def test_whoever_sends_on_after_the_answer_is_cut_off(office: Office, port: int, *, known: bool, status: bytes) -> None:
    with connected(port) as slow:
        slow.sendall(began(office.token if known else "wrong", MOST + 1))
        assert status in dripped(slow)[:20]
    assert posted(office, port) == 202


def test_a_connection_on_which_nothing_is_asked_is_cut_off(office: Office, port: int) -> None:
    with connected(port) as silent:
        assert posted(office, port) == 202
        assert to_the_end(silent) == b""


@pytest.fixture
def tls(office: Office, tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    it = of_loopback(tmp_path)
    with served(office.app, seconds=SECONDS, certificate=it.certificate, key=it.key) as port:
        yield port, ssl.create_default_context(cafile=str(it.certificate))


def test_over_tls_a_post_is_answered_and_plain_http_is_not(office: Office, tls: tuple[int, ssl.SSLContext]) -> None:
    port, context = tls
    assert posted(office, port, context=context) == 202
    with pytest.raises((OSError, http.client.HTTPException)):
        posted(office, port)
    assert len(office.paper.taken) == 1


def test_who_does_not_trust_the_certificate_sends_nothing(office: Office, tls: tuple[int, ssl.SSLContext]) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        posted(office, tls[0], context=ssl.create_default_context())
    assert not office.paper.taken


def test_a_greeting_that_never_ends_is_cut_off(office: Office, tls: tuple[int, ssl.SSLContext]) -> None:
    port, context = tls
    with connected(port) as silent:
        assert posted(office, port, context=context) == 202
        assert to_the_end(silent) == b""
