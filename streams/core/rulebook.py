"""The rules that dossiers are judged by at one moment: the policy, and the calendar of every unit."""

from collections.abc import Mapping

import msgspec

from streams.core.calendar import Calendar
from streams.core.stages import Addressee
from streams.core.thresholds import Thresholds


class Again(msgspec.Struct, frozen=True):
    """So many working days after a dossier fell overdue, it is said once more, to this one."""

    after_working_days: int
    to: Addressee = Addressee.OFFICER


class Policy(msgspec.Struct, frozen=True):
    """What an office may choose. A payment that is awaited stops the clock, except in the fields that say otherwise.

    The warning begins in the last `due_soon_share` of the working time of the limit where that is more than 0, else so
    many working days before the due moment. `supplement_working_days`: after them papers that were asked for without a
    date are late; 0 for never. So many calendar days after it was closed, and was last heard of, a dossier leaves the
    state, `leave_after_days`; 0 for never.
    """

    version: str
    due_soon_working_days: int = 2
    due_soon_share: float = 0.0
    supplement_working_days: int = 0
    escalation: tuple[Again, ...] = ()
    intake_working_hours: int = 8
    payment_pauses: bool = True
    payment_runs_in_fields: frozenset[str] = frozenset()
    findings: Thresholds = Thresholds()
    leave_after_days: int = 0

    def payment_pauses_in(self, field: str | None) -> bool:
        """Return whether an awaited payment stops the clock of a dossier of this field."""
        return self.payment_pauses and field not in self.payment_runs_in_fields


class Rulebook:
    """One version of the rules: immutable, so that what was worked out by it may be kept until the version changes."""

    __slots__ = ("_by_unit", "_calendar", "policy", "version")

    def __init__(
        self, version: str, policy: Policy, calendar: Calendar, *, by_unit: Mapping[str, Calendar] | None = None
    ) -> None:
        """Take the calendar of all units, and those of the units that have their own."""
        self.version = version
        self.policy = policy
        self._calendar = calendar
        self._by_unit = dict(by_unit or {})

    def calendar_for(self, unit: str | None) -> Calendar:
        """Return the calendar of the unit; that of all units where it has none of its own, or is not known."""
        return self._by_unit.get(unit, self._calendar) if unit is not None else self._calendar
