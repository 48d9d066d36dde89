"""The records of the topic `reference`: one dated, sourced document each, and the moment from which it counts.

Key `kind/id/version`. What was published together is a release and counts only when all its parts are there.
"""

import hashlib
import re
from collections.abc import Container, Mapping
from typing import Final

import msgspec

from streams.core.calendar import Calendar
from streams.core.law import BadCalendar
from streams.core.moments import Moment
from streams.core.rulebook import Policy, Rulebook
from streams.wire.calendars import read_calendars
from streams.wire.records import Record

TABLES: Final = ("units", "officers", "absences", "procedures", "exemptions", "successors", "index766")
"""Tables that are published as they are; their version is the beginning of their hash."""
POLICY: Final = "policy.toml"
SHADOW: Final = "shadow.toml"
"""A whole policy that is decided by beside the one that counts, and by which nobody is told (ADR 20)."""
CALENDAR: Final = "calendar/"


class BadReference(ValueError):
    """Documents that cannot be used; a line for each fault, with document and field."""


class Document(Record, frozen=True):
    """One document: `file` is its name in the folder, `text` its content, `sha256` the hash of that.

    It counts from `counts_from`; of several of one file the one published last counts, once its moment has come. A
    `gone` document takes its file away. Open dossiers are judged again by it; of the closed ones those that were closed
    at or after `closed_since`, where it puts a wrong one right. It is part `part` (from 1) of `parts` of a `release`.
    """

    kind: str
    id: str
    revision: str
    file: str
    counts_from: Moment
    source: str
    sha256: str
    text: str
    release: str
    part: int
    parts: int
    closed_since: Moment | None = None
    gone: bool = False
    version: int = 1

    @property
    def key(self) -> bytes:
        """The key of its record."""
        return f"{self.kind}/{self.id}/{self.revision}".encode()

    @property
    def listed(self) -> str:
        """The key as the act of its release lists it; `-` before one that is taken away."""
        return ("-" if self.gone else "") + self.key.decode()


def documents_of(
    files: Mapping[str, str],
    *,
    release: str,
    counts_from: Moment,
    closed_since: Moment | None = None,
    gone: Container[str] = (),
) -> tuple[Document, ...]:
    """Return these files (file → text), in their order, as one release; those in `gone` are taken away by it.

    Raises BadReference for a file that nobody reads.
    """
    return tuple(
        Document(kind=kind, id=name, revision=revision, file=file, counts_from=counts_from, source=source,
                 sha256=sha256_of(text), text=text, release=release, part=part, parts=len(files),
                 closed_since=closed_since, gone=file in gone)
        for part, (file, text) in enumerate(files.items(), 1)
        for kind, name, revision, source in (named(file, text),)
    )  # fmt: skip


class _Headed(msgspec.Struct, frozen=True):
    version: str = ""
    source: str = ""


def named(file: str, text: str) -> tuple[str, str, str, str]:
    """Return kind, id, version and source of a document; raises BadReference where it is none that is known."""
    kind, slash, name = file.rpartition("/")
    stem, _, suffix = name.partition(".")
    if suffix == "csv" and not slash and stem in TABLES:
        return stem, stem, sha256_of(text)[:12], ""
    if suffix != "toml" or not (kind == "calendar" or file in {POLICY, SHADOW} or kind == "sources"):
        raise BadReference(f"{file}: nobody reads a document of this name")
    try:
        head = msgspec.toml.decode(text, type=_Headed)
    except msgspec.DecodeError as wrong:
        raise BadReference(f"{file}: {wrong}") from wrong
    return kind or "policy", stem, head.version or sha256_of(text)[:12], head.source


def sha256_of(text: str) -> str:
    """Return the hash of a document's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def rulebook_of(files: Mapping[str, str], *, policy: str = POLICY) -> Rulebook:
    """Return the rules that the documents (file → text) state: calendars and `policy`; raises BadReference."""
    calendars = {name.removeprefix(CALENDAR): text for name, text in files.items() if name.startswith(CALENDAR)}
    try:
        chosen = msgspec.toml.decode(files[policy], type=Policy)
        calendar = Calendar.build(read_calendars(calendars))
    except KeyError as wrong:
        raise BadReference(f"{policy} is missing") from wrong
    except msgspec.DecodeError as wrong:
        raise BadReference(f"{policy}: {wrong}") from wrong
    except BadCalendar as wrong:
        raise BadReference(str(wrong)) from wrong
    if re.search(r"\s", chosen.version):
        raise BadReference(f"{policy}: version: {chosen.version!r} has a space in it")
    return Rulebook(f"{chosen.version}+{calendar.version}", chosen, calendar)
