"""The settings by section: what each key means, its bounds and its default. `deploy.settings` reads them."""

import shlex
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, FilePath, field_validator, model_validator
from pydantic_settings import NoDecode

from deploy.kafka_section import Kafka, Section

__all__ = ["Audit", "Courier", "Gateway", "Kafka", "Reference", "Scoreboard", "Section", "Smtp", "Worker"]

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

Port = Annotated[int, Field(ge=1, le=65535)]
FreePort = Annotated[int, Field(ge=0, le=65535)]
"""A port to listen on; 0 takes any that is free."""


class Worker(Section):
    """The stream workers."""

    epoch_ms: Annotated[int, Field(ge=10, le=10_000)] = 250
    """How far apart the epochs of a partition begin, at the least; after a pause a record waits for nothing."""
    session_timeout_ms: Annotated[int, Field(ge=1_000, le=300_000)] = 10_000
    """After this long without a sign of life a worker's partitions go to others."""
    instance_id: str | None = None
    """A name that stays over restarts (static membership), so that a restart moves no partitions."""
    metrics_host: str = "127.0.0.1"
    metrics_port: FreePort | None = None
    replay: bool = False
    """Believe ticks and arrival times in the log; only under a prefix of its own."""


class Courier(Section):
    """Who writes to officers, and how."""

    language: Literal["vi", "en"] = "vi"
    sender: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] = "dunghan@localhost"
    base_url: str | None = None
    """Where the link of a dossier leads whose home has none of its own (`link` of its source)."""
    metrics_host: str = "127.0.0.1"
    metrics_port: FreePort | None = None

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, url: str | None) -> str | None:
        if url is not None and (
            not url.startswith(("https://", "http://")) or "@" in url.partition("//")[2].partition("/")[0]
        ):
            raise ValueError("an http(s) address without a name or password in it is needed")
        return url


def _words(given: object) -> object:
    return shlex.split(given) if isinstance(given, str) else given


def _rates(given: object) -> object:
    if not isinstance(given, str):
        return given
    return {name.strip().lower(): rate for name, _, rate in (part.partition("=") for part in given.split(",") if part)}


class Smtp(Section):
    """The mail server that takes the mails."""

    host: str = "127.0.0.1"
    port: Port = 25
    username: str | None = None
    password_file: FilePath | None = None
    tls: Literal["none", "starttls", "tls"] = "starttls"
    authority: FilePath | None = None
    """PEM: who signed the server's certificate; without it, whoever this machine trusts."""
    connections: Annotated[int, Field(ge=1, le=20)] = 2
    token_command: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = ()
    """A command that prints an access token for XOAUTH2; in the place of a password."""
    per_second: Annotated[float, Field(ge=0)] = 0.0
    """Mails a second at most; 0: as fast as the server takes them."""
    per_second_by_domain: Annotated[dict[str, float], NoDecode, BeforeValidator(_rates)] = Field(default_factory=dict)
    """The same for single domains: `gmail.com=1,yahoo.com=0.5` in a variable."""

    @model_validator(mode="after")
    def _login_is_whole_and_safe(self) -> "Smtp":
        if (self.username is None) != (self.password_file is None and not self.token_command):
            raise ValueError("username and password_file belong together (or username and token_command)")
        if self.password_file is not None and self.token_command:
            raise ValueError("either password_file or token_command")
        if self.username is not None and self.tls == "none" and self.host not in LOOPBACK:
            raise ValueError("a password is not sent to another machine without TLS")
        return self

    def password(self) -> str | None:
        """Read the password from its file, line end cut off; None without a file, OSError when it has gone."""
        return None if self.password_file is None else self.password_file.read_text().rstrip("\r\n")


def split(given: object) -> object:
    """Return the parts of a text between its commas; anything else as it is."""
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


class Scoreboard(Section):
    """The figures at /metrics."""

    host: str = "127.0.0.1"
    port: FreePort = 9108
    periods: Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)] = ()
    """Periods to publish: `2026`, `2026-Q3`, `2026-07`, FROM/TO; in a variable comma-separated. Empty: the present."""


class Gateway(Section):
    """The HTTP gateway to the inbox (docs/gateway.md)."""

    host: str = "127.0.0.1"
    port: FreePort = 8443
    tokens_file: FilePath | None = None
    """Who may send: the SHA-256 of each source's token, and the homes of which it may speak."""
    certificate_file: FilePath | None = None
    key_file: FilePath | None = None
    """PEM; with both, TLS."""
    behind_proxy: bool = False
    """A proxy before the gateway ends TLS; only then does it listen on other addresses than loopback without."""
    instance: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$", max_length=100)] = ""
    """A name that no other gateway has; empty: the machine's and the port."""
    body_bytes: Annotated[int, Field(ge=1024, le=8 << 20)] = 4 << 20
    batch_events: Annotated[int, Field(ge=1, le=1_000)] = 1_000
    events_per_second: Annotated[float, Field(gt=0)] = 500.0
    """Of each source, unless its token says otherwise; ten seconds' worth may come at once."""
    header_seconds: Annotated[float, Field(gt=0, le=300)] = 10.0
    body_seconds: Annotated[float, Field(gt=0, le=300)] = 30.0
    patience_seconds: Annotated[float, Field(ge=1, le=60)] = 10.0
    """How long the broker may take to acknowledge before a client is told to come again."""
    stop_seconds: Annotated[int, Field(ge=1, le=300)] = 25
    """How long what is under way at a stop may take to end."""
    connections: Annotated[int, Field(ge=2, le=10_000)] = 500

    @model_validator(mode="after")
    def _tokens_travel_under_tls(self) -> "Gateway":
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file belong together")
        if self.certificate_file is None and self.host not in LOOPBACK and not self.behind_proxy:
            raise ValueError("beyond this machine the gateway needs certificate_file and key_file, or behind_proxy")
        return self


class Audit(Section):
    """The proof of the trail (docs/audit.md)."""

    key_file: FilePath | None = None
    """Ed25519 private key, PEM; whoever has it can sign checkpoints. Not on the brokers' machines."""
    public_key_file: FilePath | None = None
    """Its public half; needed to check them."""
    checkpoints: Path | None = None
    """Folder where checkpoints are kept: on another machine's disk, out of reach of who can write to the log."""
    checkpoint_lines: Annotated[int, Field(ge=1)] = 100_000
    """Lines of the trail after which `audit --watch` signs the next checkpoint."""
    index: Path | None = None
    """File of the index by which `explain` finds a dossier; made when it is missing, empty: everything is read."""
    metrics_host: str = "127.0.0.1"
    metrics_port: FreePort | None = None


class Logs(Section):
    """What the processes say of themselves on standard error (docs/logs.md)."""

    form: Literal["auto", "json", "console"] = "auto"
    """`auto`: for the eye at a terminal, else JSON."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is told; `debug` tells every decision."""


class Reference(Section):
    """Where the clerk's reference documents lie; empty: those that are shipped."""

    folder: Path | None = None

    @field_validator("folder")
    @classmethod
    def _is_there(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError(f"there is no folder {folder}")
        return folder
