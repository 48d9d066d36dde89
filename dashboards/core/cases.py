"""What the audit of a unit reads of a dossier, and what it says of a unit: plain values."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

import msgspec

from streams.core.findings import SEVERITIES, Rule, Severity
from streams.core.labels import Label
from streams.core.moments import Day, Moment

EVIDENCE: Final = 10
"""Dossiers that a finding names, at the most; `count` says how many there are."""


class Case(msgspec.Struct, frozen=True):
    """What the audit of a unit reads of one dossier; `in_hours` says whether it was closed while its office was open.

    `reminded`: a mail about its late papers was taken by the mail server.
    """

    dossier: str
    unit: str
    label: Label
    received_on: Day | None = None
    closed_at: Moment | None = None
    in_hours: bool = True
    supplements: int = 0
    code: str = ""
    rules: tuple[Rule, ...] = ()
    reminded: bool = False


class UnitFinding(msgspec.Struct, frozen=True):
    """One odd thing about a unit: how many of how many dossiers show it, some of them, and a word of detail."""

    rule: Rule
    unit: str
    count: int
    of: int
    dossiers: tuple[str, ...] = ()
    note: str = ""

    @property
    def severity(self) -> Severity:
        """Return how soon somebody should look at it."""
        return SEVERITIES[self.rule]


Found: TypeAlias = list[UnitFinding]


def finding(rule: Rule, unit: str, shown: Iterable[Case], *, of: int, note: str = "") -> UnitFinding:
    """Return a finding that these dossiers of a unit show."""
    names = sorted(case.dossier for case in shown)
    return UnitFinding(rule, unit, len(names), of, tuple(names[:EVIDENCE]), note)


def by_unit(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Return the dossiers of each unit, in the order of the units."""
    units: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        units[case.unit].append(case)
    return dict(sorted(units.items()))
