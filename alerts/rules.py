"""The rules of telling at each moment: who is who, and when people are told, from the documents of the reference.

Invariant: the rules of a moment follow from the documents known at a position of the topic alone, so every courier
who has come there tells the same people at the same time. Where nothing was published, the folder's documents count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final

import msgspec
import structlog

from alerts.core.people import Directory
from alerts.core.policy import Policy
from alerts.directory import DirectoryError, parse
from streams.core.calendar import Calendar
from streams.core.law import BadCalendar
from streams.core.moments import Day, Moment, day_on
from streams.core.rulebook import Policy as Ruled
from streams.core.rulebook import Rulebook
from streams.core.stages import Stage
from streams.reference import Reference
from streams.wire.calendars import read_calendars
from streams.wire.reference import CALENDAR, POLICY, BadReference, rulebook_of, sha256_of

MAIL_YEARS: Final = range(2018, 2101)
"""Years whose days off and made-up days the mails know; the calendar says which of them are decided."""
SATURDAY: Final = 5
UNITS, OFFICERS, ABSENCES = "units.csv", "officers.csv", "absences.csv"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is who and when they are told; `version` is that of policy and calendar, then a hash of the people."""

    version: str
    directory: Directory
    policy: Policy


def rules_of(files: Mapping[str, str]) -> Rules:
    """Return what the documents (file → text) state; raises BadReference or DirectoryError naming every fault."""
    people = {name: files.get(name, "") for name in (UNITS, OFFICERS, ABSENCES)}
    directory = parse(people[UNITS], people[OFFICERS], people[ABSENCES])
    named = sha256_of("\0".join(people.values()))[:12]
    return Rules(f"{rulebook_of(files).version}+people.{named}", directory, mail_policy(files, directory))


class Ruling:
    """The rules of every moment, as far as the reference was read; used by one thread."""

    def __init__(self, first: Rules) -> None:
        """Know nothing but the rules that count before anything is published."""
        # Of its rulebooks nothing is asked here, so the one before the first release may be empty.
        self._reference = Reference(Rulebook("", Ruled(version=""), Calendar.build(())))
        self._first = first
        self._editions: list[tuple[Moment, Rules]] = []
        self._read: dict[str, Rules] = {}

    @property
    def position(self) -> int:
        """Up to where the reference was read, -1 where nothing was."""
        return self._reference.known.position

    def learn(self, offset: int, value: bytes | None) -> None:
        """Take the record of the reference at an offset; what cannot be used is left out, by everybody, and logged."""
        documents, faults = len(self._reference.documents), len(self._reference.faults)
        self._reference.learn(offset, value)
        for fault in self._reference.faults[faults:]:
            log.error("reference_left_out", reason=fault)
        if len(self._reference.documents) > documents:
            self._editions = list(self._in_order())

    def at(self, now: Moment) -> Rules:
        """Return the rules that count at a moment."""
        return next((rules for begins, rules in reversed(self._editions) if begins <= now), self._first)

    def until(self, now: Moment) -> list[Rules]:
        """Return all rules that have counted by a moment, each once, the present ones last."""
        every = [self._first, *(rules for begins, rules in self._editions if begins <= now)]
        return list({rules.version: rules for rules in every}.values())

    def _in_order(self) -> Iterator[tuple[Moment, Rules]]:
        for moment in sorted({document.counts_from for document in self._reference.documents}):
            files = self._reference.files_at(moment)
            try:
                yield moment, self._of(files)
            except (BadReference, DirectoryError) as wrong:
                # What counted before goes on counting.
                log.error("reference_left_out", counts_from=moment, reason=str(wrong))

    def _of(self, files: Mapping[str, str]) -> Rules:
        name = sha256_of("\0".join(f"{file}\0{text}" for file, text in sorted(files.items())))
        if name not in self._read:
            said_who = UNITS in files and OFFICERS in files
            self._read[name] = rules_of(files) if said_who else self._with_first_people(files)
        return self._read[name]

    def _with_first_people(self, files: Mapping[str, str]) -> Rules:
        """Return the rules of documents among which nobody said who is who: the folder's people still count."""
        people = self._first.version.rpartition("+people.")[2]
        version = f"{rulebook_of(files).version}+people.{people}"
        return Rules(version, self._first.directory, mail_policy(files, self._first.directory))


class _Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[mail]` of `policy.toml`; clocks as `HH:MM`."""

    digest_hours: tuple[str, ...] = ("08:00",)
    closing: str = "17:00"
    quiet_from: str = "17:30"
    quiet_to: str = "07:00"
    break_through: frozenset[Stage] = frozenset()
    gap_minutes: float = 60.0
    most_a_day: int = 4


class _MailPart(msgspec.Struct, frozen=True):
    mail: _Mail = _Mail()


def mail_policy(files: Mapping[str, str], directory: Directory) -> Policy:
    """Return when people are told, from `[mail]` of `policy.toml` and the units' calendars; raises BadReference."""
    try:
        mail = msgspec.toml.decode(files[POLICY], type=_MailPart).mail
        groups = {unit.group for unit in directory.units.values()} | {""}
        worked = {group: _exceptions(_calendar(files, group or None)) for group in groups}
        days_off, made_up = worked[""]
        policy = Policy(
            digest_clocks=tuple(sorted(map(_clock, mail.digest_hours))),
            closing_clock=_clock(mail.closing),
            quiet_from=_clock(mail.quiet_from),
            quiet_to=_clock(mail.quiet_to),
            break_through=mail.break_through,
            gap=round(mail.gap_minutes * 60),
            most_a_day=mail.most_a_day,
            days_off=days_off,
            made_up=made_up,
            by_unit={unit.id: worked[unit.group] for unit in directory.units.values() if unit.group},
        )
        _refuse_silence(policy, mail)
    except KeyError as error:
        raise BadReference(f"{POLICY} is missing") from error
    except BadCalendar as error:
        raise BadReference(str(error)) from error
    except (msgspec.DecodeError, ValueError) as error:
        raise BadReference(f"{POLICY}: {error}") from error
    return policy


def _refuse_silence(policy: Policy, mail: _Mail) -> None:
    if not mail.digest_hours:
        raise ValueError("mail.digest_hours is empty: nobody would ever be told")
    quiet = [hour for hour in mail.digest_hours if policy.is_night(_clock(hour))]
    if quiet:
        raise ValueError(f"mail.digest_hours: {', '.join(quiet)} is in the quiet hours: nobody would be told then")


def _calendar(files: Mapping[str, str], group: str | None) -> Calendar:
    texts = {name.removeprefix(CALENDAR): text for name, text in files.items() if name.startswith(CALENDAR)}
    return Calendar.build(read_calendars(texts), group)


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
