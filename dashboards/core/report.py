"""What a report says of one period, as plain values: holes and synchronisation first, then the ranking, then each unit.

It is JSON in one form only (fields in order, whole numbers; a rate is two), so that its SHA-256 can be compared.
"""

from typing import Final

import msgspec

from dashboards.core.report_basis import Basis
from dashboards.core.report_findings import FindingLine
from streams.core.labels import Label

VERSION: Final = 1


class Share(msgspec.Struct, frozen=True):
    """`part` of `whole` dossiers; `left_out` more could not be judged."""

    part: int
    whole: int
    left_out: int = 0


class UnitLine(msgspec.Struct, frozen=True):
    """One unit: what was received by label, carried over, and its rates by `name` and `name/without_sync`."""

    unit: str
    name: str
    received: int
    carried: int
    labels: dict[Label, int]
    sync: int
    """Of what was received: judged late only because the closing arrived or was keyed late."""
    rates: dict[str, Share]


class RankLine(msgspec.Struct, frozen=True):
    """One place of the ranking; without a place, `reason` says why (and `place` is 0)."""

    place: int
    unit: str
    share: Share
    score: str
    carried: int
    reason: str = ""


class MonthLine(msgspec.Struct, frozen=True):
    """What was received in one month of the period, and how it stands now."""

    month: str
    received: int
    in_time: int
    late: int


class IndexLine(msgspec.Struct, frozen=True):
    """One line of the 766 index, computed (`part` of `whole`), from a file or missing; `overruled`: a file's.

    Without a weight it has no maximum and no points; `confirmed` says that somebody checked the weight.
    """

    line: str
    maximum: str
    points: str
    origin: str
    citation: str
    confirmed: bool
    part: int | None = None
    whole: int | None = None
    overruled: str = ""


class GradeLine(msgspec.Struct, frozen=True):
    """The index's sum and the band it falls into (no name: below all); while lines are `missing` there is none."""

    points: str
    name: str
    at_least: str
    citation: str
    confirmed: bool
    missing: tuple[str, ...] = ()


class LevelLine(msgspec.Struct, frozen=True):
    """Of the dossiers of one level of service, how many were handed in online."""

    level: int
    online: int
    received: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report; `as_of` is the latest moment that is counted, `source` from where (tallies, events)."""

    version: int = VERSION
    period: str
    first: str
    last: str
    as_of: int
    source: str
    complete: bool
    violations: int
    total: UnitLine
    units: tuple[UnitLine, ...]
    basis: Basis
    ranking: tuple[RankLine, ...]
    months: tuple[MonthLine, ...]
    index: tuple[IndexLine, ...]
    levels: tuple[LevelLine, ...]
    units_without: tuple[str, ...]
    """Units on the list that received nothing in the period, by name."""
    units_never: tuple[str, ...] = ()
    """Of those, the units of which nothing was ever counted, on any day, and that are expected to send; by name."""
    procedures_without: tuple[str, ...] | None = None
    """Procedures on the list that nobody used; None where tallies, which do not know procedures, were read."""
    grade: GradeLine | None = None
    rules: str = ""  # the version by which the report itself judged; none where tallies were read
    findings: tuple[FindingLine, ...] = ()
    """What an auditor may look at: first what the tallies count of single dossiers, then what is odd about units."""


def encoded(report: Report) -> bytes:
    """Return the report in its one form."""
    return msgspec.json.encode(report, order="deterministic")


def decoded(text: bytes) -> Report:
    """Return the report of `encoded`; raises msgspec.DecodeError."""
    return msgspec.json.decode(text, type=Report)
