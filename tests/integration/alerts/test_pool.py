"""The connections, against a mail server whose every answer a test can choose."""

import asyncio
import base64
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from alerts.core.pace import Rates
from alerts.core.retry import Ending
from alerts.mailer import MAILS_EACH, Parcel
from alerts.pool import Answer, Pool
from alerts.server import Server, Tls
from tests.certificates import Certificate, of_loopback

PATIENCE = 20.0
Answers = Callable[[int, str], str | None]
"""From the number of the connection and its command to the answer; None for the usual one."""


class Scripted:
    """The server: remembers every command with the number of its connection."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.heard: list[tuple[int, str]] = []
        self.connections = 0
        self.messages = 0
        self._transports: list[asyncio.WriteTransport] = []

    def hang_up(self) -> None:
        """Let every connection end at once, whatever its other end still owes in TLS."""
        for transport in self._transports:
            transport.abort()

    async def session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._transports.append(writer.transport)
        try:
            await self._talk(self.connections, reader, writer)
        finally:
            writer.close()

    async def _talk(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 scripted\r\n")
        while line := await reader.readline():
            command = line.decode().strip()
            self.heard.append((number, command))
            said = self.answers(number, command) or self.usual(command)
            writer.write(said.encode() + b"\r\n")
            if said.startswith("354"):
                await reader.readuntil(b"\r\n.\r\n")
                self.messages += 1
                self.heard.append((number, "."))
                writer.write((self.answers(number, ".") or "250 taken").encode() + b"\r\n")
            if command == "QUIT":
                break

    @staticmethod
    def usual(command: str) -> str:
        if command.startswith("EHLO"):
            return "250-scripted\r\n250-8BITMIME\r\n250 AUTH PLAIN XOAUTH2"
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 OK")

    def count(self, command: str) -> int:
        return sum(heard.startswith(command) for _, heard in self.heard)


@contextmanager
def scripted(
    answers: Answers = lambda _number, _command: None, *, tls: Certificate | None = None
) -> Iterator[tuple[Scripted, int]]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    it = Scripted(answers)
    context = None
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*tls)
    listening = asyncio.start_server(it.session, "127.0.0.1", 0, ssl=context)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result()
    try:
        yield it, server.sockets[0].getsockname()[1]
    finally:

        async def close() -> None:
            server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            it.hang_up()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def parcel(key: str, address: str = "anh@x.vn") -> Parcel:
    return Parcel(key=key, sender="dunghan@x.vn", address=address, content=b"Subject: x\r\n\r\nx\r\n")


def all_answers(pool: Pool, count: int, *, record: bool = True) -> list[Answer]:
    found: list[Answer] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} answers came"
        for answer in pool.answers(0.1):
            found.append(answer)
            if record:
                pool.recorded(answer.key)
    return found


def test_no_connection_sends_a_message_before_the_outcome_of_its_last_one_is_durable() -> None:
    with scripted() as (server, port), Pool(Server(host="127.0.0.1", port=port, connections=2)) as pool:
        for number in range(6):
            pool.offer(parcel(str(number)))
        first = all_answers(pool, 2, record=False)
        assert pool.answers(0.5) == []
        assert server.messages == 2
        for answer in first:
            pool.recorded(answer.key)
        all_answers(pool, 4)
        assert server.messages == 6


def test_a_server_that_had_enough_mails_on_a_connection_gets_another_at_once() -> None:
    def enough(number: int, command: str) -> str | None:
        taken = sum(heard == (number, "MAIL FROM:<dunghan@x.vn>") for heard in server.heard)
        return "452 4.5.3 too many messages" if command.startswith("RCPT") and number == 1 and taken > 1 else None

    with scripted(enough) as (server, port), Pool(Server(host="127.0.0.1", port=port, connections=1)) as pool:
        for number in range(2):
            pool.offer(parcel(str(number)))
        endings = [answer.answered.ending for answer in all_answers(pool, 2)]
    assert endings == [Ending.ACCEPTED, Ending.ACCEPTED]
    assert server.connections == 2


def test_on_a_new_connection_the_same_words_mean_later() -> None:
    with (
        scripted(lambda _, command: "452 4.2.2 mailbox full" if command.startswith("RCPT") else None) as (_, port),
        Pool(Server(host="127.0.0.1", port=port, connections=1)) as pool,
    ):
        pool.offer(parcel("a"))
        [answer] = all_answers(pool, 1)
    assert answer.answered.ending is Ending.RETRY


def test_a_connection_is_made_anew_after_its_fill_of_mails() -> None:
    with scripted() as (server, port), Pool(Server(host="127.0.0.1", port=port, connections=1)) as pool:
        for number in range(MAILS_EACH + 1):
            pool.offer(parcel(str(number)))
        all_answers(pool, MAILS_EACH + 1)
        assert server.connections == 2


def test_a_connection_that_was_idle_too_long_is_ended_and_the_next_mail_gets_another() -> None:
    with scripted() as (server, port), Pool(Server(host="127.0.0.1", port=port, connections=1, idle=0.2)) as pool:
        pool.offer(parcel("1"))
        all_answers(pool, 1)
        deadline = time.monotonic() + PATIENCE
        while not server.count("QUIT"):
            assert time.monotonic() < deadline, "nobody said good-bye"
            time.sleep(0.02)
        pool.offer(parcel("2"))
        all_answers(pool, 1)
    assert server.connections == 2
    assert server.messages == 2


def test_what_is_withdrawn_is_not_sent() -> None:
    with (
        scripted() as (server, port),
        Pool(Server(host="127.0.0.1", port=port), may_start=lambda: False) as pool,
    ):
        pool.offer(parcel("a"))
        pool.withdraw()
        assert pool.answers(0.3) == []
        assert server.messages == 0


def test_a_domain_with_a_pace_of_its_own_does_not_hold_up_the_others() -> None:
    rates = Rates(domains={"gmail.com": 0.2})
    with scripted() as (_, port), Pool(Server(host="127.0.0.1", port=port, connections=1, rates=rates)) as pool:
        for number in range(3):
            pool.offer(parcel(f"slow {number}", "a@gmail.com"))
            pool.offer(parcel(f"quick {number}"))
        keys = [answer.key for answer in all_answers(pool, 4)]
    assert sorted(keys) == ["quick 0", "quick 1", "quick 2", "slow 0"]


def test_what_is_offered_while_every_connection_waits_for_a_slow_domain_goes_at_once() -> None:
    rates = Rates(domains={"gmail.com": 0.01})
    with scripted() as (_, port), Pool(Server(host="127.0.0.1", port=port, connections=1, rates=rates)) as pool:
        for number in range(2):
            pool.offer(parcel(f"slow {number}", "a@gmail.com"))
        all_answers(pool, 1)
        assert pool.answers(0.3) == []
        pool.offer(parcel("quick"))
        [answer] = all_answers(pool, 1)
    assert answer.key == "quick"


def test_an_access_token_comes_from_a_command_at_every_login() -> None:
    def login(_number: int, command: str) -> str | None:
        return "235 welcome" if command.startswith("AUTH XOAUTH2") else None

    command = (sys.executable, "-c", "print('token-7')")
    with scripted(login) as (server, port):
        given = Server(host="127.0.0.1", port=port, username="dunghan@x.vn", token_command=command, connections=1)
        with Pool(given) as pool:
            pool.offer(parcel("a"))
            [answer] = all_answers(pool, 1)
    assert answer.answered.ending is Ending.ACCEPTED
    [said] = [heard for _, heard in server.heard if heard.startswith("AUTH XOAUTH2 ")]
    assert b"auth=Bearer token-7" in base64.b64decode(said.split()[-1])


def test_a_token_command_that_fails_halts_and_says_nothing_of_what_it_printed() -> None:
    command = (sys.executable, "-c", "print('half-a-secret'); raise SystemExit(3)")
    with scripted() as (_, port):
        given = Server(host="127.0.0.1", port=port, username="dunghan@x.vn", token_command=command, connections=1)
        with Pool(given) as pool:
            pool.offer(parcel("a"))
            [answer] = all_answers(pool, 1)
    assert answer.answered.ending is Ending.HALT
    assert "secret" not in answer.answered.reply


@pytest.mark.parametrize("ending", ["550 no such mailbox", "451 greylisted"])
def test_one_recipient_s_refusal_keeps_the_connection_for_the_next(ending: str) -> None:
    def refuse(_number: int, command: str) -> str | None:
        return ending if command == "RCPT TO:<gone@x.vn>" else None

    with scripted(refuse) as (server, port), Pool(Server(host="127.0.0.1", port=port, connections=1)) as pool:
        pool.offer(parcel("gone", "gone@x.vn"))
        pool.offer(parcel("there"))
        found = {answer.key: answer.answered.ending for answer in all_answers(pool, 2)}
    assert found["there"] is Ending.ACCEPTED
    assert server.connections == 1


def test_a_server_whose_certificate_the_named_authority_signed_takes_mails_over_tls(tmp_path: Path) -> None:
    signed = of_loopback(tmp_path)
    with scripted(tls=signed) as (server, port):
        known = Server(host="127.0.0.1", port=port, tls=Tls.TLS, authority=str(signed.certificate))
        with Pool(known) as pool:
            pool.offer(parcel("1"))
            [answer] = all_answers(pool, 1)
    assert answer.answered.ending is Ending.ACCEPTED
    assert server.messages == 1


def test_a_server_of_whom_nobody_vouches_halts_us_before_anything_is_said(tmp_path: Path) -> None:
    with (
        scripted(tls=of_loopback(tmp_path)) as (server, port),
        Pool(Server(host="127.0.0.1", port=port, tls=Tls.TLS)) as pool,
    ):
        pool.offer(parcel("1"))
        [answer] = all_answers(pool, 1)
    assert answer.answered.ending is Ending.HALT
    assert server.heard == []


def test_a_fault_of_ours_in_a_connection_s_work_is_raised_and_leaves_no_mail_in_flight_for_ever() -> None:
    def broken(_: Answer) -> None:
        raise LookupError("whose is it?")

    with scripted() as (_, port), Pool(Server(host="127.0.0.1", port=port)) as pool:
        pool.tell(broken)
        pool.offer(parcel("1"))
        with pytest.raises(RuntimeError) as raised:
            all_answers(pool, 1)
    assert isinstance(raised.value.__cause__, LookupError)


def mute_after_quit(listening: socket.socket, context: ssl.SSLContext) -> bool:
    """Serve one connection over TLS, refuse its mail, answer its QUIT and no more; return whether it then ended."""
    connection, _ = listening.accept()
    with socket.socket(fileno=os.dup(connection.fileno())) as beneath:
        beneath.settimeout(PATIENCE)
        with context.wrap_socket(connection, server_side=True) as over_tls, over_tls.makefile("rb") as lines:
            over_tls.sendall(b"220 mute\r\n")
            for line in lines:
                command = line.decode().strip()
                said = "550 no such mailbox" if command.startswith("RCPT") else Scripted.usual(command)
                over_tls.sendall(said.encode() + b"\r\n")
                if command == "QUIT":
                    break
            try:
                while beneath.recv(1000):
                    pass  # their good-bye, which nobody here answers
            except TimeoutError:
                return False
            return True


def test_a_server_that_never_says_good_bye_in_tls_does_not_keep_our_socket_open(tmp_path: Path) -> None:
    signed = of_loopback(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*signed)
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as executor:
        ended = executor.submit(mute_after_quit, listening, context)
        known = Server(
            host="127.0.0.1",
            port=listening.getsockname()[1],
            tls=Tls.TLS,
            authority=str(signed.certificate),
            connections=1,
            idle=0.1,
        )
        with Pool(known) as pool:
            pool.offer(parcel("1"))
            all_answers(pool, 1)
            assert ended.result(), "the connection stayed open"
