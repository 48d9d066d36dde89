"""The audit of a period: every rule over the units, each on the dossiers that it is about."""

from collections.abc import Iterable

from dashboards.core.cases import Case, UnitFinding
from dashboards.core.codes import codes_missing, duplicate_codes
from dashboards.core.inspection import (
    closings_at_once,
    closings_outside_hours,
    flawless,
    most_overdue,
    never_reminded,
    not_conserved,
    stops_many,
)
from dashboards.core.periods import Period
from streams.core.labels import Label
from streams.core.moments import day_of
from streams.core.thresholds import Thresholds

OF_RECEIVED = (stops_many, duplicate_codes, not_conserved, codes_missing, flawless, never_reminded)
OF_CLOSED = (closings_at_once, closings_outside_hours)


def unit_findings(cases: Iterable[Case], period: Period, limits: Thresholds) -> tuple[UnitFinding, ...]:
    """Return what is odd about the units, by rule, unit and detail.

    Closings count in the period in which they fell, what is overdue and open in every period from its receipt on, all
    else in the period of receipt.
    """
    known = list(cases)
    received = [case for case in known if case.received_on is not None and case.received_on in period]
    closed = [case for case in known if case.closed_at is not None and day_of(case.closed_at) in period]
    waiting = [
        case
        for case in known
        if case.received_on is not None
        and (case.received_on in period or (case.label is Label.OPEN_OVERDUE and case.received_on <= period.last))
    ]
    found = [one for rule in OF_RECEIVED for one in rule(received, limits)]
    found += [one for rule in OF_CLOSED for one in rule(closed, limits)]
    found += most_overdue(waiting, limits)
    return tuple(sorted(found, key=lambda one: (int(one.rule[1:]), one.unit, one.note)))
