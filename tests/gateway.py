"""A gateway without network and broker, for tests: its application, a token, a writer that answers as it is told."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.connect.sources import Form, Source, load_sources
from deploy.gateway import openapi
from deploy.gateway.app import gateway_app
from deploy.gateway.desk import Desk, Limits
from deploy.gateway.figures import Figures
from deploy.gateway.incoming import Posted
from deploy.gateway.national import National
from deploy.gateway.pace import Pace
from deploy.gateway.tokens import Pass, Tokens, entry, new_token
from tests.sources import SOURCE, at

NOW = at("2026-11-23 09:00")
HOME = "dienbien.muongnhe"


@dataclass
class Paper:
    """A writer that keeps what it is given, or fails as told."""

    up: bool = True
    alive: bool = True
    fails_at_once: Exception | None = None
    fails_later: Exception | None = None
    never_answers: bool = False
    taken: list[Posted] = field(default_factory=list)

    def post(self, records: Sequence[Posted]) -> "Future[None]":
        if self.fails_at_once is not None:
            raise self.fails_at_once
        answer: Future[None] = Future()
        if self.never_answers:
            return answer
        if self.fails_later is not None:
            answer.set_exception(self.fails_later)
            return answer
        self.taken += records
        answer.set_result(None)
        return answer


@dataclass
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


LIMITS = Limits(body_bytes=64 * 1024, batch_events=100, body_seconds=5, patience=0.05)


class Office:
    """The application with a token for `SOURCE` of the dossiers of `HOME`."""

    def __init__(
        self,
        folder: Path,
        *,
        limits: Limits = LIMITS,
        per_second: float = 1e6,
        source: str = SOURCE,
        mapping: Source | None = None,
    ) -> None:
        self.token, hashed = new_token()
        self.tokens_file = folder / "tokens.toml"
        self.tokens_file.write_text(
            entry(Pass("motcua", source, (HOME,), hashed, mapping=mapping.name if mapping else None)), encoding="utf-8"
        )
        self.paper = Paper()
        known = [*load_sources(), *([mapping] if mapping else [])]
        mappings = {each.name: National(each) for each in known if each.form is Form.PAYLOAD}
        tokens = Tokens(self.tokens_file, mappings=mappings)
        self.figures = Figures(tokens.sources, waiting=lambda: 0, up=lambda: self.paper.up)
        desk = Desk(
            tokens,
            self.paper,
            self.figures,
            mappings=mappings,
            pace=Pace(per_second, burst=max(per_second, limits.batch_events)),
            limits=limits,
            clock=lambda: NOW,
        )
        self.app = gateway_app(desk, self.paper, self.figures, document=openapi.text().encode())

    def post(self, path: str, body: bytes, *, kind: str = "application/cloudevents+json", **more: Any) -> Answered:
        """Send a body with the token; `parts` sends it in pieces, `headers` adds some, `token` is another."""
        token = more.pop("token", self.token)
        headers = {"content-type": kind, "authorization": f"Bearer {token}", **more.pop("headers", {})}
        return self.call("POST", path, headers=headers, parts=more.pop("parts", [body]))

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, parts: Iterable[bytes] = (b"",)
    ) -> Answered:
        """Ask, and return the answer."""
        return asyncio.run(self._called(method, path, headers=headers or {}, parts=list(parts)))

    async def _called(self, method: str, path: str, *, headers: Mapping[str, str], parts: list[bytes]) -> Answered:
        bare, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": bare,
            "raw_path": bare.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
            "state": {},
        }
        sent: list[Any] = []
        coming = iter(
            [{"type": "http.request", "body": part, "more_body": True} for part in parts[:-1]]
            + [{"type": "http.request", "body": part, "more_body": False} for part in parts[-1:]]
        )

        async def receive() -> Any:
            return next(coming, None) or await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        told = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        return Answered(sent[0]["status"], told, b"".join(each.get("body", b"") for each in sent[1:]))
