"""A local list and the national one side by side: what was never synchronised, what differs, what it costs in verdicts.

The cause that the founding article names, as a table: the district's own system is not connected, so that changes come
late or never (Báo Điện Biên Phủ, 10/07/2020); in Gia Lai, September 2025, 61 % of those judged overdue.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from dashboards.core.differences import Compared, Count, Difference, Found, Listed
from dashboards.core.pairing import Entry, paired
from streams.core.dating import working_days_from
from streams.core.labels import State, Verdict
from streams.core.law import LawError
from streams.core.moments import SECOND_OF_DAY, Moment, day_of
from streams.core.rulebook import Rulebook
from streams.core.transitions import CLOSED

_WORK: Final = frozenset({State.ACCEPTED, State.PROCESSING})


def compared(local: Listed, national: Listed, *, rules: Rulebook) -> Compared:
    """Return how the two lists differ; a list against itself differs in nothing. Units are the local list's words."""
    return _Comparison(local, national, rules).run()


class _Comparison:
    """One comparison; lives for one call."""

    def __init__(self, local: Listed, national: Listed, rules: Rulebook) -> None:
        self._local, self._national, self._rules = local, national, rules
        self._counts: dict[str, Counter[str]] = {}

    def run(self) -> Compared:
        sides = paired(self._local.entries, self._national.entries)
        found: list[Found] = []
        for ours, theirs in sides.pairs:
            self._count(ours.unit or theirs.unit, Count.LOCAL, Count.NATIONAL, Count.BOTH, *_overdue(theirs))
            found += self._pair(ours, theirs)
        for one in sides.only_local:
            self._count(one.unit, Count.LOCAL)
            found += self._alone(one, Difference.NEVER_SYNCHRONISED, self._national.as_of)
        for one in sides.only_national:
            self._count(one.unit, Count.NATIONAL, *_overdue(one))
            found += self._alone(one, Difference.UNKNOWN_LOCALLY, self._local.as_of)
        for one_found in found:
            self._count(one_found.unit, one_found.difference)
        return Compared(tuple(found), self._counts)

    def _count(self, unit: str, *names: str) -> None:
        self._counts.setdefault(unit, Counter()).update(names)

    def _alone(self, entry: Entry, difference: Difference, other_as_of: Moment) -> Iterator[Found]:
        grace = self._rules.policy.findings.synchronised_within_hours * 3600
        if entry.received_at is not None and entry.received_at + grace > other_as_of:
            self._count(entry.unit, Count.TOO_NEW)
            return
        if difference is Difference.NEVER_SYNCHRONISED:
            yield Found(difference, entry.code, entry.unit, "state", local=entry.state, since=entry.received_at)
        else:
            yield Found(difference, entry.code, entry.unit, "state", national=entry.state, since=entry.received_at)

    def _pair(self, ours: Entry, theirs: Entry) -> Iterator[Found]:
        unit = ours.unit or theirs.unit
        if _stage(ours) and _stage(theirs) and _stage(ours) != _stage(theirs):
            yield from self._states(ours, theirs, unit)
        dates = dict(theirs.dates)
        for name, at in ours.dates:
            if (other := dates.get(name)) is not None and self._apart(at, other, unit):
                kind = Difference.KEYED_LATE if other > at else Difference.KEYED_LATE_LOCALLY
                yield Found(kind, ours.code, unit, name, at, other, since=min(at, other))
        if theirs.board is Verdict.OVERDUE and ours.board is Verdict.IN_TIME:
            kind = Difference.OVERDUE_BY_DUE if _due_on_other_days(ours, theirs) else Difference.OVERDUE_BY_SYNC
            yield Found(kind, ours.code, unit, "due_at", ours.due_at, theirs.due_at, since=theirs.due_at)

    def _states(self, ours: Entry, theirs: Entry, unit: str) -> Iterator[Found]:
        since = _differ_since(ours, theirs)
        if since is not None and min(self._local.as_of, self._national.as_of) - since <= SECOND_OF_DAY:
            self._count(unit, Count.STATE_TOO_NEW)
            return
        kind = Difference.STATE_UNDATED if since is None else Difference.STATE
        yield Found(kind, ours.code, unit, "state", ours.state, theirs.state, since=since)

    def _apart(self, one: Moment, other: Moment, unit: str) -> bool:
        days, (first, last) = self._rules.policy.findings.keying_working_days, sorted((one, other))
        if last - first <= days * SECOND_OF_DAY:
            return False
        try:
            return last > working_days_from(first, days, self._rules.calendar_for(unit or None))
        except LawError:
            return True  # where no calendar reaches, every day counts


def _stage(entry: Entry) -> str:
    # An export cannot tell whether somebody works on what it has accepted, and says the one or the other.
    return State.PROCESSING if entry.state in _WORK else entry.state


def _due_on_other_days(ours: Entry, theirs: Entry) -> bool:
    """Say whether both lists name a due moment, and not on one day."""
    if ours.due_at is None or theirs.due_at is None:
        return False
    return day_of(ours.due_at) != day_of(theirs.due_at)


def _overdue(entry: Entry) -> tuple[str, ...]:
    return (Count.OVERDUE,) if entry.board is Verdict.OVERDUE else ()


def _differ_since(ours: Entry, theirs: Entry) -> Moment | None:
    """Return since when the pair of states has stood: the later of the two dates, or that of a closing."""
    if ours.reached_at is not None and theirs.reached_at is not None:
        return max(ours.reached_at, theirs.reached_at)
    dated = [one for one in (ours, theirs) if one.reached_at is not None and one.state in CLOSED]
    return dated[0].reached_at if dated else None
