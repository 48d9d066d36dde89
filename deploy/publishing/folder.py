"""What is wrong with a reference folder: every fault of every document, before any of it is published."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from alerts.core.people import Directory
from alerts.directory import DirectoryError, parse
from alerts.rules import mail_policy
from deploy.expected import expected_of
from deploy.rulebook import ReferenceError, files_in
from streams.core.law import BadCalendar
from streams.core.moments import Moment
from streams.core.rulebook import Policy
from streams.wire.calendars import read_calendar
from streams.wire.reference import CALENDAR, POLICY, SHADOW, BadReference, named, rulebook_of, sha256_of


class Faulty(ValueError):
    """Documents that cannot be published; `faults` are its lines."""

    def __init__(self, faults: list[str]) -> None:
        """Keep the faults."""
        super().__init__("\n".join(faults))
        self.faults = faults


def documents_in(folder: Path, *, now: Moment) -> dict[str, str]:
    """Return the documents of the folder, file → text; raises Faulty with all that is wrong with them."""
    try:
        files = files_in(folder)
    except ReferenceError as error:
        raise Faulty([str(error)]) from error
    faults = [fault for file, text in files.items() for fault in _of_document(file, text)]
    # What a document says is held against the others only once each of them can be read.
    faults += faults or _of_rules(folder, files, now=now)
    faults = list(dict.fromkeys([*faults, *_of_people(files)]))
    if faults:
        raise Faulty(faults)
    return files


def hash_of(files: Mapping[str, str]) -> str:
    """Return the hash of a folder: of the lines HASH FILE of its documents, by name."""
    return sha256_of("".join(f"{sha256_of(text)} {file}\n" for file, text in sorted(files.items())))


def _of_document(file: str, text: str) -> Iterator[str]:
    try:
        _, _, _, source = named(file, text)
        # A calendar that is not confirmed says itself that it rests on no decision.
        cited = bool(source) or not file.endswith(".toml")
        if file in {POLICY, SHADOW}:
            msgspec.toml.decode(text, type=Policy)
        elif file.startswith(CALENDAR):
            cited |= not read_calendar(file, text).confirmed
    except (BadReference, BadCalendar) as wrong:
        yield str(wrong)
    except msgspec.DecodeError as wrong:
        yield f"{file}: {wrong}"
    else:
        if not cited:
            yield f"{file}: source is missing: who decided this, and where does it stand?"


def _of_rules(folder: Path, files: Mapping[str, str], *, now: Moment) -> Iterator[str]:
    try:
        rulebook_of(files)
        mail_policy(files, Directory())
        expected_of(folder, now=now)
    except (BadReference, ReferenceError) as wrong:
        yield str(wrong)
    if SHADOW in files:
        yield from _of_shadow(files)


def _of_shadow(files: Mapping[str, str]) -> Iterator[str]:
    if named(SHADOW, files[SHADOW])[2] == named(POLICY, files[POLICY])[2]:
        yield f"{SHADOW}: it has the version of {POLICY}; a shadow is another policy"
    try:
        rulebook_of(files, policy=SHADOW)
    except BadReference as wrong:
        yield str(wrong)


def _of_people(files: Mapping[str, str]) -> Iterator[str]:
    if "units.csv" not in files or "officers.csv" not in files:
        return
    try:
        parse(files["units.csv"], files["officers.csv"], files.get("absences.csv", ""))
    except DirectoryError as wrong:
        yield from str(wrong).splitlines()
