"""A frozen period never changes; what came late is published beside it, figure by figure."""

import msgspec

from dashboards.core.report import Report, UnitLine
from streams.core.moments import Moment


class Change(msgspec.Struct, frozen=True):
    """One figure of one unit (an empty one: all together) that is no longer what was frozen."""

    unit: str
    figure: str
    frozen: int
    now: int


class Restatement(msgspec.Struct, frozen=True):
    """What the events known by `as_of` say of a period that was frozen with the report of `frozen` (SHA-256)."""

    period: str
    frozen: str
    frozen_as_of: Moment
    as_of: Moment
    changes: tuple[Change, ...]


def restatement_of(frozen: Report, sha256: str, now: Report) -> Restatement:
    """Return every count that differs; rates follow from counts and are not repeated."""
    lines: list[tuple[str, UnitLine | None, UnitLine | None]] = [("", frozen.total, now.total)]
    before, after = ({line.unit: line for line in report.units} for report in (frozen, now))
    lines += [(unit, before.get(unit), after.get(unit)) for unit in sorted(before.keys() | after.keys())]
    changes = tuple(change for unit, was, is_ in lines for change in _changes(unit, was, is_))
    return Restatement(frozen.period, sha256, frozen.as_of, now.as_of, changes)


def _changes(unit: str, was: UnitLine | None, is_: UnitLine | None) -> list[Change]:
    old, new = _figures(was), _figures(is_)
    return [
        Change(unit, figure, old.get(figure, 0), new.get(figure, 0))
        for figure in sorted(old.keys() | new.keys())
        if old.get(figure, 0) != new.get(figure, 0)
    ]


def _figures(line: UnitLine | None) -> dict[str, int]:
    if line is None:
        return {}
    rates = {f"rate {name}, part": share.part for name, share in line.rates.items() if "/" not in name}
    wholes = {f"rate {name}, of": share.whole for name, share in line.rates.items() if "/" not in name}
    labels = {label.value: count for label, count in line.labels.items()}
    return labels | rates | wholes | {"received": line.received, "carried": line.carried, "sync": line.sync}
