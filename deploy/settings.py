"""Every setting of the product, read once, complained about all at once.

From strongest to weakest: `DUNGHAN_*` variables (sections joined by two underscores, `DUNGHAN_KAFKA__BOOTSTRAP`), the file
`dunghan.toml`, the defaults here. A variable or key that nobody knows is an error: it is a setting somebody believes in.
Secrets are never settings: a setting names the file that holds one.
"""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FilePath, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSource

PREFIX: Final = "DUNGHAN_"
FILE: Final = Path("dunghan.toml")
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

Port = Annotated[int, Field(ge=1, le=65535)]
FreePort = Annotated[int, Field(ge=0, le=65535)]
"""A port to listen on; 0 takes any that is free."""


class SettingsError(Exception):
    """The settings cannot be used; `faults` has one line for each that is wrong."""

    def __init__(self, faults: Iterable[str]) -> None:
        """Keep every fault, in order."""
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Section(BaseModel):
    """One table of `dunghan.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kafka(Section):
    """The cluster and the topics on it."""

    bootstrap: Annotated[str, Field(pattern=r"^\s*\S+:\d+(\s*,\s*\S+:\d+)*\s*$")] = "127.0.0.1:9092"
    """Addresses as host:port, comma-separated."""
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$", max_length=100)] = ""
    """Before every topic's name, and a dot; a pipeline of its own."""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 12
    """Of every topic but the single ones; never changed once there is data."""
    replication: Annotated[int, Field(ge=1, le=9)] = 3
    """Copies of every partition."""
    client_id: str = "dunghan"


class Worker(Section):
    """The stream workers."""

    epoch_ms: Annotated[int, Field(ge=10, le=10_000)] = 100
    """The longest an epoch waits for more events."""
    session_timeout_ms: Annotated[int, Field(ge=1_000, le=300_000)] = 10_000
    """After this long without a sign of life a worker's partitions go to others."""
    instance_id: str | None = None
    """A name that stays over restarts (static membership), so that a restart moves no partitions."""
    metrics_port: FreePort | None = None
    replay: bool = False
    """Believe ticks and arrival times in the log; only under a prefix of its own."""


class Courier(Section):
    """Who writes to officers, and how."""

    language: Literal["vi", "en"] = "vi"
    sender: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] = "dunghan@localhost"
    base_url: str | None = None
    """Where a dossier's link leads, for officers."""
    metrics_port: FreePort | None = None

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, url: str | None) -> str | None:
        if url is not None and (not url.startswith(("https://", "http://")) or "@" in url.partition("//")[2].partition("/")[0]):
            raise ValueError("an http(s) address without a name or password in it is needed")
        return url


class Smtp(Section):
    """The mail server that takes the mails."""

    host: str = "127.0.0.1"
    port: Port = 25
    username: str | None = None
    password_file: FilePath | None = None
    tls: Literal["none", "starttls", "tls"] = "starttls"
    connections: Annotated[int, Field(ge=1, le=20)] = 2

    @model_validator(mode="after")
    def _login_is_whole_and_safe(self) -> "Smtp":
        if (self.username is None) != (self.password_file is None):
            raise ValueError("username and password_file belong together")
        if self.username is not None and self.tls == "none" and self.host not in LOOPBACK:
            raise ValueError("a password is not sent to another machine without TLS")
        return self

    def password(self) -> str | None:
        """Read the password from its file, line end cut off; None without a file, OSError when it has gone."""
        return None if self.password_file is None else self.password_file.read_text().rstrip("\r\n")


def _split(given: object) -> object:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


class Scoreboard(Section):
    """The figures at /metrics."""

    host: str = "127.0.0.1"
    port: FreePort = 9108
    periods: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = ()
    """Periods to publish, `2026`, `2026-Q3`, `2026-07` or FROM/TO; in a variable comma-separated. Empty: the present ones."""


class Reference(Section):
    """Where the clerk's reference documents lie; empty: those that are shipped."""

    folder: Path | None = None

    @field_validator("folder")
    @classmethod
    def _is_there(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError(f"there is no folder {folder}")
        return folder


class Settings(BaseSettings):
    """All sections; frozen once read."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )

    kafka: Kafka = Kafka()
    worker: Worker = Worker()
    courier: Courier = Courier()
    smtp: Smtp = Smtp()
    scoreboard: Scoreboard = Scoreboard()
    reference: Reference = Reference()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let a variable win over what `load` found in the file; read nothing else."""
        return env_settings, init_settings


def load(file: Path | None = None) -> Settings:
    """Read the settings; every fault there is, of the file and of the variables, comes in one SettingsError.

    Without `file`, `dunghan.toml` of the working folder is read if it is there; a file that is named must be.
    """
    table, faults = _table(file)
    unknown = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in variables())
    faults += [f"{name}: there is no such setting" for name in unknown]
    try:
        settings = Settings(**table)
    except ValidationError as error:
        faults += [_told(each["loc"], each["msg"]) for each in error.errors() if _variable(each["loc"]) not in unknown]
    except UnreadableSource as error:
        # A variable for a whole section, which pydantic takes for JSON; it is named above already.
        faults += [] if unknown else [str(error)]
    if faults:
        raise SettingsError(faults)
    return settings


def variables() -> dict[str, str]:
    """Return every variable there is, with the key it stands for, `DUNGHAN_KAFKA__PREFIX` → `kafka.prefix`."""
    return {
        f"{PREFIX}{section}__{key}".upper(): f"{section}.{key}"
        for section, its in Settings.model_fields.items()
        if isinstance(its.default, Section)
        for key in type(its.default).model_fields
    }


def _table(file: Path | None) -> tuple[dict[str, Any], list[str]]:
    chosen = file or FILE
    if file is None and not chosen.exists():
        return {}, []
    try:
        return tomllib.loads(chosen.read_text(encoding="utf-8")), []
    except (OSError, ValueError) as error:
        return {}, [f"{chosen}: {error}"]


def _variable(place: tuple[int | str, ...]) -> str:
    return PREFIX + "__".join(map(str, place)).upper()


def _told(place: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ").replace("Extra inputs are not permitted", "there is no such setting")
    return f"{'.'.join(map(str, place))} ({_variable(place)}): {said}"


def cache_folder() -> Path:
    """Return the folder for what can be fetched or made again: `dunghan` under XDG_CACHE_HOME, else under ~/.cache."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if home else Path.home() / ".cache") / "dunghan"
