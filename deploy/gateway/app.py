"""Paths, answers and the log of requests; the one room that knows Starlette."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deploy.gateway import paths
from deploy.gateway.desk import Asked, Desk
from deploy.gateway.figures import Figures
from deploy.gateway.refusals import MEDIA_TYPE, Refused, Why
from deploy.gateway.tokens import Pass
from deploy.gateway.writing import Writer

QUIET: Final = frozenset({paths.HEALTH, paths.READY, paths.METRICS})
"""Asked every few seconds by machines; no news while the answer is 200."""

Taking = Callable[[Asked, Callable[[Pass], None]], Awaitable[dict[str, object]]]


def gateway_app(desk: Desk, inbox: Writer, figures: Figures, *, document: bytes) -> ASGIApp:
    """Return the application: every path, every refusal a problem+json, every request a line of the log."""

    def says(told: Callable[[], tuple[int, object]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(_: Request) -> Response:
            status, body = told()
            return _json(body, status=status)

        return answer

    def broker() -> str:
        return "up" if inbox.up else "away"

    async def metrics(_: Request) -> Response:
        sheet, kind = figures.sheet()
        return Response(sheet, media_type=kind)

    async def described(_: Request) -> Response:
        return Response(document, media_type="application/json")

    alive = says(lambda: (200 if inbox.alive else 503, {"alive": inbox.alive, "broker": broker()}))
    ready = says(lambda: (200 if inbox.up else 503, {"broker": broker()}))
    routes = [
        *(Route(path, _taking(desk.events), methods=["POST"]) for path in (paths.EVENTS, paths.BINARY)),
        Route(paths.DOSSIERS, _taking(desk.dossiers), methods=["POST"]),
        *(Route(path, shown) for path, shown in ((paths.HEALTH, alive), (paths.READY, ready))),
        *(Route(path, shown) for path, shown in ((paths.METRICS, metrics), (paths.DOCUMENT, described))),
    ]
    handlers: dict[Any, Any] = {Refused: _refused, HTTPException: _not_here, Exception: _broken}
    return _logged(Starlette(routes=routes, exception_handlers=handlers))


def _taking(take: Taking) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        def known(allowed: Pass) -> None:
            request.state.source = allowed.source

        asked = Asked(request.headers.raw, _parts(request), request.query_params.get("home"))
        return _json(await take(asked, known), status=202)

    return answer


async def _parts(request: Request) -> AsyncIterator[bytes]:
    try:
        async for part in request.stream():
            yield part
    except ClientDisconnect:
        raise Refused(Why.GONE) from None


def _json(told: object, *, status: int) -> Response:
    return Response(msgspec.json.encode(told), status_code=status, media_type="application/json")


def _problem(refused: Refused, headers: dict[str, str]) -> Response:
    return Response(refused.body, refused.status, media_type=MEDIA_TYPE, headers={**headers, **refused.headers})


async def _refused(_: Request, refused: Refused) -> Response:
    return _problem(refused, {})


async def _not_here(_: Request, error: HTTPException) -> Response:
    why = Why.NOT_ALLOWED if error.status_code == 405 else Why.NOT_FOUND  # noqa: PLR2004 - HTTP's number
    return _problem(Refused(why), dict(error.headers or {}))


async def _broken(_: Request, _error: Exception) -> Response:
    return _problem(Refused(Why.BROKEN), {})


def _logged(app: ASGIApp) -> ASGIApp:
    """Return the application with a line for each request: never a body, a query, a header or an unknown path."""
    log = structlog.get_logger()

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        began, status = time.monotonic(), 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, told)
        finally:
            path = scope["path"] if "endpoint" in scope else "-"
            if path not in QUIET or status != 200:  # noqa: PLR2004 - HTTP's number
                source = scope.get("state", {}).get("source", "-")
                spent = round((time.monotonic() - began) * 1000, 1)
                log.info("request", method=scope["method"], path=path, status=status, ms=spent, source=source)

    return logged
