"""The way of a request that brings events, whatever serves it.

token ▸ pace ▸ is the broker there ▸ body ▸ events ▸ pace of all of them ▸ written ▸ answered.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

import msgspec

from deploy.gateway import incoming, national
from deploy.gateway.figures import Figures
from deploy.gateway.incoming import Posted
from deploy.gateway.national import National
from deploy.gateway.pace import Pace
from deploy.gateway.refusals import Refused, Why, later
from deploy.gateway.tokens import NATIONAL, Pass, Tokens
from deploy.gateway.writing import Away, Full, Unsure, Writer
from streams.core.moments import Moment

AGAIN: Final = 5.0
"""Seconds after which a client may try again while the broker is away."""
DRAINED: Final = 4
"""How many times the largest body is read, and thrown away, so that a client that sends too much hears why."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a request may ask for: bytes, events, seconds for its body and for the broker; and how many are at work."""

    body_bytes: int
    batch_events: int
    body_seconds: float
    patience: float
    at_once: int = 64


class Asked(msgspec.Struct, frozen=True):
    """A request: its headers, names in small letters; its body as it comes; the home that its query names."""

    headers: Sequence[tuple[bytes, bytes]]
    body: AsyncIterator[bytes]
    home: str | None = None

    def header(self, name: str) -> str:
        """Return a header's value, empty where there is none."""
        wanted = name.encode()
        return next((value.decode("latin-1") for found, value in self.headers if found == wanted), "")


class Answer(msgspec.Struct, frozen=True):
    """What was asked to be written, and what the answer tells beside the number of events."""

    records: Sequence[Posted]
    told: dict[str, object] = {}


Reading = Callable[[Asked, Pass, bytes], Answer]


class Desk:
    """Takes requests; `clock` says the moment of arrival against which an event's time is held."""

    def __init__(
        self,
        tokens: Tokens,
        inbox: Writer,
        figures: Figures,
        *,
        mappings: Mapping[str, National],
        pace: Pace,
        limits: Limits,
        clock: Callable[[], Moment],
    ) -> None:
        """Take them with these."""
        self._tokens, self._inbox, self._figures = tokens, inbox, figures
        self._mappings, self._pace, self._limits, self._clock = mappings, pace, limits, clock
        self._at_work = 0

    async def events(self, asked: Asked, known: Callable[[Pass], None]) -> dict[str, object]:
        """Take CloudEvents; return what the answer says. Raises Refused; `known` is told whose token it is."""
        return await self._take(asked, known, self._events)

    async def dossiers(self, asked: Asked, known: Callable[[Pass], None]) -> dict[str, object]:
        """Take dossiers of the national synchronisation, likewise."""
        return await self._take(asked, known, self._dossiers)

    def _events(self, asked: Asked, allowed: Pass, body: bytes) -> Answer:
        kind = incoming.media_type(asked.header("content-type"))
        found = incoming.posted(kind, asked.headers, body)
        self._few_enough(len(found))
        return Answer(incoming.checked(found, allowed=allowed, now=self._clock()))

    def _dossiers(self, asked: Asked, allowed: Pass, body: bytes) -> Answer:
        now = self._clock()
        if incoming.media_type(asked.header("content-type")) != incoming.JSON:
            raise Refused(Why.NOT_SUPPORTED, f"taken is {incoming.JSON}")
        home = national.home_of(allowed, asked.home)
        snapshots = national.snapshots_in(body)
        self._few_enough(len(snapshots))
        mapping = self._mappings[allowed.mapping or NATIONAL]
        events, places = mapping.events(snapshots, source=allowed.source, home=home, now=now)
        return Answer(incoming.checked(events, allowed=allowed, now=now, places=places), {"dossiers": len(snapshots)})

    async def _take(self, asked: Asked, known: Callable[[Pass], None], read: Reading) -> dict[str, object]:
        allowed: Pass | None = None
        try:
            allowed = self._whose(asked)
            known(allowed)
            self._paced(allowed, 1)
            self._there()
            answer = await self._at_the_desk(asked, allowed, read)
        except Refused as refused:
            self._count(refused, allowed)
            raise
        except Exception:
            self._count(Refused(Why.BROKEN), allowed)
            raise
        return {"accepted": len(answer.records), **answer.told}

    def _count(self, refused: Refused, allowed: Pass | None) -> None:
        wrong = max(1, len({fault.index for fault in refused.faults}))
        self._figures.refused(refused.why, allowed.source if allowed else None, events=wrong)

    async def _at_the_desk(self, asked: Asked, allowed: Pass, read: Reading) -> Answer:
        if self._at_work >= self._limits.at_once:
            raise later(Why.FULL, 1)
        self._at_work += 1
        try:
            body = await self._whole(asked)
            began = time.monotonic()
            answer = read(asked, allowed, body)
            self._paced(allowed, len(answer.records) - 1)
            await self._written(answer.records)
        finally:
            self._at_work -= 1
        self._figures.accepted(allowed.source, len(answer.records), seconds=time.monotonic() - began)
        return answer

    def _whose(self, asked: Asked) -> Pass:
        scheme, _, token = asked.header("authorization").partition(" ")
        found = self._tokens.of(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise Refused(Why.NO_TOKEN, headers={"WWW-Authenticate": 'Bearer realm="dunghan"'})
        return found

    def _paced(self, allowed: Pass, events: int) -> None:
        wait = self._pace.take(
            allowed.source, max(0, events), now=time.monotonic(), per_second=allowed.events_per_second
        )
        if wait:
            raise later(Why.TOO_FAST, wait)

    def _there(self) -> None:
        if not self._inbox.up:
            raise later(Why.AWAY, AGAIN)

    def _few_enough(self, events: int) -> None:
        if events > self._limits.batch_events:
            raise Refused(Why.TOO_MANY, f"{events} events, at most {self._limits.batch_events}")

    async def _whole(self, asked: Asked) -> bytes:
        limits = self._limits
        too_large = Refused(Why.TOO_LARGE, f"at most {limits.body_bytes} bytes")
        if asked.header("content-encoding") not in ("", "identity"):
            raise Refused(Why.NOT_SUPPORTED, "a body without Content-Encoding is taken")
        body, came = bytearray(), 0
        try:
            async with asyncio.timeout(limits.body_seconds):
                async for part in asked.body:
                    came += len(part)
                    body += part if came <= limits.body_bytes else b""
                    if came > DRAINED * limits.body_bytes:
                        raise too_large
        except TimeoutError:
            told = f"it has {limits.body_seconds:g} seconds"
            raise Refused(Why.TOO_SLOW, told, headers={"Connection": "close"}) from None
        if came > limits.body_bytes:
            raise too_large
        return bytes(body)

    async def _written(self, records: Sequence[Posted]) -> None:
        if not records:
            return
        try:
            # A group before this one may be at the broker still; each has its patience.
            async with asyncio.timeout(2 * self._limits.patience):
                await asyncio.wrap_future(self._inbox.post(records))
        except Away:
            raise later(Why.AWAY, AGAIN) from None
        except Full:
            raise later(Why.FULL, 1) from None
        except (Unsure, TimeoutError):
            raise later(Why.UNSURE, AGAIN) from None
