"""An SMTP server in a process of its own that takes everything, and answers the final dot after a given time."""

import asyncio
import multiprocessing
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from tests.certificates import Certificate


class Session(asyncio.Protocol):
    answers = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._rest, self._in_message = transport, b"", False
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while True:
            piece, found, rest = self._rest.partition(b"\r\n.\r\n" if self._in_message else b"\r\n")
            if not found:
                return
            self._rest = rest
            word = b"" if self._in_message else piece[:4].upper()
            if self._in_message:
                self._in_message = False
                asyncio.get_running_loop().call_later(self.answers, self._say, b"250 taken")
            elif word == b"EHLO":
                self._say(b"250-sink\r\n250 8BITMIME")
            elif word == b"DATA":
                self._in_message = True
                self._say(b"354 go on")
            elif word == b"QUIT":
                self._say(b"221 bye")
                self._transport.close()
            else:
                self._say(b"250 OK")

    def _say(self, line: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(line + b"\r\n")


def _serve(answers: float, port: "Connection[int, int]", tls: Certificate | None) -> None:
    async def serve() -> None:
        Session.answers = answers
        context = None
        if tls is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*tls)
        server = await asyncio.get_running_loop().create_server(Session, "127.0.0.1", 0, backlog=500, ssl=context)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def sink(answers: float, *, tls: Certificate | None = None) -> Iterator[int]:
    """Give the port of a sink; with a certificate, one that speaks TLS from the first byte (RFC 8314)."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(answers, theirs, tls), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()
