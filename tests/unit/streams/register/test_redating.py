"""A worker that begins again while dossiers are judged again goes on by the edition its partition was at."""

import json

import msgspec
import pytest

from streams.core.editions import Edition
from streams.core.rulebook import Rulebook
from streams.register.entries import PARTITION_KEY, Partition, partition_of
from tests.property.test_redating import NEW, OLD, START, THIRD, Reference, Run, decisions, figures_of, state_of
from tests.sources import at, sent, taken

DAYS = (1, 2, 3, 5)
EVENTS = taken(
    [
        *(
            sent("accepted", "2020-03-02 08:00", dossier=f"muongnhe/{days}{each}", procedure="1", unit="m",
                 limit=f"{days} working days")
            for each in range(2) for days in DAYS
        ),
        *(sent("done", "2020-03-03 16:00", dossier=f"muongnhe/{days}0", result=True) for days in DAYS),
        *(sent("done", "2020-03-06 10:00", dossier=f"muongnhe/{days}1", result=True) for days in DAYS[:3]),
    ]
)  # fmt: skip
LOG = [record._replace(offset=place) for place, record in enumerate(EVENTS)]
CHANGE, NEXT, END = at("2020-03-03 08:00"), at("2020-03-09 08:00"), at("2020-03-20 08:00")
FIRST, SECOND = Edition(0, OLD), Edition(CHANGE, NEW)
STEPS = 16


def run(*, learnt: tuple[Edition, ...], learnt_after: int, again_after: tuple[int, ...]) -> Run:
    """Take a partition through two changes of the rules, a dossier an epoch; after some of these it begins again."""
    reference = Reference(FIRST, SECOND)
    run = Run(LOG, reference, 1)
    for moment in (CHANGE, NEXT):
        for step in range(STEPS):
            run.go(moment, 50)
            if moment == CHANGE and step == learnt_after:
                reference.learn(*learnt)
            if step in again_after:
                run.restart()
    run.finish(END)
    return run


@pytest.mark.parametrize(
    "learnt",
    [(FIRST, Edition(NEXT, THIRD)), (FIRST, SECOND, Edition(NEXT, OLD, START)), (FIRST, Edition(CHANGE + 1, THIRD))],
    ids=["taken back, others later", "the old again, for closed dossiers too", "taken back at once"],
)
@pytest.mark.parametrize("again_after", range(STEPS - 1))
def test_it_decides_what_it_would_have_decided(learnt: tuple[Edition, ...], again_after: int) -> None:
    steady = run(learnt=learnt, learnt_after=3, again_after=())
    again = run(learnt=learnt, learnt_after=3, again_after=(again_after,))
    assert decisions(again.epochs) == decisions(steady.epochs)
    assert state_of(again.epochs) == state_of(steady.epochs)
    assert figures_of(again.epochs) == figures_of(steady.epochs)


def test_closed_dossiers_are_judged_again_by_the_old_rules_when_these_put_the_new_ones_right() -> None:
    right = run(learnt=(FIRST, SECOND, Edition(NEXT, OLD, START)), learnt_after=3, again_after=())
    left = run(learnt=(FIRST, SECOND, Edition(NEXT, OLD)), learnt_after=3, again_after=())
    assert state_of(right.epochs) != state_of(left.epochs)


@pytest.mark.parametrize("pieces", [1, 3, 10_000], ids=["a line", "three", "all"])
@pytest.mark.parametrize("head", [b"rubbish", None], ids=["spoilt", "gone"])
def test_a_partition_that_lost_its_head_counts_the_changes_of_the_rules_over_its_whole_trail(
    head: bytes | None, pieces: int
) -> None:
    """However many lines of it are read at once; else dossiers pass for judged by rules that they never saw."""
    whole = Run(LOG, Reference(FIRST, SECOND, Edition(NEXT, THIRD)), 1)
    whole.finish(NEXT + 60)
    trail = [value or b"" for epoch in whole.epochs for _, value in epoch.outputs.get(("dossier.trail", 0), [])]
    expected = kept_of(whole)
    whole.restart()
    whole.step.restore([(PARTITION_KEY, head)])
    assert whole.step.headless
    for place in range(0, len(trail), pieces):
        whole.step.follow(trail[place : place + pieces])
    whole.go(NEXT + 60, 50)
    kept = kept_of(whole)
    assert (kept.edition, kept.reference, kept.as_of) == (2, expected.reference, expected.as_of)


def kept_of(run: Run) -> Partition:
    """Return what the partition kept of itself last."""
    kept = partition_of(dict(run.epochs[-1].outputs["dossier.state", 0])[PARTITION_KEY])
    assert kept is not None
    return kept


def loosened(days: int) -> Rulebook:
    """The old rules with another threshold of the audit, and nothing else."""
    limits = msgspec.structs.replace(OLD.policy.findings, due_differs_working_days=days)
    policy = msgspec.structs.replace(OLD.policy, version=f"differs-{days}", findings=limits)
    return Rulebook(policy.version, policy, OLD.calendar_for(None))


@pytest.mark.parametrize(
    ("closed_since", "cleared"),
    [
        pytest.param(None, {"muongnhe/open"}, id="the open ones"),
        pytest.param(START, {"muongnhe/open", "muongnhe/closed"}, id="and those closed since it is said"),
    ],
)
def test_findings_are_judged_again_where_only_a_threshold_of_the_audit_changes(
    closed_since: int | None, cleared: set[str]
) -> None:
    accepted = [
        sent("accepted", "2020-03-02 08:00", dossier=f"muongnhe/{name}", procedure="1", unit="m",
             limit="2 working days", due_at="2020-03-06 16:00")
        for name in ("open", "closed")
    ]  # fmt: skip
    log = taken([*accepted, sent("done", "2020-03-02 16:00", dossier="muongnhe/closed", result=True)])
    numbered = [record._replace(offset=place) for place, record in enumerate(log)]
    run = Run(numbered, Reference(Edition(0, loosened(1)), Edition(CHANGE, loosened(4), closed_since)), 1)
    run.finish(CHANGE - 60)
    raised = found_in(run, "finding")
    run.finish(CHANGE)
    assert raised == {"muongnhe/open", "muongnhe/closed"}
    assert found_in(run, "finding_withdrawn") == cleared
    tallies = {key: value for epoch in run.epochs for key, value in epoch.outputs.get(("unit.tallies", 0), [])}
    counted = [json.loads(value or b"").get("findings", []) for value in tallies.values()]
    assert sum(count for one in counted for rule, count in one if rule == "R15") == 2 - len(cleared)


def found_in(run: Run, line: str) -> set[str]:
    """Return of which dossiers the trail says so of R15."""
    values = [
        json.loads(value or b"") for epoch in run.epochs for _, value in epoch.outputs.get(("dossier.trail", 0), [])
    ]
    return {one["dossier"] for one in values if one["line"] == line and one["rule"] == "R15"}
