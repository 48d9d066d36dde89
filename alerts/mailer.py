"""Sends ready bytes by SMTP over a few kept connections; the one module that knows aiosmtplib.

Its errors end here as one of the closed set of endings. One recipient a message, so that one refusal is one person's.
"""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Self

import aiosmtplib
import msgspec

from alerts.core.retry import Ending
from alerts.core.settling import Answered
from alerts.render import plain
from alerts.server import Server, Tls

MAILS_EACH: Final = 50
IDLE_SECONDS: Final = 60.0
REFUSED: Final = 500
FAILURES: Final = (aiosmtplib.SMTPException, OSError, ValueError)


class Parcel(msgspec.Struct, frozen=True):
    """One message to one address."""

    sender: str
    address: str
    content: bytes


class Connection(aiosmtplib.SMTP):
    """A connection that knows how many mails it took and whether the message itself was already on its way."""

    def __init__(self, server: Server) -> None:
        """Prepare; `connect` connects, secures and logs in."""
        super().__init__(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.tls is Tls.TLS,
            start_tls=server.tls is Tls.STARTTLS,
            timeout=server.patience,
            local_hostname=server.helo,
        )
        self.final_patience = server.final_patience
        self.taken = 0
        self.used_at = 0.0
        self.in_message = False

    async def data(self, message: str | bytes, /, **_: Any) -> aiosmtplib.SMTPResponse:
        """Send the message; from here on a lost connection leaves open whether the server has it."""
        self.in_message = True
        return await super().data(message, timeout=self.final_patience)

    def is_fresh(self) -> bool:
        """Return whether another mail may go over it."""
        return self.is_connected and self.taken < MAILS_EACH and time.monotonic() - self.used_at < IDLE_SECONDS


class Mailer:
    """A pool of connections that lives as long as the `with` block; used from one thread."""

    def __init__(self, server: Server) -> None:
        """Prepare; connections are made when there is something to send."""
        self._server = server
        self._kept: list[Connection] = []
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        with self._runner:
            self._runner.run(self._hang_up(self._kept))

    def send(self, parcels: Sequence[Parcel], *, may_go_on: Callable[[], bool]) -> list[Answered | None]:
        """Send each parcel once and return the answers in the same order.

        None stands for one that was not tried: the server halted us, or `may_go_on` said no.
        """
        return self._runner.run(self._send(parcels, may_go_on))

    async def _send(self, parcels: Sequence[Parcel], may_go_on: Callable[[], bool]) -> list[Answered | None]:
        answers: list[Answered | None] = [None] * len(parcels)
        queue = iter(enumerate(parcels))
        await asyncio.gather(
            *(self._drain(queue, answers, may_go_on) for _ in range(min(self._server.connections, len(parcels))))
        )
        return answers

    async def _drain(
        self, queue: Iterator[tuple[int, Parcel]], answers: list[Answered | None], may_go_on: Callable[[], bool]
    ) -> None:
        for place, parcel in queue:
            if not may_go_on() or any(answer and answer.ending is Ending.HALT for answer in answers):
                return
            answers[place] = await self._deliver(parcel)

    async def _deliver(self, parcel: Parcel) -> Answered:
        kept = self._kept.pop() if self._kept else None
        if kept is not None and kept.is_fresh():
            answered = await self._try(kept, parcel)
            if answered.ending is not Ending.RETRY or kept.is_connected:
                return answered
            # The server had closed a connection we kept: that says nothing of this mail.
        elif kept is not None:
            await self._hang_up([kept])
        return await self._try(Connection(self._server), parcel)

    async def _try(self, connection: Connection, parcel: Parcel) -> Answered:
        connection.in_message = False
        try:
            if not connection.is_connected:
                await connection.connect()
            refused, reply = await connection.sendmail(parcel.sender, [parcel.address], parcel.content)
        except FAILURES as failure:
            answered = classify(failure, in_message=connection.in_message)
        else:
            # A recipient refused within a normal return is refused all the same.
            answered = _by_code(*refused[parcel.address]) if refused else Answered(Ending.ACCEPTED, reply)
        await self._keep(connection, answered)
        return Answered(answered.ending, plain(answered.reply.replace(parcel.address, "…")))

    async def _keep(self, connection: Connection, answered: Answered) -> None:
        connection.taken += 1
        connection.used_at = time.monotonic()
        if answered.ending is Ending.ACCEPTED or (connection.is_connected and answered.ending is Ending.PERMANENT):
            self._kept.append(connection)
        else:
            # `452 too many messages` and `421 going down` among them: a new connection is what they ask for.
            await self._hang_up([connection])

    async def _hang_up(self, connections: list[Connection]) -> None:
        while connections:
            connection = connections.pop()
            with contextlib.suppress(*FAILURES):
                if connection.is_connected:
                    await connection.quit(timeout=1.0)
            connection.close()


def classify(failure: Exception, *, in_message: bool) -> Answered:
    """Return which ending a failure is; `in_message` says that the message itself was on its way."""
    match failure:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[refused, *_]):
            return _by_code(refused.code, refused.message)
        case aiosmtplib.SMTPAuthenticationError() | aiosmtplib.SMTPSenderRefused() if failure.code >= REFUSED:
            # Not about this recipient: whoever we write to, it will be the same until somebody repairs it.
            return Answered(Ending.HALT, f"{failure.code} {failure.message}")
        case aiosmtplib.SMTPConnectResponseError() | aiosmtplib.SMTPHeloError():
            # The server does not want to talk at all just now; that is no refusal of this recipient.
            return Answered(Ending.RETRY, f"{failure.code} {failure.message}")
        case aiosmtplib.SMTPResponseException():
            return _by_code(failure.code, failure.message)
        case ValueError():
            return Answered(Ending.PERMANENT, f"no mail can be sent to this address: {failure}")
        case OSError() if isinstance(failure, ssl.SSLError) or isinstance(failure.__cause__, ssl.SSLError):
            return Answered(Ending.HALT, f"TLS: {failure}")
        case OSError():
            return Answered(Ending.AMBIGUOUS if in_message else Ending.RETRY, f"{type(failure).__name__}: {failure}")
        case _:
            # What is left of aiosmtplib's errors: an extension (STARTTLS, AUTH) we must have and the server has not.
            return Answered(Ending.HALT, str(failure))


def _by_code(code: int, message: str) -> Answered:
    ending = Ending.PERMANENT if code >= REFUSED else Ending.RETRY
    return Answered(ending, f"{code} {message}")
