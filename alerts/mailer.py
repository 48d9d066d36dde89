"""Sends ready bytes by SMTP; the one module that knows aiosmtplib.

Its errors end here as one of the closed set of endings. One recipient a message, so that one refusal is one person's.
"""

import asyncio
import contextlib
import functools
import ssl
import subprocess
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiosmtplib
import msgspec

from alerts.core.retry import Ending
from alerts.core.settling import Answered
from alerts.render import plain
from alerts.server import Server, Tls

MAILS_EACH: Final = 50
FAREWELL: Final = 1.0  # seconds for a last word and its answer
REFUSED: Final = 500
RETURNED: Final = ("421", "452")
"""Codes by which a server asks for another connection: it is going down, or had enough mails on this one."""
FAILURES: Final = (aiosmtplib.SMTPException, OSError, ValueError)

Gate = Callable[[], Awaitable[object]]


class Parcel(msgspec.Struct, frozen=True):
    """One message to one address; `key` names it in its answer."""

    key: str
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
            oauth_token_generator=_token_of(server) if server.token_command else None,
            use_tls=server.tls is Tls.TLS,
            start_tls=server.tls is Tls.STARTTLS,
            tls_context=None if server.tls is Tls.NONE else _trust(server.authority),
            timeout=server.patience,
            local_hostname=server.helo,
        )
        self.final_patience = server.final_patience
        self.idle = server.idle
        self.taken, self.used_at = 0, 0.0
        self.in_message = False
        self.gate: Gate | None = None

    async def data(self, message: str | bytes, /, **_: Any) -> aiosmtplib.SMTPResponse:
        """Send the message once the gate opens; from here on a lost connection leaves open whether they have it."""
        if self.gate is not None:
            await self.gate()
        self.in_message = True
        return await super().data(message, timeout=self.final_patience)

    def close(self) -> None:
        """Hang up now: a server that never says good-bye in TLS (RFC 8446, 6.1) must not keep the socket open."""
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    def is_fresh(self) -> bool:
        """Return whether another mail may go over it."""
        return self.is_connected and self.taken < MAILS_EACH and time.monotonic() - self.used_at < self.idle


class Mailer:
    """One place at the mail server's counter: a connection, kept from mail to mail, made anew when it is due."""

    def __init__(self, server: Server, gate: Gate) -> None:
        """Prepare; `gate` is waited for before the message itself is sent."""
        self._server = server
        self._gate = gate
        self._kept: Connection | None = None

    async def deliver(self, parcel: Parcel) -> Answered:
        """Send the parcel once; what only says that a kept connection has ended is asked again on a new one."""
        kept, self._kept = self._kept, None
        if kept is not None and kept.is_fresh():
            answered = await self._try(kept, parcel)
            # A connection that was not kept had been closed, or taken its fill: that says nothing of this mail.
            if answered.ending is not Ending.RETRY or self._is_kept():
                return answered
        elif kept is not None:
            await _hang_up(kept)
        return await self._try(Connection(self._server), parcel)

    def _is_kept(self) -> bool:
        return self._kept is not None

    async def hang_up(self) -> None:
        """Say good-bye where a connection is kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            await _hang_up(kept)

    async def _try(self, connection: Connection, parcel: Parcel) -> Answered:
        connection.in_message = False
        connection.gate = self._gate
        try:
            if not connection.is_connected:
                await connection.connect()
            refused, reply = await connection.sendmail(parcel.sender, [parcel.address], parcel.content)
        except asyncio.CancelledError:
            connection.close()
            raise
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
        lost = answered.ending in {Ending.AMBIGUOUS, Ending.HALT} or answered.reply.startswith(RETURNED)
        if connection.is_connected and not lost:
            self._kept = connection
        else:
            await _hang_up(connection)


@functools.cache
def _trust(authority: str | None) -> ssl.SSLContext:
    # Once: to read the certificates of a whole system takes longer than to send a mail.
    return ssl.create_default_context(cafile=authority)


async def _hang_up(connection: Connection) -> None:
    try:
        with contextlib.suppress(*FAILURES):
            if connection.is_connected:
                await connection.quit(timeout=FAREWELL)
    finally:
        connection.close()


def _token_of(server: Server) -> Callable[[], Awaitable[str]]:
    """Return what runs the token command anew for every login; its first line is the token, which is kept nowhere."""

    async def token() -> str:
        try:
            # The operator's own command, from the settings.
            said = await asyncio.to_thread(
                subprocess.run, server.token_command, capture_output=True, timeout=server.patience, check=True
            )
        except subprocess.SubprocessError as error:
            # Not what it printed: that may be half a secret.
            raise aiosmtplib.SMTPAuthenticationError(REFUSED, f"no token: {type(error).__name__}") from None
        return said.stdout.decode(errors="replace").partition("\n")[0].strip()

    return token


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
