"""An SMTP server that remembers what it accepted, in the order in which it did, and can be as bad as asked."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Accepted:
    """One mail for which the server said 250, or took it and said nothing."""

    address: str
    content: bytes
    at: float


@dataclass(slots=True)
class Temper:
    """How it treats its callers; may be changed while it runs."""

    delay: float = 0.0
    silent: int = 0
    """So many mails it takes and never answers."""
    hangs_up: int = 0
    """So many mails it takes, and closes the connection instead of an answer."""
    on_data: Callable[[], None] | None = None
    """Called when a whole message is there, before it is accepted."""
    on_accepted: Callable[[], None] | None = None


class Session(asyncio.Protocol):
    def __init__(self, sink: "Sink") -> None:
        self._sink = sink
        self._rest = b""
        self._in_message = False
        self._address = ""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._sink.sessions.add(self)
        transport.write(b"220 sink ESMTP\r\n")

    def connection_lost(self, why: Exception | None) -> None:
        self._sink.sessions.discard(self)

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while True:
            end = b"\r\n.\r\n" if self._in_message else b"\r\n"
            piece, found, rest = self._rest.partition(end)
            if not found:
                return
            self._rest = rest
            if self._in_message:
                self._in_message = False
                self._message(piece)
            else:
                self._command(piece.decode())

    def _command(self, line: str) -> None:
        word = line[:4].upper()
        if word == "RCPT":
            self._address = line.partition("<")[2].partition(">")[0]
        self._in_message = word == "DATA"
        answers = {"EHLO": "250-sink\r\n250-8BITMIME\r\n250 SIZE 33554432", "DATA": "354 go on", "QUIT": "221 bye"}
        self._say(answers.get(word, "250 OK"))
        if word == "QUIT" and self._transport is not None:
            self._transport.close()

    def _message(self, content: bytes) -> None:
        sink, temper = self._sink, self._sink.temper
        if temper.on_data is not None:
            temper.on_data()
        sink.accept(self._address, content + b"\r\n")
        if temper.silent > 0:
            temper.silent -= 1
        elif temper.hangs_up > 0:
            temper.hangs_up -= 1
            self.hang_up()
        elif temper.delay:
            asyncio.get_running_loop().call_later(temper.delay, self._taken)
        else:
            self._taken()

    def _taken(self) -> None:
        self._say("250 2.0.0 taken")
        if self._sink.temper.on_accepted is not None:
            self._sink.temper.on_accepted()

    def _say(self, line: str) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(line.encode() + b"\r\n")


class Sink:
    """The server, in a thread of its own, on a free port."""

    def __init__(self, temper: Temper | None = None) -> None:
        self.temper = temper or Temper()
        self.accepted: list[Accepted] = []
        self.sessions: set[Session] = set()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        server = asyncio.run_coroutine_threadsafe(
            self._loop.create_server(lambda: Session(self), "127.0.0.1", 0), self._loop
        )
        self._server = server.result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        while self.sessions:
            for session in self.sessions:
                session.hang_up()
            await asyncio.sleep(0)

    def accept(self, address: str, content: bytes) -> None:
        self.accepted.append(Accepted(address, content, time.monotonic()))

    def wait_for(self, count: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while len(self.accepted) < count:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True
