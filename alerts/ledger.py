"""The courier's records as bytes, and back: `mail.outbox`, `mail.book`, `mail.ledger`; all JSON."""

from typing import Final, Protocol, TypeVar

import msgspec

from alerts.core.entries import AnyEntry
from alerts.core.ledger import Intent, Lapsed, LedgerLine, NotSent, Outcome, ToldOf
from alerts.core.outbox import OutboxRecord
from alerts.log import LogError
from streams.wire.records import NoticeRecord

__all__ = ["Intent", "Lapsed", "LedgerLine", "Newer", "NotSent", "Outcome", "ToldOf", "Unreadable"]

KNOWN_VERSION: Final = 1


class _Versioned(Protocol):
    @property
    def version(self) -> int: ...


T = TypeVar("T", bound=_Versioned)

_ENCODER: Final = msgspec.json.Encoder()
_NOTICES: Final[msgspec.json.Decoder[NoticeRecord]] = msgspec.json.Decoder(NoticeRecord)
_OUTBOX: Final[msgspec.json.Decoder[OutboxRecord]] = msgspec.json.Decoder(OutboxRecord)
_BOOK: Final[msgspec.json.Decoder[AnyEntry]] = msgspec.json.Decoder(AnyEntry)
_LEDGER: Final[msgspec.json.Decoder[LedgerLine]] = msgspec.json.Decoder(LedgerLine)


class Unreadable(ValueError):
    """These bytes are no record of this topic; the message says why, without repeating them."""


class Newer(Unreadable, LogError):
    """A later release wrote this, and it may mean something else: to pass it over might leave somebody untold."""


def encoded(record: OutboxRecord | AnyEntry | LedgerLine) -> bytes:
    """Return the record as it is written."""
    return _ENCODER.encode(record)


def notice_record(value: bytes | None) -> NoticeRecord:
    """Read a record of `dossier.notices`; raise Unreadable."""
    return _read(_NOTICES, value)


def outbox_record(value: bytes | None) -> OutboxRecord:
    """Read a record of `mail.outbox`; raise Unreadable."""
    return _read(_OUTBOX, value)


def entry(value: bytes) -> AnyEntry:
    """Read an entry of `mail.book`; raise Unreadable."""
    return _read(_BOOK, value)


def ledger_line(value: bytes | None) -> LedgerLine:
    """Read a line of `mail.ledger`; raise Unreadable."""
    return _read(_LEDGER, value)


def _read(decoder: msgspec.json.Decoder[T], value: bytes | None) -> T:
    try:
        record = decoder.decode(value or b"")
    except msgspec.MsgspecError as error:
        raise Unreadable(str(error)) from error
    if record.version != KNOWN_VERSION:
        raise Newer(f"a record of version {record.version}: it needs a newer courier, or dunghan")
    return record
