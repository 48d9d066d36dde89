"""The rules in force, from the reference folder a clerk edits: calendars and the policy."""

from datetime import date, time
from pathlib import Path

import msgspec

from alerts.core.policy import Policy as MailPolicy
from streams.core.calendar import Calendar
from streams.core.moments import Day, day_on
from streams.core.rulebook import Rulebook
from streams.core.stages import Stage
from streams.wire.reference import POLICY, BadReference, rulebook_of

MAIL_YEARS = range(2018, 2101)
"""Years whose days off and made-up days the mails know; the calendar says which of them are decided."""
SATURDAY = 5
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


class _Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[mail]` of `policy.toml`; clocks as `HH:MM`."""

    digest_hours: tuple[str, ...] = ("08:00",)
    closing: str = "17:00"
    quiet_from: str = "17:30"
    quiet_to: str = "07:00"
    break_through: frozenset[Stage] = frozenset()
    gap_minutes: int = 60
    most_a_day: int = 4


class _MailPart(msgspec.Struct, frozen=True):
    mail: _Mail = _Mail()


def mail_policy(folder: Path | None, calendar: Calendar) -> MailPolicy:
    """Return when people are told, from `[mail]` of `policy.toml` and the calendar; raises ReferenceError."""
    path = reference_folder(folder) / "policy.toml"
    path = path if path.exists() else SHIPPED / "policy.toml"
    try:
        mail = msgspec.toml.decode(path.read_text(encoding="utf-8"), type=_MailPart).mail
        days_off, made_up = _exceptions(calendar)
        return MailPolicy(
            digest_clocks=tuple(sorted(map(_clock, mail.digest_hours))),
            closing_clock=_clock(mail.closing),
            quiet_from=_clock(mail.quiet_from),
            quiet_to=_clock(mail.quiet_to),
            break_through=mail.break_through,
            gap=mail.gap_minutes * 60,
            most_a_day=mail.most_a_day,
            days_off=days_off,
            made_up=made_up,
        )
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise ReferenceError(f"{path.name}: {error}") from error


def _exceptions(calendar: Calendar) -> tuple[frozenset[Day], frozenset[Day]]:
    """Return the weekdays that are not worked, and the Saturdays and Sundays that are."""
    days_off: set[Day] = set()
    made_up: set[Day] = set()
    for day in range(day_on(date(MAIL_YEARS[0], 1, 1)), day_on(date(MAIL_YEARS[-1], 1, 1))):
        weekday, works = (day + 3) % 7 < SATURDAY, calendar.working_day(day)
        if weekday and not works:
            days_off.add(day)
        elif works and not weekday:
            made_up.add(day)
    return frozenset(days_off), frozenset(made_up)


def _clock(text: str) -> int:
    at = time.fromisoformat(text)
    return at.hour * 3600 + at.minute * 60
