"""One line of a digest, and how urgent it is."""

from collections.abc import Mapping
from typing import Final

import msgspec

from alerts.core.outbox import Tell
from alerts.core.routing import Via
from streams.core.labels import State
from streams.core.moments import Moment
from streams.core.stages import Stage

RANKS: Final = {
    Stage.OVERDUE: 0,
    Stage.DUE_TODAY: 1,
    Stage.INTAKE_OVERDUE: 2,
    Stage.SUPPLEMENT_OVERDUE: 3,
    Stage.DUE_SOON: 4,
}
"""How urgent each stage is; a table, for it is asked of everything that is due, again and again."""


class Item(msgspec.Struct, frozen=True):
    """One line of a digest: what DOMAIN §7 lets a mail say of a dossier, and nothing else of the notice."""

    notice: str
    stage: Stage
    dossier: str
    unit: str
    state: State
    via: Via
    due_at: Moment | None = None
    procedure: str = ""
    field: str = ""
    delay: int = 0
    behalf: str = ""
    rules: str = ""


class UnitLine(msgspec.Struct, frozen=True):
    """What one who leads is told of a unit: how many dossiers stay overdue there, and since when the oldest."""

    unit: str
    count: int
    oldest: Item


class Besides(msgspec.Struct, frozen=True):
    """What else a digest says.

    Dossiers of which the recipient was told and why they need nothing any more; by how many seconds we are late with a
    notice, by its id.
    """

    lost: tuple[tuple[str, str], ...] = ()
    delays: Mapping[str, int] = {}


def rank(stage: Stage) -> int:
    """Return how urgent a stage is; 0 is the most urgent."""
    return RANKS[stage]


def item_of(tell: Tell, delay: int) -> Item:
    """Return the line of a notice; `delay` is by how many seconds we are late with it."""
    notice = tell.notice
    return Item(
        notice=notice.id,
        stage=notice.stage,
        dossier=notice.dossier,
        unit=notice.unit,
        state=notice.state,
        via=tell.via,
        due_at=notice.due_at,
        procedure=notice.procedure or "",
        field=notice.field or "",
        delay=delay,
        behalf=tell.behalf,
        rules=tell.rules,
    )
