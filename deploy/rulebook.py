"""The rules in force, from the reference folder a clerk edits: calendars and the policy."""

from pathlib import Path

import msgspec

from streams.core.calendar import Calendar
from streams.core.law import BadCalendar
from streams.core.rulebook import Policy, Rulebook
from streams.wire.calendars import read_calendars

SHIPPED = Path(__file__).parent / "reference"


class ReferenceError(Exception):
    """A reference document cannot be used; the message names document and field."""


def reference_folder(folder: Path | None) -> Path:
    """Return the folder to read: the given one, else the one that is shipped."""
    return folder or SHIPPED


def load_rulebook(folder: Path | None = None) -> Rulebook:
    """Return the rules of the reference folder; raises ReferenceError.

    Calendars come from `calendar/*.toml`, from the shipped ones if the folder has none; the policy from `policy.toml`.
    """
    folder = reference_folder(folder)
    calendars = sorted((folder / "calendar").glob("*.toml")) or sorted((SHIPPED / "calendar").glob("*.toml"))
    try:
        calendar = Calendar.build(read_calendars({path.name: path.read_text(encoding="utf-8") for path in calendars}))
    except BadCalendar as error:
        raise ReferenceError(str(error)) from error
    policy = _policy(folder / "policy.toml")
    return Rulebook(f"{policy.version}+{calendar.version}", policy, calendar)


def _policy(path: Path) -> Policy:
    path = path if path.exists() else SHIPPED / "policy.toml"
    try:
        return msgspec.toml.decode(path.read_text(encoding="utf-8"), type=Policy)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReferenceError(f"{path.name}: {error}") from error
