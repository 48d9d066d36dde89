"""Published tables, checked: whether what was received is accounted for, and where not, in which way.

A hole (received more than accounted for) is replayed as `unclassified`; an over-full table contradicts itself; a
rounded one cannot be checked at all. Nothing here corrects a table.
"""

import enum
from dataclasses import dataclass
from typing import Final

import msgspec

from streams.core.labels import Label

ROUND: Final = 1000


class Table(msgspec.Struct, frozen=True):
    """One table as printed: counts of dossiers, None where it does not say."""

    id: str
    unit: str
    period: str
    source: str
    received: int | None = None
    new: int | None = None
    carried: int | None = None
    online: int | None = None
    direct: int | None = None
    resolved: int | None = None
    early: int | None = None
    ontime: int | None = None
    ontime_or_early: int | None = None
    late_closed: int | None = None
    open: int | None = None
    not_due: int | None = None
    overdue_open: int | None = None
    stopped: int | None = None
    due_in_period: int | None = None
    late_closed_plus_overdue_open: int | None = None

    def counts(self) -> tuple[int, ...]:
        """Return every count that is printed."""
        return tuple(found for name in COUNTED if (found := getattr(self, name)) is not None)


COUNTED: Final = tuple(name for name in Table.__struct_fields__ if name not in ("id", "unit", "period", "source"))


class Finding(enum.StrEnum):
    """What the check of a table says."""

    WHOLE = "whole"
    HOLE = "hole"
    INCONSISTENT = "inconsistent"
    ROUNDED = "rounded"
    TOO_FEW_COUNTS = "too_few_counts"


@dataclass(frozen=True, slots=True)
class Residual:
    """What one sum lacks: above 0 a hole, below 0 more parts than the whole."""

    sum: str
    amount: int


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on a table and every sum that could be checked."""

    finding: Finding
    residuals: tuple[Residual, ...]


def _sum(*parts: int | None) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _on_time(table: Table) -> int | None:
    return table.ontime_or_early if table.ontime_or_early is not None else _sum(table.early, table.ontime)


def _closed(table: Table) -> int | None:
    return _sum(_on_time(table), table.late_closed)


def _open(table: Table) -> int | None:
    return _sum(table.not_due, table.overdue_open) if table.open is None else table.open


def residuals_of(table: Table) -> tuple[Residual, ...]:
    """Return every sum whose whole and parts are printed, and what it lacks."""
    closed = table.resolved if table.resolved is not None else _closed(table)
    handled = _open(table)
    sums: tuple[tuple[str, int | None, int | None], ...] = (
        ("resolved = early + on time + late", table.resolved, _closed(table)),
        ("open = not due + overdue", table.open, _sum(table.not_due, table.overdue_open)),
        (
            "received = closed + open + stopped",
            table.received,
            None if closed is None or handled is None else _sum(closed, handled, table.stopped),
        ),
        ("due = on time + late", table.due_in_period, _sum(_on_time(table), table.late_closed_plus_overdue_open)),
        ("received = new + carried over", table.received, _both(table.new, table.carried)),
        ("received = online + direct", table.received, _both(table.online, table.direct)),
    )
    return tuple(
        Residual(name, whole - parts) for name, whole, parts in sums if whole is not None and parts is not None
    )


def _both(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def check(table: Table) -> Check:
    """Return what the table's own sums say of it; a contradiction outweighs a hole, rounding outweighs both."""
    found = residuals_of(table)
    counts = table.counts()
    if counts and all(count % ROUND == 0 for count in counts):
        return Check(Finding.ROUNDED, found)
    if not found:
        return Check(Finding.TOO_FEW_COUNTS, ())
    if any(residual.amount < 0 for residual in found):
        return Check(Finding.INCONSISTENT, found)
    return Check(Finding.HOLE if any(residual.amount for residual in found) else Finding.WHOLE, found)


def labels_of(table: Table) -> dict[Label, int] | None:
    """Return the table as labels that sum to what it says was received, its hole as `unclassified`.

    None where that cannot be: the open ones are not told apart, it is rounded, or it is over-full.
    """
    on_time, open_in_time = _on_time(table), table.not_due
    if table.received is None or on_time is None or open_in_time is None or check(table).finding is Finding.ROUNDED:
        return None
    labels = {
        Label.CLOSED_EARLY: table.early or 0,
        Label.CLOSED_ON_TIME: on_time - (table.early or 0),
        Label.CLOSED_LATE: table.late_closed or 0,
        Label.OPEN_IN_TIME: open_in_time,
        Label.OPEN_OVERDUE: table.overdue_open or 0,
        Label.STOPPED: table.stopped or 0,
    }
    hole = table.received - sum(labels.values())
    return None if hole < 0 else labels | {Label.UNCLASSIFIED: hole}
