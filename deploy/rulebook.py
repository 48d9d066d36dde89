"""The rules in force, from the reference folder a clerk edits: calendars and the policy."""

from pathlib import Path

from streams.core.rulebook import Rulebook
from streams.wire.reference import POLICY, BadReference, rulebook_of

SHIPPED = Path(__file__).parent / "reference"


class ReferenceError(Exception):
    """A reference document cannot be used; the message names document and field."""


def reference_folder(folder: Path | None) -> Path:
    """Return the folder to read: the given one, else the one that is shipped."""
    return folder or SHIPPED


def load_rulebook(folder: Path | None = None) -> Rulebook:
    """Return the rules of the reference folder; raises ReferenceError."""
    try:
        return rulebook_of(files_in(folder))
    except BadReference as error:
        raise ReferenceError(str(error)) from error


def files_in(folder: Path | None = None) -> dict[str, str]:
    """Return the documents of the reference folder, file → text; raises ReferenceError.

    Without calendars of its own, or without a policy, those that are shipped count.
    """
    folder = reference_folder(folder)
    found = sorted(path for pattern in ("calendar/*.toml", "*.toml", "*.csv") for path in folder.glob(pattern))
    if not any(path.parent.name == "calendar" for path in found):
        found += sorted((SHIPPED / "calendar").glob("*.toml"))
    if not (folder / POLICY).exists():
        found.append(SHIPPED / POLICY)
    try:
        return {_name(path): path.read_text(encoding="utf-8-sig") for path in found}
    except (OSError, UnicodeDecodeError) as error:
        raise ReferenceError(str(error)) from error


def _name(path: Path) -> str:
    return f"calendar/{path.name}" if path.parent.name == "calendar" else path.name
