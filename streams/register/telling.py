"""What must be said of a dossier, given how it stands: which stages are reached, which notices no longer hold."""

from collections.abc import Sequence

import msgspec

from streams.core.dating import working_days_from
from streams.core.dossier import Dossier
from streams.core.facts import PauseKind
from streams.core.judgement import Standing
from streams.core.labels import Label
from streams.core.law import LawError
from streams.core.moments import Moment, day_of
from streams.core.rulebook import Rulebook
from streams.core.stages import Addressee, Point, Told, points, stage_id, why_ended
from streams.wire.records import Notice, Withdrawal

_PAUSED, _OVERDUE = Label.PAUSED, Label.OPEN_OVERDUE
LATE_BY = 60
"""Seconds after which a decision was late by our own fault: the objective is 99.9 % within 60 s."""


class Case(msgspec.Struct, frozen=True, gc=False):
    """One dossier at one moment, ready to be told of."""

    key: str
    dossier: Dossier
    standing: Standing
    stages: tuple[Point, ...]

    @property
    def unit(self) -> str:
        """Who holds it; empty while nobody has said."""
        return self.dossier.unit or ""

    @property
    def started_at(self) -> Moment:
        """The start of the clock: accepted, else submitted, else first heard of."""
        return self.dossier.accepted_at or self.dossier.submitted_at or self.dossier.first_at or 0

    def holds(self, told: Told) -> bool:
        """Return whether a notice still stands: same stage, same clock, same due moment, same hands."""
        if told.unit != self.unit or told.officer != self.dossier.officer or told.started_at != self.started_at:
            return False
        return _among(told, self.stages)

    def untold(self, told: tuple[Told, ...]) -> tuple[Point, ...]:
        """Return the stages that nobody has been told of yet."""
        if not told:
            return self.stages
        return tuple([point for point in self.stages if not _among(point, told)])

    def tell(self, point: Point, *, decided_at: Moment, late_by: int, rules: Rulebook) -> tuple[Told, Notice]:
        """Return the notice that a stage has been reached, and what the register remembers of it.

        `late_by` is how many seconds we were late to decide. A stage whose moment had passed before we could know of it
        (a dossier told of late, a pause that ended) is not late by our fault.
        """
        dossier, standing = self.dossier, self.standing
        name = stage_id(self.key, started_at=self.started_at, point=point, unit=self.unit, officer=dossier.officer)
        notice = Notice(
            id=name,
            stage=point.stage,
            dossier=self.key,
            unit=self.unit,
            state=dossier.state,
            label=standing.label,
            stage_at=point.at,
            decided_at=decided_at,
            due_at=point.due_at,
            started_at=self.started_at,
            officer=dossier.officer,
            procedure=dossier.procedure,
            field=dossier.field,
            delayed=late_by > LATE_BY,
            reason=standing.reason,
            policy=rules.policy.version,
            step=point.step,
            to=point.to,
        )
        return self._told(point, name), notice

    def _told(self, point: Point, name: str) -> Told:
        return Told(
            stage=point.stage,
            id=name,
            unit=self.unit,
            officer=self.dossier.officer,
            due_at=point.due_at,
            started_at=self.started_at,
            step=point.step,
            to=point.to,
        )

    def withdraw(self, told: Told, *, decided_at: Moment) -> Withdrawal:
        """Return the word that a notice no longer holds, to those who had it."""
        why = why_ended(told, self.standing.label, self.stages)
        return Withdrawal(
            id=told.id,
            stage=told.stage,
            dossier=self.key,
            unit=told.unit,
            decided_at=decided_at,
            officer=told.officer,
            reason=why,
            to=told.to,
        )


def _among(one: Told | Point, others: Sequence[Told | Point]) -> bool:
    """Return whether the same stage, due at the same moment, is among the others."""
    for other in others:  # noqa: SIM110 - on the hot path a generator costs more than the loop
        if other.stage is one.stage and other.due_at == one.due_at and other.step == one.step:
            return True
    return False


def case(key: str, dossier: Dossier, standing: Standing, *, rules: Rulebook) -> Case:
    """Return the dossier with the stages that its standing gives it."""
    due_at = standing.ranking_due_at
    stages = points(
        standing.label,
        due_at=due_at,
        soon_at=standing.due_soon_at,
        today_at=None if due_at is None else _opening_of(due_at, rules, dossier.unit),
        intake_due_at=standing.intake_due_at,
        supplement_due_at=_supplement_due(dossier, rules) if standing.label is _PAUSED else None,
        again=_again(due_at, rules, dossier.unit) if standing.label is _OVERDUE and due_at else (),
    )
    return Case(key, dossier, standing, stages)


def _opening_of(due_at: Moment, rules: Rulebook, unit: str | None) -> Moment | None:
    """Return when the office opens on the due day, or on the last working day before it if it is closed then."""
    try:
        return rules.calendar_for(unit).opening_by(day_of(due_at))
    except LawError:
        return None  # beyond the years any calendar knows; the fold has made it a finding


def _again(due_at: Moment, rules: Rulebook, unit: str | None) -> list[tuple[Moment, Addressee]]:
    """Return when it is said once more that the dossier is overdue, and to whom."""
    calendar, moments = rules.calendar_for(unit), []
    for again in rules.policy.escalation:
        try:
            moments.append((working_days_from(due_at, again.after_working_days, calendar), again.to))
        except LawError:
            break
    return moments


def _supplement_due(dossier: Dossier, rules: Rulebook) -> Moment | None:
    """Return when the papers that are asked for should have come: by the date in the request, else by the policy's."""
    asked = [pause for pause in dossier.open_pauses if pause.kind is PauseKind.SUPPLEMENT]
    if not asked:
        return None
    days, last = rules.policy.supplement_working_days, asked[-1]
    if last.until is not None or not days:
        return last.until
    try:
        return working_days_from(last.since, days, rules.calendar_for(dossier.unit))
    except LawError:
        return None
