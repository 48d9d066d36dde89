"""The lines of a report that an auditor may look at: evidence, and none of it proves misconduct."""

from collections.abc import Sequence

import msgspec

from dashboards.core.cases import UnitFinding
from dashboards.core.found import ByUnit
from streams.core.findings import SEVERITIES, Rule, Severity


class FindingLine(msgspec.Struct, frozen=True):
    """`count` dossiers of a unit show it, of `of` (0: of single dossiers, see `explain`); `dossiers` names some."""

    rule: Rule
    severity: Severity
    unit: str
    count: int
    of: int = 0
    dossiers: tuple[str, ...] = ()
    note: str = ""


def finding_lines(single: ByUnit, units: Sequence[UnitFinding]) -> tuple[FindingLine, ...]:
    """Return a line for each unit and rule of single dossiers, and then one for each finding about a unit."""
    counted = [FindingLine(rule, SEVERITIES[rule], unit, count) for (unit, rule), count in single.items()]
    counted.sort(key=lambda line: (_order(line.rule), line.unit))
    odd = [FindingLine(one.rule, one.severity, one.unit, one.count, one.of, one.dossiers, one.note) for one in units]
    return (*counted, *odd)


def _order(rule: Rule) -> tuple[int, str]:
    """Sort R2 before R10, and the rules of the catalogue before those of the fold."""
    return (int(rule[1:]), "") if rule[1:].isdecimal() else (100, rule)
