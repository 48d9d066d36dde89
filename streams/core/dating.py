"""The due moments of a dossier and all else that needs its calendar; `now` plays no part.

So they may be kept between judgements for as long as neither the dossier nor the rulebook changes. What the calendar
or the limit cannot answer is left out and named in `faults`: nothing here raises.
"""

from functools import lru_cache

from streams.core.calendar import Calendar
from streams.core.dossier import Dossier
from streams.core.due import due
from streams.core.dues import Dues
from streams.core.findings import Rule
from streams.core.law import BadLimit, LawError
from streams.core.limits import parse_limit
from streams.core.moments import SECOND_OF_DAY, Moment, day_of
from streams.core.pauses import Interval, moved
from streams.core.rulebook import Rulebook
from streams.core.stands import Stands, stands_of

limit_of = lru_cache(4096)(parse_limit)


def due_moments(dossier: Dossier, *, rules: Rulebook) -> Dues:
    """Return everything that the calendar says about the dossier; what it cannot say is in `faults`."""
    return _Reckoning(dossier, rules).dues()


def ranking_moments(dossier: Dossier, *, rules: Rulebook) -> Dues:
    """Return what label, stages and the next moment need: no recomputed due moment where an appointed one counts.

    Nor is there the intake's once the dossier was accepted. `faults` are not whole then, and `provisional` speaks of
    the appointed moment alone.
    """
    return _Reckoning(dossier, rules).dues(whole=False)


def working_days_from(at: Moment, count: int, calendar: Calendar) -> Moment:
    """Return the moment of the same clock time `count` working days after `at`, or before it; raises LawError."""
    day = day_of(at)
    return at + (calendar.next_working_day(day, count) - day) * SECOND_OF_DAY


class _Reckoning:
    """One dossier under one calendar; lives for one call."""

    __slots__ = ("calendar", "dossier", "faults", "policy", "provisional")

    def __init__(self, dossier: Dossier, rules: Rulebook) -> None:
        self.dossier = dossier
        self.policy = rules.policy
        self.calendar = rules.calendar_for(dossier.unit)
        self.faults: list[tuple[Rule, str]] = []
        self.provisional = False

    def dues(self, *, whole: bool = True) -> Dues:
        stands = stands_of(self.dossier, self.policy)
        appointed = self.dossier.appointed_due_at is not None and self.dossier.appointed_at is not None
        recomputed = self._recomputed(stands) if whole or not appointed else None
        ranking = self._ranking(recomputed, stands)
        legal, soon, early = self._around(ranking)
        intake = self._intake() if whole or self.dossier.accepted_at is None else None
        late = self._told_late(ranking)
        return Dues(
            ranking, recomputed, legal, intake, soon, stands.spans, self.provisional, early, late, tuple(self.faults)
        )

    def _recomputed(self, stands: Stands) -> Moment | None:
        dossier = self.dossier
        if dossier.limit is None or dossier.accepted_at is None:
            return None
        pauses = [Interval(start, end) for start, end in stands.ended]
        try:
            found = due(limit_of(dossier.limit), dossier.accepted_at, calendar=self.calendar, pauses=pauses)
        except BadLimit as bad:
            self.faults.append((Rule.BAD_LIMIT, str(bad)))
        except LawError as out:
            self.faults.append((Rule.OUT_OF_CALENDAR, str(out)))
        else:
            self.provisional = found.provisional
            return found.due_at
        return None

    def _ranking(self, recomputed: Moment | None, stands: Stands) -> Moment | None:
        dossier = self.dossier
        if dossier.appointed_due_at is None or dossier.appointed_at is None:
            return recomputed
        due_at = dossier.appointed_due_at
        if stands.ended:
            try:
                due_at = moved(due_at, stands.since(dossier.appointed_at), self.calendar)
            except LawError as out:
                self.faults.append((Rule.OUT_OF_CALENDAR, str(out)))
        self.provisional = self.provisional or self.calendar.provisional(due_at)
        return due_at

    def _around(self, ranking: Moment | None) -> tuple[Moment | None, Moment | None, bool]:
        """Return the end of the due working day, the beginning of the warning, and whether the end came a day early."""
        dossier = self.dossier
        if ranking is None:
            return None, None, False
        try:
            legal = self.calendar.end_of_due_day(ranking)
            soon = self._soon(ranking)
            early = dossier.ended_at is not None and self._working_day(dossier.ended_at) < self._working_day(ranking)
        except LawError as out:
            self.faults.append((Rule.OUT_OF_CALENDAR, str(out)))
            return ranking, ranking, dossier.ended_at is not None and day_of(dossier.ended_at) < day_of(ranking)
        began = dossier.accepted_at if dossier.accepted_at is not None else dossier.received_at
        return legal, soon if began is None else max(soon, began), early

    def _working_day(self, at: Moment) -> int:
        return self.calendar.next_working_day(day_of(at), 0)

    def _soon(self, ranking: Moment) -> Moment:
        share, began = self.policy.due_soon_share, self.dossier.accepted_at
        if not share or began is None:
            return working_days_from(ranking, -self.policy.due_soon_working_days, self.calendar)
        return self.calendar.add(ranking, -int(self.calendar.between(began, ranking) * share))

    def _intake(self) -> Moment | None:
        if self.dossier.submitted_at is None:
            return None
        try:
            ends_at = self.calendar.add(self.dossier.submitted_at, self.policy.intake_working_hours * 3600)
        except LawError as out:
            self.faults.append((Rule.OUT_OF_CALENDAR, str(out)))
            return None
        self.provisional = self.provisional or self.calendar.provisional(ends_at)
        return ends_at

    def _told_late(self, ranking: Moment | None) -> bool:
        dossier = self.dossier
        if ranking is not None and dossier.due_known_at is not None and dossier.due_known_at > ranking:
            return True
        if dossier.closed_at is None or dossier.closing_known_at is None:
            return False
        if dossier.closing_known_at <= dossier.closed_at:
            return False
        try:
            return dossier.closing_known_at > working_days_from(dossier.closed_at, 1, self.calendar)
        except LawError:
            return False
