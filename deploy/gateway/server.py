"""Serves the application over HTTP or TLS until it is told to stop; the one room that knows uvicorn.

Uvicorn has a limit for idle connections, and none for a client that sends its headers, or its body, a byte a minute:
`Patient` gives every part of a request its time. Before the first of them TLS has its own, which uvicorn leaves at
asyncio's minute: `_Loop` gives it that of the headers.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import h11
import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """How to serve: seconds for a request's headers, for its body and for its answer, and for the last ones at a stop.

    `certificate` and `key` are PEM files; without them there is no TLS. `connections` may be open at once.
    """

    header_seconds: float
    body_seconds: float
    answer_seconds: float
    stop_seconds: int
    connections: int
    certificate: Path | None = None
    key: Path | None = None


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that is bound; raises OSError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    return found


class Patient(H11Protocol):
    """A connection each part of whose requests has its seconds; what takes longer is cut off."""

    def __init__(self, patience: Mapping[Any, float], **more: Any) -> None:
        """Give each part, a state of the client by h11's account, its time."""
        super().__init__(**more)
        self._patience = patience
        self._part: Any = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for the first headers."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came, and see whether a part ended with it."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next headers."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        super().connection_lost(exc)
        self._forget()

    def _watch(self) -> None:
        # The time of a part runs from its beginning, however many bytes come in between.
        if self.conn.their_state is self._part:
            return
        self._forget()
        self._part = self.conn.their_state
        seconds = self._patience.get(self._part)
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose servers wait so many seconds for the end of a TLS handshake."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def create_server(self, *args: Any, **more: Any) -> asyncio.Server:
        seconds = self._seconds if more.get("ssl") else None
        return await super().create_server(*args, **more, ssl_handshake_timeout=seconds)


class _Config(uvicorn.Config):
    handshake_seconds = 60.0

    def get_loop_factory(self) -> Callable[[], asyncio.AbstractEventLoop]:
        return partial(_Loop, self.handshake_seconds)


def server_of(app: Any, how: Serving) -> uvicorn.Server:
    """Return the server; raises OSError (ssl.SSLError too) where certificate or key cannot be used."""
    # The application answers a slow body itself, with a problem; this is for who sends on after the answer.
    patience = {h11.IDLE: how.header_seconds, h11.SEND_BODY: how.body_seconds + 2, h11.DONE: how.answer_seconds}
    protocol = cast(type[asyncio.Protocol], partial(Patient, patience))
    config = _Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        # Its own access log would write the query.
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=how.connections,
        timeout_graceful_shutdown=how.stop_seconds,
        ssl_certfile=how.certificate,
        ssl_keyfile=how.key,
    )
    config.handshake_seconds = how.header_seconds
    config.load()
    return uvicorn.Server(config)
