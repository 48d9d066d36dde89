"""What other rules do to a dossier: its due moment moves, it falls overdue or no longer is, notices go and come."""

import pytest
from prometheus_client import CollectorRegistry

from deploy.publishing.comparing import Effect, Judging, Seen, effect_of
from deploy.rulebook import load_rulebook
from streams.core.labels import Label
from streams.core.rulebook import Policy, Rulebook
from streams.core.stages import Stage, Told
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from streams.register.stubs import stub_in
from streams.topics import STATE
from tests.sources import DOSSIER, at, sent, taken

KEY = DOSSIER.encode()

A, B = (Told(Stage.OVERDUE, name, "m", None, 10, 1) for name in "ab")
IN_TIME, OVERDUE = Label.OPEN_IN_TIME, Label.OPEN_OVERDUE


@pytest.mark.parametrize(
    ("before", "after", "had", "effect"),
    [
        pytest.param(Seen(5, IN_TIME, ()), Seen(5, IN_TIME, ()), (), Effect(1), id="nothing changes"),
        pytest.param(Seen(5, IN_TIME, ()), Seen(9, IN_TIME, ()), (), Effect(1, later=1), id="due later"),
        pytest.param(Seen(None, IN_TIME, ()), Seen(9, IN_TIME, ()), (), Effect(1), id="due at last, not moved"),
        pytest.param(
            Seen(5, OVERDUE, (A,)), Seen(9, IN_TIME, ()), (A,),
            Effect(1, later=1, left_overdue=1, withdrawn=1), id="no longer overdue, its notice withdrawn",
        ),
        pytest.param(
            Seen(9, IN_TIME, ()), Seen(5, OVERDUE, (B,)), (),
            Effect(1, earlier=1, entered_overdue=1, told=1), id="overdue, and somebody is told",
        ),
        pytest.param(
            Seen(5, OVERDUE, (A,)), Seen(6, OVERDUE, (B,)), (A,),
            Effect(1, later=1, withdrawn=1, told=1), id="overdue since another moment: one goes, one comes",
        ),
        pytest.param(Seen(5, OVERDUE, (A,)), Seen(5, OVERDUE, (A,)), (), Effect(1), id="told at that moment anyway"),
        pytest.param(
            Seen(5, OVERDUE, (A,)), Seen(9, IN_TIME, ()), (), Effect(1, later=1, left_overdue=1),
            id="what would have been told at that moment was never told, so is not withdrawn",
        ),
    ],
)  # fmt: skip
def test_the_effect_on_one_dossier(before: Seen, after: Seen, had: tuple[Told, ...], effect: Effect) -> None:
    assert effect_of(before, after, had=had) == effect


def test_effects_add_up() -> None:
    assert Effect(1, later=1, told=2).plus(Effect(2, earlier=1, told=1)) == Effect(3, later=1, earlier=1, told=3)


def held(days: int) -> tuple[Judging, Register]:
    """Return who judges a month later, by rules of that moment, and a register with a dossier closed on the 5th."""
    rules = Rulebook("p", Policy("p", leave_after_days=days), load_rulebook().calendar_for(None))
    register = Register(0, rules=rules, metrics=RegisterMetrics(CollectorRegistry()))
    accepted = sent("accepted", "2020-03-02 08:00", due_at="2020-03-09 08:00", procedure="1", unit="m")
    register.take(taken([accepted, sent("done", "2020-03-05 09:00")]), now=at("2020-03-06 08:00"))
    then = Rulebook("q", rules.policy, rules.calendar_for(None))
    return Judging(rules, then, at=at("2020-04-20 08:00"), closed_since=at("2020-03-05 00:00")), register


def test_whoever_left_or_will_have_by_then_is_named_and_not_judged_again() -> None:
    judging, register = held(days=10)
    ((_, value),) = [one for one in register.tick(at("2020-04-01 08:00")).outputs[STATE.name, 0] if one[0] == KEY]
    assert judging.left(stub_in(value or b"")) == Effect(left=1)
    judging, register = held(days=30)
    entry = register.entry(KEY)
    assert entry is not None
    assert judging.of(DOSSIER, entry, current=True) == Effect(left=1)
    judging, register = held(days=0)
    entry = register.entry(KEY)
    assert entry is not None
    assert judging.of(DOSSIER, entry, current=True) == Effect(closed=0)


def test_whoever_left_before_the_rules_that_were_wrong_is_not_named() -> None:
    _, register = held(days=10)
    ((_, value),) = [one for one in register.tick(at("2020-04-01 08:00")).outputs[STATE.name, 0] if one[0] == KEY]
    rules = load_rulebook()
    for since in (None, at("2020-03-06 00:00")):
        assert Judging(rules, rules, at=at("2020-04-20 08:00"), closed_since=since).left(stub_in(value or b"")) is None
