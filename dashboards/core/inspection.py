"""The rules of the audit over a unit and a period: plain values in, findings out; none proves misconduct.

A rule reads what the audit knows of every dossier, and the thresholds of the policy.
"""

from collections import defaultdict
from collections.abc import Sequence

from dashboards.core.cases import Case, Found, by_unit, finding
from dashboards.core.counts import CLOSED_IN_TIME, LATE
from streams.core.findings import Rule
from streams.core.labels import Label
from streams.core.moments import Moment
from streams.core.thresholds import Thresholds
from streams.core.working_time import named


def stops_many(cases: Sequence[Case], limits: Thresholds) -> Found:
    """R4: the share of stops and refusals is over so many times that of all other units together."""
    found, stops = [], [case for case in cases if case.label in (Label.STOPPED, Label.REFUSED)]
    stopped = by_unit(stops)
    for unit, own in by_unit(cases).items():
        mine, others = stopped.get(unit, []), len(cases) - len(own)
        theirs = len(stops) - len(mine)
        # The shares are compared without dividing: mine / own > factor * theirs / others.
        over = len(mine) * others > limits.stop_share_over_peers * theirs * len(own)
        if over and len(mine) >= limits.stop_least:
            found.append(finding(Rule.STOPS_MANY, unit, mine, of=len(own), note=f"others {theirs}/{others}"))
    return found


def closings_at_once(closed: Sequence[Case], limits: Thresholds) -> Found:
    """R6: one unit closed many dossiers in one second."""
    found: Found = []
    for unit, own in by_unit(closed).items():
        seconds: defaultdict[Moment, list[Case]] = defaultdict(list)
        for case in own:
            seconds[case.closed_at or 0].append(case)
        for at, together in sorted(seconds.items()):
            if len(together) >= limits.closings_in_one_second:
                found.append(finding(Rule.KEYED_LATE, unit, together, of=len(own), note=f"at {named(at)}"))
    return found


def closings_outside_hours(closed: Sequence[Case], limits: Thresholds) -> Found:
    """R6: one unit closed many dossiers while its office was shut."""
    return [
        finding(Rule.KEYED_LATE, unit, outside, of=len(own), note="outside hours")
        for unit, own in by_unit(closed).items()
        if len(outside := [case for case in own if not case.in_hours]) >= limits.closings_outside_hours
    ]


def not_conserved(cases: Sequence[Case], _limits: Thresholds) -> Found:
    """R18: what was received is more than the sum of all that is accounted for."""
    return [
        finding(Rule.NOT_CONSERVED, unit, hole, of=len(own))
        for unit, own in by_unit(cases).items()
        if (hole := [case for case in own if case.label is Label.UNCLASSIFIED])
    ]


def flawless(cases: Sequence[Case], limits: Thresholds) -> Found:
    """R21: many settled, all of them in time, and never a request for papers."""
    found: Found = []
    for unit, own in by_unit(cases).items():
        settled = [case for case in own if case.label in CLOSED_IN_TIME]
        spotless = not any(case.supplements or case.label in LATE for case in own)
        if spotless and len(settled) >= limits.flawless_least:
            found.append(finding(Rule.FLAWLESS, unit, settled, of=len(own)))
    return found


def never_reminded(cases: Sequence[Case], _limits: Thresholds) -> Found:
    """R22: papers were awaited too long, and the ledger of mails shows no reminder."""
    return [
        finding(Rule.PAUSE_TOO_LONG, unit, waiting, of=len(own), note="no reminder in the ledger")
        for unit, own in by_unit(cases).items()
        if (waiting := [case for case in own if Rule.PAUSE_TOO_LONG in case.rules and not case.reminded])
    ]


def most_overdue(cases: Sequence[Case], limits: Thresholds) -> Found:
    """R24: one unit has over the policy's share of all that is overdue and open."""
    overdue = [case for case in cases if case.label is Label.OPEN_OVERDUE]
    if len(overdue) < limits.overdue_least or len(by_unit(cases)) == 1:
        return []
    return [
        finding(Rule.MOST_OVERDUE, unit, own, of=len(overdue))
        for unit, own in by_unit(overdue).items()
        if len(own) > limits.overdue_share * len(overdue)
    ]
