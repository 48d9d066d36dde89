"""Who may write: one token for each source, of which the file keeps the SHA-256 and nothing else.

A token has 256 bits of chance, so a plain hash cannot be guessed back; a password would need a slow one.
"""

import hashlib
import hmac
import secrets
from collections.abc import Container
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import msgspec
import structlog

log = structlog.get_logger(__name__)

EVERY_HOME: Final = "*"
NATIONAL: Final = "national"
"""The mapping by which dossiers of the national synchronisation are read, unless a token names another."""
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class TokensUnreadable(Exception):
    """The file of tokens cannot be used; the message says why."""


class Pass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token allows: to write as one source, of the dossiers of these homes (`*`: of every home)."""

    name: _Text
    source: _Text
    homes: Annotated[tuple[_Text, ...], msgspec.Meta(min_length=1)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    created: date | None = None
    events_per_second: Annotated[float, msgspec.Meta(gt=0)] | None = None
    mapping: _Text | None = None

    def speaks_for(self, subject: str) -> bool:
        """Return whether the dossier `home/code` is one of which this token may speak."""
        return EVERY_HOME in self.homes or subject.partition("/")[0] in self.homes


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tokens: tuple[Pass, ...] = ()


def read_tokens(text: str) -> tuple[Pass, ...]:
    """Return the tokens that a TOML text lists under `[[tokens]]`; raises TokensUnreadable."""
    try:
        found = msgspec.toml.decode(text, type=_File, strict=True).tokens
    except msgspec.DecodeError as error:
        raise TokensUnreadable(str(error)) from error
    names = [each.name for each in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise TokensUnreadable(f"the name {min(twice)!r} stands twice")
    return found


class Tokens:
    """The tokens of a file, read again whenever it changes: a token struck out is worth nothing from then on."""

    def __init__(self, file: Path, *, mappings: Container[str] = frozenset()) -> None:
        """Read the file; raises TokensUnreadable, also where a token names none of the mappings."""
        self._file, self._mappings = file, mappings
        self._passes: tuple[Pass, ...] = ()
        self._seen: tuple[int, ...] | None = None
        self._refresh()

    @property
    def sources(self) -> frozenset[str]:
        """Return the sources that have a token."""
        return frozenset(each.source for each in self._passes)

    def of(self, token: str) -> Pass | None:
        """Return what the token allows, None when it is none. Every token is compared, each in constant time."""
        try:
            self._refresh()
        except TokensUnreadable as error:
            # A file half written must not shut everybody out; whoever wrote it is told.
            log.error("tokens_unreadable", why=str(error))
        given = hashlib.sha256(token.encode()).hexdigest()
        found = None
        for each in self._passes:
            if hmac.compare_digest(each.sha256, given):
                found = each
        return found

    def _refresh(self) -> None:
        try:
            stands = self._file.stat()
            seen = (stands.st_mtime_ns, stands.st_size, stands.st_ino)
            if seen != self._seen:
                # Remembered before it is read: a wrong file is told of once, not at every request.
                self._seen = seen
                self._passes = self._read()
        except (OSError, UnicodeDecodeError) as error:
            raise TokensUnreadable(f"{self._file}: {error}") from error

    def _read(self) -> tuple[Pass, ...]:
        found = read_tokens(self._file.read_text(encoding="utf-8"))
        for each in found:
            if each.mapping is not None and each.mapping not in self._mappings:
                raise TokensUnreadable(f"{each.name}: there is no sources/{each.mapping}.toml of the form `payload`")
        return found


def new_token() -> tuple[str, str]:
    """Return a new token, to be given to its source and kept by nobody, and its SHA-256 for the file."""
    token = f"dunghan_{secrets.token_urlsafe(32)}"
    return token, hashlib.sha256(token.encode()).hexdigest()


def entry(allowed: Pass) -> str:
    """Return the lines of the file for a token."""
    table = {name: value for name, value in msgspec.to_builtins(allowed).items() if value is not None}
    # Strings and lists of JSON are TOML too; a date stands bare.
    lines = (
        f"{name} = {value if name == 'created' else msgspec.json.encode(value).decode()}"
        for name, value in table.items()
    )
    return "\n[[tokens]]\n" + "\n".join(lines) + "\n"
