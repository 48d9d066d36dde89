"""Serves an application on loopback in a thread, as the gateway's own process would."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.gateway.server import Serving, listening, server_of


@contextmanager
def served(
    app: Any, *, seconds: float = 30, connections: int = 100, certificate: Path | None = None, key: Path | None = None
) -> Iterator[int]:
    """Serve until the block ends, each part of a request having so many seconds; give the port."""
    how = Serving(
        header_seconds=seconds,
        body_seconds=seconds,
        answer_seconds=seconds,
        stop_seconds=5,
        connections=connections,
        certificate=certificate,
        key=key,
    )
    server = server_of(app, how)
    with listening("127.0.0.1", 0) as door:
        thread = threading.Thread(target=lambda: server.run([door]))
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield door.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
