"""A real SMTP server on loopback that keeps what it takes: each mail a file, exact to the byte, and its envelope.

The one module that knows aiosmtpd. `Manners` makes it as difficult as real servers are.
"""

import asyncio
import threading
import warnings
import weakref
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.local.ports import LOOPBACK
from deploy.local.shelf import Mail, Shelf

SIZE_LIMIT: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manners:
    """How the server treats its callers; the default takes everything at once."""

    refused: frozenset[str] = frozenset()
    """Recipients it does not know: 550, for good."""
    greylisted: int = 0
    """How many times it asks every recipient to come again (451) before it takes a mail."""
    delay: float = 0.0
    """Seconds between the final dot and its answer."""
    lost_answers: int = 0
    """After how many of the first mails it hangs up, having taken them, without a word: the sender cannot know."""
    login: tuple[str, str] | None = None
    """Name and password it demands before it takes a mail."""


class LocalMailbox:
    """The server; `folder` gets `000001.eml`, `000002.eml` … and one JSON line for each in `envelopes.jsonl`.

    Entering raises OSError when the folder or the port cannot be had; `port` 0 takes a free one.
    """

    def __init__(self, folder: Path, manners: Manners | None = None, *, host: str = LOOPBACK, port: int = 0) -> None:
        """Prepare; nothing listens before `with` or `start()`."""
        self.folder = folder
        self.host = host
        self.port = port
        self._manners = manners or Manners()
        self._shelf = Shelf(folder)
        self._running: tuple[asyncio.AbstractEventLoop, threading.Thread] | None = None
        self._server: asyncio.Server | None = None
        self._sessions = weakref.WeakSet[SMTP]()

    def __enter__(self) -> Self:
        """Start listening."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and hang up."""
        self.stop()

    def start(self) -> None:
        """Listen; from here on `port` is the true one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._shelf.take_stock()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="mailbox", daemon=True)
        self._running = loop, thread
        thread.start()
        try:
            self._server = asyncio.run_coroutine_threadsafe(self._listen(), loop).result()
        except BaseException:
            self.stop()
            raise
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Stop listening, hang up on whoever is connected, and end the thread."""
        if self._running is None:
            return
        (loop, thread), self._running = self._running, None
        if self._server is not None:
            asyncio.run_coroutine_threadsafe(self._hang_up(self._server), loop).result()
            self._server = None
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def mails(self) -> tuple[Mail, ...]:
        """Return the mails taken so far, in the order in which they came."""
        return self._shelf.mails()

    def wait_for(self, count: int, seconds: float = 30.0) -> tuple[Mail, ...]:
        """Return the mails as soon as there are `count`; TimeoutError tells how many came in so many seconds."""
        return self._shelf.wait_for(count, seconds)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(self._session, self.host, self.port)

    async def _hang_up(self, server: asyncio.Server) -> None:
        server.close()
        # Whoever was let in a moment ago has a socket, and only in two turns a session by which it can be closed.
        for _ in range(2):
            await asyncio.sleep(0)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for session in self._sessions:
            # Closing alone would wait for whoever does not read what we still have to say.
            if session.transport is not None:
                session.transport.abort()

    def _session(self) -> SMTP:
        login = self._manners.login
        with warnings.catch_warnings():
            # On loopback a password without TLS is seen by nobody; aiosmtpd warns about it all the same.
            warnings.simplefilter("ignore", UserWarning)
            session = SMTP(
                Doorman(self._manners, self._shelf),
                hostname="localhost",
                data_size_limit=SIZE_LIMIT,
                enable_SMTPUTF8=True,
                auth_required=login is not None,
                auth_require_tls=False,
                authenticator=self._authenticate if login else None,
                loop=asyncio.get_running_loop(),
            )
        self._sessions.add(session)
        return session

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        wanted = tuple(part.encode() for part in self._manners.login or ())
        fits = isinstance(given, LoginPassword) and (given.login, given.password) == wanted
        return AuthResult(success=fits, handled=False)


class Doorman:
    """What aiosmtpd asks at each step of a session; the answers are SMTP's (RFC 5321)."""

    def __init__(self, manners: Manners, shelf: Shelf) -> None:
        """Treat callers by `manners` and lay what is taken on `shelf`."""
        self._manners = manners
        self._shelf = shelf

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take the recipient, or say why not."""
        if address in self._manners.refused:
            return "550 5.1.1 no such mailbox"
        if self._shelf.knocks(address) <= self._manners.greylisted:
            return "451 4.7.1 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd
        """Keep the mail; the answer may come late, or never."""
        content = envelope.content
        mail = self._shelf.keep(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), content if isinstance(content, bytes) else b""
        )
        if self._manners.delay:
            await asyncio.sleep(self._manners.delay)
        if mail.ordinal <= self._manners.lost_answers and server.transport is not None:
            server.transport.abort()
        return f"250 2.0.0 taken as {mail.ordinal}"
