"""The stages at which somebody must be told of a dossier, and the moments at which they are reached.

A stage's id is a hash of the dossier, the start of its clock, the stage, the due moment and who holds it: the same
facts give the same id for ever, and a due moment that moves, or a dossier that changes hands, gives a new one. So a
repeat is recognised, a moved due moment arms the stages again, and a new holder is told what the old one knew.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from streams.core.labels import Label
from streams.core.moments import Moment
from streams.core.words import Word


class Stage(Word):
    """What somebody is told, mildest first."""

    INTAKE_OVERDUE = "intake_overdue"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    SUPPLEMENT_OVERDUE = "supplement_overdue"
    OVERDUE = "overdue"


class Addressee(Word):
    """Who is told: who holds the dossier, who heads the unit, who leads the province."""

    OFFICER = "officer"
    HEAD = "head"
    LEADER = "leader"


class Ended(Word):
    """Why a notice no longer holds."""

    CLOSED = "closed"
    ACCEPTED = "accepted"
    PAUSED = "paused"
    REDATED = "redated"
    HANDED_ON = "handed_on"
    CORRECTED = "corrected"
    ANSWERED = "answered"


class Told(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stage that has been decided and not withdrawn: its id, and whom it concerned."""

    stage: Stage
    id: str
    unit: str
    officer: str | None
    due_at: Moment
    started_at: Moment
    step: int = 0
    to: Addressee = Addressee.OFFICER


class Point(msgspec.Struct, frozen=True, gc=False):
    """A stage of a dossier and the moment at which it is reached; `step` counts how often it was said before."""

    stage: Stage
    at: Moment
    due_at: Moment
    step: int = 0
    to: Addressee = Addressee.OFFICER


OPEN: Final = frozenset({Label.OPEN_IN_TIME, Label.OPEN_DUE_SOON, Label.OPEN_OVERDUE})
_AWAITING, _PAUSED = Label.AWAITING_INTAKE, Label.PAUSED
_DUE_SOON, _DUE_TODAY, _OVERDUE = Stage.DUE_SOON, Stage.DUE_TODAY, Stage.OVERDUE


def stage_id(dossier: str, *, started_at: Moment, point: Point, unit: str, officer: str | None) -> str:
    """Return the id of a stage: 32 hexadecimal digits."""
    facts = f"{dossier}\n{started_at}\n{point.stage}\n{point.due_at}\n{unit}\n{officer or ''}"
    if point.step:
        facts += f"\n{point.step}\n{point.to}"
    return hashlib.sha256(facts.encode()).hexdigest()[:32]


def points(
    label: Label,
    *,
    due_at: Moment | None,
    soon_at: Moment | None,
    today_at: Moment | None,
    intake_due_at: Moment | None,
    supplement_due_at: Moment | None = None,
    again: Sequence[tuple[Moment, Addressee]] = (),
) -> tuple[Point, ...]:
    """Return the stages of a dossier that stands as `label`, in the order in which they are reached.

    A dossier that waits to be accepted has the intake's stage, an open one those of its due moment and, `again`, those
    at which it is said once more and to whom; one that waits for papers that should have come, that one. Any other has
    none: who is paused or closed is not told to hurry.
    """
    if label is _AWAITING:
        return () if intake_due_at is None else (Point(Stage.INTAKE_OVERDUE, intake_due_at + 1, intake_due_at),)
    if label is _PAUSED and supplement_due_at is not None:
        return (Point(Stage.SUPPLEMENT_OVERDUE, supplement_due_at + 1, supplement_due_at),)
    if label not in OPEN or due_at is None:
        return ()
    found = []
    # Where it is due on the day on which it would be announced, the sterner word stands alone.
    if soon_at is not None and (today_at is None or soon_at < min(today_at, due_at)):
        found.append(Point(_DUE_SOON, min(soon_at, due_at), due_at))
    if today_at is not None:
        found.append(Point(_DUE_TODAY, min(today_at, due_at), due_at))
    found.append(Point(_OVERDUE, due_at + 1, due_at))
    if again:
        found += [Point(_OVERDUE, at, due_at, step, to) for step, (at, to) in enumerate(again, start=1)]
    return tuple(found)


def why_ended(told: Told, label: Label, standing: Sequence[Point]) -> Ended:
    """Return why a notice no longer holds, given how the dossier stands now and the stages that it has."""
    same = next((point for point in standing if point.stage is told.stage), None)
    match label:
        case Label.PAUSED:
            if told.stage is Stage.SUPPLEMENT_OVERDUE:
                return Ended.HANDED_ON if same is not None and same.due_at == told.due_at else Ended.REDATED
            return Ended.PAUSED
        case Label.OPEN_IN_TIME | Label.OPEN_DUE_SOON | Label.OPEN_OVERDUE:
            if told.stage is Stage.INTAKE_OVERDUE:
                return Ended.ACCEPTED
            if told.stage is Stage.SUPPLEMENT_OVERDUE:
                return Ended.ANSWERED
            return Ended.HANDED_ON if same is not None and same.due_at == told.due_at else Ended.REDATED
        case Label.AWAITING_INTAKE:
            return Ended.HANDED_ON if same is not None and same.due_at == told.due_at else Ended.CORRECTED
        case Label.UNCLASSIFIED:
            return Ended.CORRECTED
        case _:
            return Ended.CLOSED
