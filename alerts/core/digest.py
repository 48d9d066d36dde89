"""What one person is told at one time: the lines by risk, and what to do first and by when."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from alerts.core.item import Besides, Item, UnitLine, item_of, rank
from alerts.core.ledger import Reason, ToldOf
from alerts.core.outbox import Tell
from alerts.core.people import Person
from alerts.core.policy import Policy
from alerts.core.routing import Via
from streams.core.moments import Moment
from streams.core.stages import Stage

__all__ = ["LEADING", "Besides", "Digest", "Item", "UnitLine", "compose", "digest_id", "rank"]

LEADING: Final = frozenset({Via.LEADER, Via.HEAD_ABOVE, Via.MAILBOX_ABOVE})
"""Who is told as one of these leads others: they get one line a unit, never each dossier."""


class Digest(msgspec.Struct, frozen=True):
    """One mail to be: `items` are sorted, the riskiest first, one for each dossier.

    `muted` are the milder lines of the same dossiers, `units` the lines of one who leads, the worst unit first, and
    `counted` what they sum up; `lost` are the dossiers of which the recipient was told and that need nothing any more,
    and why. `at` is the moment it speaks of, `by` the moment by which the first line is to be acted on.
    """

    id: str
    recipient: Person
    at: Moment
    by: Moment
    items: tuple[Item, ...]
    muted: tuple[Item, ...] = ()
    units: tuple[UnitLine, ...] = ()
    counted: tuple[Item, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()

    @property
    def stage(self) -> Stage:
        """The most urgent stage in it."""
        return (self.items or self.counted)[0].stage

    def told(self) -> tuple[ToldOf, ...]:
        """Return every notice the digest answers for, as the ledger keeps it."""
        said = ((self.items, Reason.LISTED), (self.counted, Reason.COUNTED), (self.muted, Reason.MUTED))
        return tuple(
            ToldOf(item.notice, item.dossier, item.stage, reason, item.via, item.rules)
            for items, reason in said
            for item in items
        )


def compose(
    recipient: Person, tells: Sequence[Tell], *, at: Moment, policy: Policy, besides: Besides | None = None
) -> Digest:
    """Return the digest of these notices (at least one) for this person at `at`.

    Its id is a hash of who, when and what, so composing again gives the same id, and with it the same Message-ID.
    """
    besides = besides or Besides()
    every = sorted((item_of(tell, besides.delays.get(tell.notice.id, 0)) for tell in tells), key=_risk)
    items, muted = _mute(item for item in every if item.via not in LEADING)
    counted, again = _mute(item for item in every if item.via in LEADING)
    closing = policy.closing_at(at, every[0].unit)
    open_again = {item.dossier for item in every}
    return Digest(
        id=digest_id(recipient.id, at, (tell.notice.id for tell in tells)),
        recipient=recipient,
        at=at,
        by=_by((items or counted)[0], closing),
        items=tuple(items),
        muted=(*muted, *again),
        units=tuple(_unit_lines(counted)),
        counted=tuple(counted),
        lost=tuple(sorted({dossier: why for dossier, why in besides.lost if dossier not in open_again}.items())),
    )


def _unit_lines(counted: Sequence[Item]) -> list[UnitLine]:
    """Return a line for each unit; the items come the riskiest first, so the first of a unit is its oldest."""
    by_unit: dict[str, list[Item]] = {}
    for item in counted:
        by_unit.setdefault(item.unit, []).append(item)
    lines = [UnitLine(unit, len(items), items[0]) for unit, items in by_unit.items()]
    return sorted(lines, key=lambda line: (-line.count, _risk(line.oldest)))


def digest_id(recipient: str, at: Moment, notices: Iterable[str]) -> str:
    """Return 32 hexadecimal digits that stand for these notices told to this recipient at this moment."""
    return hashlib.sha256("\n".join((recipient, str(at), *sorted(notices))).encode()).hexdigest()[:32]


def _risk(item: Item) -> tuple[int, bool, Moment, str, str]:
    # In each stage the earliest due first: the longest overdue, the next to fall due; without a due moment, last.
    return (rank(item.stage), item.due_at is None, item.due_at or 0, item.dossier, item.notice)


def _by(first: Item, closing: Moment) -> Moment:
    if first.stage in {Stage.OVERDUE, Stage.INTAKE_OVERDUE, Stage.SUPPLEMENT_OVERDUE} or first.due_at is None:
        return closing
    return first.due_at


def _mute(items: Iterable[Item]) -> tuple[list[Item], list[Item]]:
    listed: dict[str, Item] = {}
    muted = [item for item in items if listed.setdefault(item.dossier, item) is not item]
    return list(listed.values()), muted
