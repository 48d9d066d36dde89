"""What a process shows of itself over HTTP: `/metrics`, `/livez` (the loop turns), `/readyz` (it may be given work)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest


def _sheet(registry: CollectorRegistry) -> bytes:
    return bytes(generate_latest(registry))  # type: ignore[no-untyped-call]  # prometheus-client has no types there


def _pages(
    registry: CollectorRegistry, *, live: Callable[[], bool], ready: Callable[[], bool]
) -> dict[str, Callable[[], tuple[int, bytes, str]]]:
    def says(true: Callable[[], bool]) -> Callable[[], tuple[int, bytes, str]]:
        return lambda: (200 if true() else 503, b"", "text/plain")

    return {
        "/metrics": lambda: (200, _sheet(registry), CONTENT_TYPE_LATEST),
        "/livez": says(live),
        "/readyz": says(ready),
    }


@contextmanager
def served(
    registry: CollectorRegistry, *, host: str, port: int, live: Callable[[], bool], ready: Callable[[], bool]
) -> Iterator[int]:
    """Serve until the block ends; yields the port, which differs from `port` where that is 0."""
    pages = _pages(registry, live=live, ready=ready)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, kind = pages.get(self.path.partition("?")[0], lambda: (404, b"", "text/plain"))()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Scrapes are no news."""

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
