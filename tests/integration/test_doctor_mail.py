"""The doctor at a real mail server: TLS and login are tried, and nothing is sent."""

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import BaseRequestHandler, StreamRequestHandler, ThreadingTCPServer

import pytest

from deploy.doctoring.line import Grade, Line
from deploy.doctoring.mailserver import looked_at
from deploy.local.mailbox import LocalMailbox, Manners
from deploy.local.ports import free_ports
from deploy.sections import Courier, Smtp
from deploy.settings import Settings
from tests.certificates import Certificate, of_loopback


def looked(smtp: Smtp) -> list[Line]:
    return list(looked_at(Settings(smtp=smtp), now=0))


@pytest.mark.parametrize(("password", "grade"), [("right", Grade.FINE), ("other", Grade.WRONG)])
def test_the_login_is_tried_and_nothing_is_sent(password: str, grade: Grade, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(password)
    with LocalMailbox(tmp_path / "mails", Manners(login=("dunghan", "right"))) as mailbox:
        smtp = Smtp(port=mailbox.port, tls="none", username="dunghan", password_file=tmp_path / "password")
        (line,) = looked(smtp)
        assert (line.what, line.grade) == ("mail", grade)
        assert password not in line.found
        assert mailbox.mails() == ()


@pytest.fixture
def pair(tmp_path: Path) -> Certificate:
    return of_loopback(tmp_path)


@pytest.fixture
def over_tls(pair: Certificate) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)

    class Polite(BaseRequestHandler):
        """Says yes to everything, and good-bye."""

        def handle(self) -> None:
            try:
                with context.wrap_socket(self.request, server_side=True) as hidden, hidden.makefile("rwb") as talk:
                    said = b"220 here"
                    while not said.startswith(b"221"):
                        talk.write(said + b"\r\n")
                        talk.flush()
                        said = b"221 bye" if talk.readline() in (b"QUIT\r\n", b"") else b"250 OK"
                    talk.write(said + b"\r\n")
            except OSError:
                """Who does not trust us hangs up."""

    with ThreadingTCPServer(("127.0.0.1", 0), Polite) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield server.server_address[1]
        server.shutdown()
        serving.join()


def test_over_tls_the_end_of_the_certificate_is_told(over_tls: int, pair: Certificate) -> None:
    mail, certificate = looked(Smtp(port=over_tls, tls="tls", authority=pair.certificate))
    assert (mail.grade, certificate.grade) == (Grade.FINE, Grade.FINE)
    assert "2100-01-01" in certificate.found


def test_a_certificate_that_is_not_trusted_is_wrong(over_tls: int) -> None:
    (line,) = looked(Smtp(port=over_tls, tls="tls"))
    assert line.grade is Grade.WRONG
    assert "CERTIFICATE_VERIFY_FAILED" in line.found or "certificate" in line.found


@pytest.fixture
def greeted() -> Iterator[tuple[int, list[str]]]:
    """Give the port of a server that lets everybody in, and the names by which it is greeted."""
    names: list[str] = []

    class Host(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            answers = {"EHLO": b"250-here\r\n250 AUTH PLAIN", "AUTH": b"235 OK", "QUIT": b"221 bye"}
            while said := self.rfile.readline().decode().split():
                if said[0] == "EHLO":
                    names.append(said[1])
                self.wfile.write(answers[said[0]] + b"\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Host) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield server.server_address[1], names
        server.shutdown()
        serving.join()


def test_the_server_is_greeted_by_the_name_that_the_courier_has(greeted: tuple[int, list[str]], tmp_path: Path) -> None:
    port, names = greeted
    (tmp_path / "password").write_text("x")
    smtp = Smtp(port=port, tls="none", username="dunghan", password_file=tmp_path / "password")
    (line,) = looked_at(Settings(smtp=smtp, courier=Courier(sender="dunghan@dienbien.example")), now=0)
    assert (line.grade, names) == (Grade.FINE, ["dienbien.example"])


def test_nobody_there_is_a_warning_only_where_nothing_was_configured() -> None:
    (port,) = free_ports(1)
    (configured,) = looked(Smtp(port=port, tls="none"))
    assert configured.grade is Grade.WRONG
    assert "[smtp]" in configured.remedy
