"""Exemptions: days of a unit that do not count, only as dated, signed records, and always shown beside the ranking."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboards.core.board import Board
from dashboards.core.counts import Counts
from dashboards.core.periods import Period
from streams.core.moments import Day


@dataclass(frozen=True, slots=True)
class Exemption:
    """The unit's days in `days` are left out, for the reason, by a document that somebody signed on a day.

    An empty unit, reason, document or signature raises ValueError: such a record exempts nobody.
    """

    unit: str
    days: Period
    reason: str
    document: str
    signed_by: str
    signed_on: Day

    def __post_init__(self) -> None:
        """Refuse what is not signed, or gives no reason."""
        if not all((self.unit.strip(), self.reason.strip(), self.document.strip(), self.signed_by.strip())):
            raise ValueError("an exemption names its unit, its reason, its document and who signed it")


@dataclass(frozen=True, slots=True)
class Exempted:
    """The counts that remain, and for each exemption applied, exactly what it took out."""

    units: Mapping[str, Counts]
    applied: tuple[tuple[Exemption, Counts], ...]


def _overlaps(exemption: Exemption, period: Period, *, on: Day) -> bool:
    return exemption.signed_on <= on and exemption.days.first <= period.last and period.first <= exemption.days.last


def exempted(board: Board, period: Period, exemptions: Iterable[Exemption], *, on: Day) -> Exempted:
    """Return the period's counts without the exempted days, as the records signed by the day `on` stand.

    Days inside the period are left out of the cohorts received, accepted, due and closed; what was carried over stays.
    A day exempted twice is taken out once, by the record that was signed first.
    """
    units = board.counts(period)
    applied: list[tuple[Exemption, Counts]] = []
    gone: dict[str, set[Day]] = {}
    valid = (exemption for exemption in exemptions if _overlaps(exemption, period, on=on))
    for exemption in sorted(valid, key=lambda record: (record.signed_on, record.document, record.days.first)):
        first, last = max(exemption.days.first, period.first), min(exemption.days.last, period.last)
        days = set(range(first, last + 1)) - gone.setdefault(exemption.unit, set())
        gone[exemption.unit] |= days
        taken = board.on_days(exemption.unit, days)
        applied.append((exemption, taken))
        if exemption.unit in units:
            units[exemption.unit] = units[exemption.unit].less(taken)
    return Exempted(units, tuple(applied))
