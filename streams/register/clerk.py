"""Judges one dossier at one moment and writes down all that follows: label, notices, withdrawals, tallies."""

from streams.core.audit import audited
from streams.core.counting import count_of
from streams.core.dating import ranking_moments
from streams.core.dues import Dues
from streams.core.findings import Finding
from streams.core.judgement import judge
from streams.core.leaving import leaves_at
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.register.entries import Entry
from streams.register.page import Page
from streams.register.tallies import Tallies
from streams.register.telling import Case, case
from streams.wire import trail


class Clerk:
    """Applies the rules to entries; what follows goes onto the page and into the tallies."""

    def __init__(self, rules: Rulebook, page: Page, *, tallies: Tallies, metrics: RegisterMetrics) -> None:
        """Work by these rules; `edition` marks what was judged by them."""
        self.rules = rules
        self.edition = 0
        self._page = page
        self._tallies = tallies
        self._metrics = metrics

    def judge(self, key: str, entry: Entry, at: Moment) -> None:
        """Bring the entry up to how its dossier stands at a moment; nobody is told of a stage yet."""
        this, turn = self._seen(key, entry, at)
        self._settle(this, turn, entry, at=at)

    def decide(self, key: str, entry: Entry, at: Moment, *, decided_at: Moment) -> None:
        """The same, and tell of every stage that is reached; the decision falls at `decided_at`, `at` or later."""
        this, turn = self._seen(key, entry, at)
        for point in this.untold(entry.told):
            if point.at > at:
                continue
            told, notice = this.tell(point, decided_at=decided_at, late_by=decided_at - at, rules=self.rules)
            entry.told = (*entry.told, told)
            self._metrics.stage_lag.observe(decided_at - at)
            self._page.say(trail.Decided(key, point.stage, told.id, point.at, decided_at))
            self._page.notify(key.encode(), notice)
        self._settle(this, turn, entry, at=at)

    def recall(self, key: str, entry: Entry, at: Moment) -> None:
        """Bring a new entry to how its dossier stood at a moment, every stage before it told; nothing is written."""
        this, dues = self._case(key, entry, at)
        told = [
            this.tell(point, decided_at=at, late_by=0, rules=self.rules)[0] for point in this.stages if point.at <= at
        ]
        entry.told = tuple(told)
        entry.found, turn = audited(entry.dossier, now=at, rules=self.rules, dues=dues)
        entry.counted = count_of(entry.dossier, this.standing, entry.found)
        entry.next_at, entry.edition = _next_at(this, turn, entry, at=at), self.edition
        self.appoint_leaving(entry, at)

    def leaves_at(self, entry: Entry) -> Moment | None:
        """Return when an entry leaves by the policy; None where it does not, or could not come back."""
        if not self.lets_leave or not entry.offsets or entry.told:
            return None
        return leaves_at(entry.dossier, days=self.rules.policy.leave_after_days)

    @property
    def lets_leave(self) -> bool:
        """Whether by the policy anybody leaves."""
        return self.rules.policy.leave_after_days > 0

    def appoint_leaving(self, entry: Entry, at: Moment) -> None:
        """Appoint an entry of which nothing more is awaited for the moment at which it leaves, never before `at`."""
        entry.leaving = False
        if entry.next_at is None and (moment := self.leaves_at(entry)) is not None:
            entry.next_at, entry.leaving = max(moment, at), True

    def _case(self, key: str, entry: Entry, at: Moment) -> tuple[Case, Dues]:
        dues = ranking_moments(entry.dossier, rules=self.rules)
        standing = judge(entry.dossier, now=at, rules=self.rules, dues=dues)
        return case(key, entry.dossier, standing, rules=self.rules), dues

    def _seen(self, key: str, entry: Entry, at: Moment) -> tuple[Case, Moment | None]:
        """Write down what changed; returns the case, and when the next finding holds by time alone."""
        this, dues = self._case(key, entry, at)
        standing = this.standing
        if standing.label is not entry.label:
            before = entry.label or ""
            self._page.say(trail.Labelled(key, before, standing.label, standing.reason, at, standing.ranking_due_at))
        found, turn = audited(entry.dossier, now=at, rules=self.rules, dues=dues)
        if found != entry.found:
            self._find(key, entry, found=found, at=at)
        if entry.told:
            self._withdraw(this, entry, at)
        return this, turn

    def _find(self, key: str, entry: Entry, *, found: tuple[Finding, ...], at: Moment) -> None:
        for gone in entry.found:
            if gone not in found:
                self._page.say(trail.cleared(key, gone, decided_at=at))
        for new in found:
            if new not in entry.found:
                self._page.say(trail.raised(key, new, decided_at=at))
        entry.found = found

    def _withdraw(self, this: Case, entry: Entry, at: Moment) -> None:
        held = tuple([told for told in entry.told if this.holds(told)])
        if len(held) == len(entry.told):
            return
        for told in entry.told:
            if told not in held:
                withdrawal = this.withdraw(told, decided_at=at)
                self._page.say(trail.Withdrawn(this.key, told.stage, told.id, withdrawal.reason, at))
                self._page.notify(this.key.encode(), withdrawal)
        entry.told = held

    def _settle(self, this: Case, turn: Moment | None, entry: Entry, *, at: Moment) -> None:
        counted = count_of(this.dossier, this.standing, entry.found)
        self._tallies.move(entry.counted, counted)
        entry.counted = counted
        entry.next_at, entry.edition = _next_at(this, turn, entry, at=at), self.edition
        self.appoint_leaving(entry, at)


def _next_at(this: Case, turn: Moment | None, entry: Entry, *, at: Moment) -> Moment | None:
    """Return when the dossier changes next, or must next be told of; never before `at`."""
    soonest = this.standing.next_at
    if soonest is None or (turn is not None and turn < soonest):
        soonest = turn
    for point in this.untold(entry.told):
        due = max(point.at, at)
        if soonest is None or due < soonest:
            soonest = due
    return soonest
