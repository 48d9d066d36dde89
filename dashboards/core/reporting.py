"""Makes the report of one period from a board: figures, ranking, index, trend, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboards.core.board import Board
from dashboards.core.counts import Counts, by_label, total
from dashboards.core.emulation import Emulation, Grounds, emulation_of
from dashboards.core.index766 import Given
from dashboards.core.periods import Period
from dashboards.core.rates import CauseView, Rate, rates_of
from dashboards.core.report import (
    Basis,
    Exempt,
    RankLine,
    Report,
    Share,
    UnitLine,
)
from dashboards.core.report_lines import index_lines, levels_of, months_of
from streams.core.labels import Cause
from streams.core.moments import Moment, date_of, day_of


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of beside the board: names and lists from the reference, grounds, lines from a file."""

    names: Mapping[str, str] = field(default_factory=dict)
    grounds: Grounds = field(default_factory=Grounds)
    given: tuple[Given, ...] = ()
    procedures: frozenset[str] = frozenset()
    expected: frozenset[str] = frozenset()
    """Units that must be heard of."""
    used: frozenset[str] | None = None
    """Procedures of the dossiers received in the period; None where nobody looked."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Where the figures come from: the moment they are of, whether they are whole, and what was read."""

    as_of: Moment
    complete: bool
    source: str


def report_of(board: Board, period: Period, *, material: Material, counted: Counted) -> Report:
    """Return the report; units are those that have ever been counted, and those on the list that received none."""
    counts = board.counts(period)
    whole = sum(counts.values(), Counts())
    emulation = emulation_of(board, period, material.grounds, on=day_of(counted.as_of))
    received_none = sorted(material.names.keys() - {unit for unit, its in counts.items() if total(its.received)})
    unused = None if material.used is None else tuple(sorted(material.procedures - material.used))
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
        index=index_lines(whole, material.given),
        levels=levels_of(whole),
        units_without=tuple(material.names[unit] for unit in received_none),
        units_never=tuple(material.names.get(unit, unit) for unit in sorted(material.expected - set(board.units))),
        procedures_without=unused,
    )


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
