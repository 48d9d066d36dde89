"""Every setting of the product, read once, complained about all at once.

From strongest to weakest: `DUNGHAN_*` variables (section and key joined by two underscores, `DUNGHAN_KAFKA__PREFIX`),
the file `dunghan.toml`, the defaults here. A variable or key that nobody knows is an error: somebody believes in it.
Secrets are never settings: a setting names the file that holds one.
"""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSource

from deploy.governance import Consent
from deploy.sections import Audit, Courier, Gateway, Kafka, Logs, Reference, Scoreboard, Section, Smtp, Worker

PREFIX: Final = "DUNGHAN_"
FILE: Final = Path("dunghan.toml")


class SettingsError(Exception):
    """The settings cannot be used; `faults` has one line for each that is wrong."""

    def __init__(self, faults: Iterable[str]) -> None:
        """Keep every fault, in order."""
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


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
    gateway: Gateway = Gateway()
    reference: Reference = Reference()
    audit: Audit = Audit()
    consent: Consent = Consent()
    logs: Logs = Logs()

    @classmethod
    def settings_customise_sources(  # noqa: PLR0917 - pydantic calls it so
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
    settings = None
    try:
        settings = Settings(**table)
    except ValidationError as error:
        faults += [_told(each["loc"], each["msg"]) for each in error.errors() if _variable(each["loc"]) not in unknown]
    except UnreadableSource as error:
        # A variable for a whole section, which pydantic takes for JSON; it is named above already.
        faults += [] if unknown else [str(error)]
    if faults or settings is None:
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


def given_bootstrap() -> str | None:
    """Return the cluster that DUNGHAN_KAFKA__BOOTSTRAP names, None where it does not: then a local one may serve."""
    return os.environ.get("DUNGHAN_KAFKA__BOOTSTRAP") or None


def without_settings() -> dict[str, str]:
    """Return the environment without any setting of ours, for a process that is given its own."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}


def cache_folder() -> Path:
    """Return the folder for what can be fetched or made again: `dunghan` under XDG_CACHE_HOME, else under ~/.cache."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if home else Path.home() / ".cache") / "dunghan"
