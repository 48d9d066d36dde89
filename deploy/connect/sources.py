"""What is known of each source, as a clerk writes it in `sources/NAME.toml` (docs/import.md): its words and columns.

A document says who reports, whose dossiers they are, what its states, units and channels are called, under which
headings an export has the fields of the contract, how often it should be heard, and where a dossier can be looked at.
"""

import enum
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from deploy.connect.documents import BadDocuments, Fault, read_document
from deploy.connect.words import plain
from streams.core.events import BODIES, Channel

SHIPPED: Final = Path(__file__).parents[1] / "reference" / "sources"
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
NationalState = Literal[
    "SUBMITTED", "ACCEPTED", "REFUSED", "PROCESSING", "AWAITING_SUPPLEMENT",
    "AWAITING_PAYMENT", "WITHDRAWAL_REQUESTED", "STOPPED", "DONE", "RETURNED",
]  # fmt: skip
Kind = enum.Enum("Kind", {body.name: body.name for body in BODIES})  # type: ignore[misc]  # one list of kinds: the contract's


class Form(enum.StrEnum):
    """In what the source sends: the rows of an export, a payload of fields, CloudEvents, rows of an outbox table."""

    TABLE = "table"
    PAYLOAD = "payload"
    CLOUDEVENTS = "cloudevents"
    OUTBOX = "outbox"


class Column(enum.StrEnum):
    """What a column of an export, or a field of a payload, can say; names are those of the event contract."""

    CODE = "code"
    STATE = "state"
    NATIONAL_CODE = "national_code"
    PROCEDURE = "procedure"
    FIELD = "field"
    UNIT = "unit"
    OFFICER = "officer"
    CHANNEL = "channel"
    LEVEL = "level"
    LIMIT = "limit"
    LETTER = "letter"
    SUBMITTED_AT = "submitted_at"
    ACCEPTED_AT = "accepted_at"
    DUE_AT = "due_at"
    SUPPLEMENT_REQUESTED_AT = "supplement_requested_at"
    SUPPLEMENT_RECEIVED_AT = "supplement_received_at"
    REFUSED_AT = "refused_at"
    STOPPED_AT = "stopped_at"
    DONE_AT = "done_at"
    RETURNED_AT = "returned_at"
    # Of an event rather than of a dossier (form `outbox`).
    ID = "id"
    KIND = "kind"
    TIME = "time"
    DATA = "data"


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class StateWord(_Strict, frozen=True):
    """One state of the source: its code, its names, and the national state that it means (DOMAIN §2)."""

    code: Text
    state: NationalState
    names: tuple[Text, ...] = ()


class Cadence(_Strict, frozen=True):
    """How often the source should be heard: silence of more working hours is news; single units may differ."""

    working_hours: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 16
    units: dict[Text, Annotated[int, msgspec.Meta(ge=1, le=2000)]] = {}


class DateOnly(_Strict, frozen=True):
    """Which clock a date without one means: `opening` where something begins, `closing` for an end or a due moment."""

    opening: Clock = "07:30"
    closing: Clock = "17:00"


class Source(_Strict, frozen=True):
    """One document. `source` is the citation, `reports_as` the CloudEvents source, `name` the file's name."""

    version: Text
    valid_from: date
    source: Text
    reports_as: Annotated[str, msgspec.Meta(pattern=r"^[^\s/]+(/\S+)?$", max_length=300)]
    home: Annotated[str, msgspec.Meta(pattern=r"^[^\s/]+$", max_length=200)]
    form: Form
    name: str = ""
    time_zone: str = "Asia/Ho_Chi_Minh"
    link: Annotated[str, msgspec.Meta(pattern=r"^https://[^\s@]+$")] | None = None
    sheet: Text | None = None
    encoding: Literal["utf-8", "utf-16", "cp1258"] | None = None
    code_digits: Annotated[int, msgspec.Meta(ge=0, le=50)] = 0
    cadence: Cadence = Cadence()
    date_only: DateOnly = DateOnly()
    columns: dict[Column, tuple[Text, ...]] = {}
    defaults: dict[Literal["procedure", "field", "unit", "officer"], Text] = {}
    units: dict[Text, Text] = {}
    channels: dict[Text, Channel] = {}
    levels: dict[Text, Annotated[int, msgspec.Meta(ge=1, le=4)]] = {}
    kinds: dict[Text, Kind] = {}
    states: tuple[StateWord, ...] = ()


def read_source(name: str, text: str) -> Source:
    """Return the source that a document states; raises BadDocuments with every fault of it."""
    read = read_document(f"{name}.toml", text, Source)
    found = tuple(Fault(f"{name}.toml", field, problem) for field, problem in _contradictions(read))
    if found:
        raise BadDocuments(found)
    return msgspec.structs.replace(read, name=name)


def load_source(file: Path) -> Source:
    """Return the source that a file states; raises BadDocuments, also for what is no text."""
    try:
        return read_source(file.stem, file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadDocuments((Fault(file.name, "document", str(wrong)),)) from wrong


def load_sources(folder: Path | None = None) -> tuple[Source, ...]:
    """Return the sources of `folder/sources`, or those that are shipped where it has none; raises BadDocuments."""
    files = sorted((folder / "sources").glob("*.toml")) if folder else []
    read: list[Source] = []
    faults: list[Fault] = []
    for file in files or sorted(SHIPPED.glob("*.toml")):
        try:
            read.append(load_source(file))
        except BadDocuments as wrong:
            faults += wrong.faults
    if faults:
        raise BadDocuments(tuple(faults))
    return tuple(read)


def _contradictions(read: Source) -> Iterator[tuple[str, str]]:
    try:
        ZoneInfo(read.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "time_zone", f"{read.time_zone!r} is no time zone"
    if read.link is not None and "{code}" not in read.link:
        yield "link", "has no {code}"
    if read.form is not Form.CLOUDEVENTS and Column.CODE not in read.columns:
        yield "columns", "no heading for `code`: a dossier without a code is nobody's"
    if read.form is Form.PAYLOAD and Column.STATE not in read.columns:
        yield "columns", "no heading for `state`: a payload without a state says nothing"
    if read.form is Form.OUTBOX:
        missing = sorted({Column.ID, Column.KIND, Column.TIME} - read.columns.keys())
        yield from (("columns", f"no heading for `{one}`") for one in missing)
    yield from _twice("columns", [heading for headings in read.columns.values() for heading in headings])
    yield from _twice("states", [word for one in read.states for word in {plain(one.code), *map(plain, one.names)}])
    for table in ("units", "channels", "levels"):
        yield from _twice(table, list(getattr(read, table)))


def _twice(field: str, said: list[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for word in said:
        if plain(word) in seen:
            yield field, f"{word!r} stands for two things"
        seen.add(plain(word))
