"""Makes the report of one period from a board: figures, ranking, index, trend, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboards.core.board import Board
from dashboards.core.cases import UnitFinding
from dashboards.core.counts import Counts, by_label, total
from dashboards.core.emulation import Emulation, Grounds, emulation_of
from dashboards.core.grades import Grade
from dashboards.core.index766 import Given, index_of
from dashboards.core.lines766 import LINES766, Line
from dashboards.core.periods import Period
from dashboards.core.rates import CauseView, Rate, rates_of
from dashboards.core.report import (
    RankLine,
    Report,
    Share,
    UnitLine,
)
from dashboards.core.report_basis import Basis, Exempt
from dashboards.core.report_findings import finding_lines
from dashboards.core.report_lines import grade_line, index_lines, levels_of, months_of
from streams.core.labels import Cause
from streams.core.moments import Moment, date_of, day_of


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of beside the board: names, lists, bands from the reference, grounds, lines from a file."""

    names: Mapping[str, str] = field(default_factory=dict)
    grounds: Grounds = field(default_factory=Grounds)
    given: tuple[Given, ...] = ()
    procedures: Mapping[str, str] = field(default_factory=dict)
    """The name of each procedure on the list, by its id."""
    lines: tuple[Line, ...] = LINES766
    grades: tuple[Grade, ...] = ()
    standing: frozenset[str] | None = None
    """Units that stood in the period, of those with a name; None: all."""
    expected: frozenset[str] = frozenset()
    """Units that must be heard of."""
    used: frozenset[str] | None = None
    """Procedures of the dossiers received in the period; None where nobody looked."""
    audited: tuple[UnitFinding, ...] = ()
    """What is odd about the units."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Where the figures come from: the moment they are of, whether they are whole, and what was read."""

    as_of: Moment
    complete: bool
    source: str
    rules: str = ""


def report_of(board: Board, period: Period, *, material: Material, counted: Counted) -> Report:
    """Return the report; units are those that have ever been counted, and those on the list that received none."""
    counts = board.counts(period)
    whole = sum(counts.values(), Counts())
    emulation = emulation_of(board, period, material.grounds, on=day_of(counted.as_of))
    index = index_of(whole, material.given, material.lines)
    standing = material.names.keys() if material.standing is None else material.standing
    received_none = sorted(standing - {unit for unit, its in counts.items() if total(its.received)})
    return Report(
        period=str(period),
        first=str(date_of(period.first)),
        last=str(date_of(period.last)),
        as_of=counted.as_of,
        source=counted.source,
        complete=counted.complete,
        violations=board.violations,
        total=_line("", "", whole),
        units=tuple(_line(unit, material.names.get(unit, unit), its) for unit, its in sorted(counts.items())),
        basis=_basis(emulation),
        ranking=_ranking(emulation),
        months=tuple(months_of(board, period, until=day_of(counted.as_of))),
        index=index_lines(index, whole),
        levels=levels_of(whole),
        units_without=tuple(material.names.get(unit, unit) for unit in received_none),
        units_never=tuple(material.names.get(unit, unit) for unit in sorted(material.expected - set(board.units))),
        procedures_without=_unused(material),
        grade=grade_line(index, material.grades),
        rules=counted.rules,
        findings=finding_lines(board.found.within(period), material.audited),
    )


def _unused(material: Material) -> tuple[str, ...] | None:
    if material.used is None:
        return None
    return tuple(f"{name} ({id})" for id, name in sorted(material.procedures.items()) if id not in material.used)


def _line(unit: str, name: str, counts: Counts) -> UnitLine:
    rates = {
        rate.name.value if rate.view is CauseView.ALL else f"{rate.name}/{rate.view}": _share(rate)
        for rate in rates_of(counts)
    }
    sync = sum(count for kind, count in counts.received.items() if kind.cause is Cause.SYNC)
    return UnitLine(unit, name, total(counts.received), total(counts.carried), by_label(counts.received), sync, rates)


def _basis(emulation: Emulation) -> Basis:
    rules = emulation.ranking.rules
    exempt = tuple(
        Exempt(
            record.unit,
            str(date_of(record.days.first)),
            str(date_of(record.days.last)),
            record.reason,
            record.document,
            record.signed_by,
            total(taken.received),
        )
        for record, taken in emulation.exempted.applied
    )
    merged = dict(emulation.succeeded.merged)
    return Basis(rules.rate.value, rules.view.value, rules.order.value, rules.minimum, exempt, merged)


def _ranking(emulation: Emulation) -> tuple[RankLine, ...]:
    placed = [
        RankLine(one.place, one.unit, _share(one.rate), f"{float(one.score):.6f}", one.carried)
        for one in emulation.ranking.placed
    ]
    apart = [
        RankLine(0, one.unit, _share(one.rate), "", one.carried, one.reason.value) for one in emulation.ranking.apart
    ]
    return (*placed, *apart)


def _share(rate: Rate) -> Share:
    return Share(rate.numerator, rate.denominator, rate.left_out)
