"""Composition: from options to a gateway that runs until it is told to stop."""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from deploy.connect.sources import Source
from deploy.gateway import openapi
from deploy.gateway.app import gateway_app
from deploy.gateway.desk import Desk, Limits
from deploy.gateway.figures import Figures
from deploy.gateway.inbox import Inbox
from deploy.gateway.national import National
from deploy.gateway.pace import Pace
from deploy.gateway.server import Serving, listening, server_of
from deploy.gateway.tokens import Tokens
from streams.cluster import Address
from streams.core.moments import Moment

WAITING_BYTES = 64 << 20
"""What may wait for the broker at once."""
BURST_SECONDS = 10


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway needs to know; `instance` empty: the machine's name and the port.

    One of `mappings` is the national.
    """

    bootstrap: Address
    topic: str
    tokens_file: Path
    host: str
    port: int
    limits: Limits
    events_per_second: float
    serving: Serving
    clock: Callable[[], Moment]
    mappings: Sequence[Source]
    instance: str = ""


def run(options: Options, *, told: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `told` is given the address. What was begun is ended first.

    Raises TokensUnreadable, and OSError where the address or the certificate cannot be had.
    """
    mappings = {each.name: National(each) for each in options.mappings}
    tokens = Tokens(options.tokens_file, mappings=mappings)
    with listening(options.host, options.port) as door:
        port = door.getsockname()[1]
        inbox = Inbox(
            options.bootstrap,
            options.topic,
            name=f"{options.topic}-gateway-{options.instance or f'{socket.gethostname()}-{port}'}",
            patience=options.limits.patience,
            most_bytes=WAITING_BYTES,
        )
        figures = Figures(tokens.sources, waiting=lambda: inbox.waiting, up=lambda: inbox.up)
        burst = max(options.events_per_second * BURST_SECONDS, float(options.limits.batch_events))
        pace = Pace(options.events_per_second, burst=burst)
        desk = Desk(tokens, inbox, figures, mappings=mappings, pace=pace, limits=options.limits, clock=options.clock)
        server = server_of(gateway_app(desk, inbox, figures, document=openapi.text().encode()), options.serving)
        inbox.start()
        told(f"{'https' if options.serving.certificate else 'http'}://{options.host}:{port}")
        try:
            server.run(sockets=[door])
        finally:
            inbox.stop(options.limits.patience)
