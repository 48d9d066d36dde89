"""The mail server that takes our mails, as it is configured."""

import enum
from typing import Final

import msgspec

from alerts.core.pace import Rates

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class Tls(enum.StrEnum):
    """How the connection is secured."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """The mail server; making one that would send a password in the clear to another machine raises ValueError.

    `patience` bounds each command; `final_patience` the answer after the final dot, when hanging up would mean not
    knowing (RFC 5321 section 4.5.3.2.6: ten minutes). A connection that was `idle` so long is ended. `token_command`
    prints an access token (XOAUTH2), asked at every login in the place of a password. `authority` is a file (PEM) of
    those who may have signed the server's certificate; without it, whoever this machine trusts.
    """

    host: str
    port: int
    tls: Tls = Tls.NONE
    username: str | None = None
    password: str | None = None
    token_command: tuple[str, ...] = ()
    authority: str | None = None
    connections: int = 4
    patience: float = 60.0
    final_patience: float = 600.0
    idle: float = 60.0
    helo: str = "localhost"
    rates: Rates = Rates()

    def __post_init__(self) -> None:
        """Refuse credentials without TLS."""
        if (self.username is not None or self.token_command) and self.tls is Tls.NONE and self.host not in LOOPBACK:
            raise ValueError("a password is not sent to another machine without TLS")
        if self.token_command and (self.username is None or self.password is not None):
            raise ValueError("a token command needs a username, and no password")
