"""A day against itself differs in nothing; whatever is not the same is named, once."""

from random import Random

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deploy.replay.daybook import Decision, What
from deploy.replay.differing import Difference, How, differing

REASONS = st.sampled_from(["within", "past_due", "closed"])
MOMENTS = st.integers(0, 5)


def notice(**but: object) -> Decision:
    one = Decision(
        What.NOTICE, "a/1", "due_soon", at=10, decided_at=10, reason="within", due_at=20, stage_at=10, id="i1"
    )
    return msgspec.structs.replace(one, **but)


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    what, dossier = draw(st.sampled_from(What)), draw(st.sampled_from(["a/1", "a/2", "b/1"]))
    told = Decision(
        what, dossier, draw(st.sampled_from(["due_soon", "overdue"])), draw(MOMENTS), draw(MOMENTS), draw(REASONS)
    )
    if what is What.VERDICT:
        return msgspec.structs.replace(told, due_at=draw(MOMENTS))
    name = draw(st.sampled_from(["x", "y"]))
    if what is What.WITHDRAWAL:
        return msgspec.structs.replace(told, id=name)
    return msgspec.structs.replace(told, id=name, due_at=draw(MOMENTS), stage_at=draw(MOMENTS))


DAYS = st.lists(decisions(), max_size=12)


@given(DAYS, st.randoms())
def test_a_day_against_itself_differs_in_nothing_in_whatever_order(day: list[Decision], random: Random) -> None:
    assert list(differing(day, random.sample(day, len(day)))) == []


@given(DAYS, st.integers(0, 9))
def test_when_it_was_decided_is_no_difference(day: list[Decision], later: int) -> None:
    assert (
        list(differing(day, [msgspec.structs.replace(one, at=one.at + later, decided_at=one.at) for one in day])) == []
    )


@given(DAYS, st.data())
def test_what_is_taken_away_or_added_is_named_and_nothing_else(day: list[Decision], data: st.DataObject) -> None:
    assume(day)
    place = data.draw(st.integers(0, len(day) - 1))
    less = [*day[:place], *day[place + 1 :]]
    assert [one.how for one in differing(day, less)] == [How.ONLY_THEN]
    assert [one.about.dossier for one in differing(less, day)] == [day[place].dossier]
    assert [one.how for one in differing(less, day)] == [How.ONLY_NOW]


@given(DAYS, DAYS)
def test_then_and_now_change_sides_together(then: list[Decision], now: list[Decision]) -> None:
    turned = {How.ONLY_THEN: How.ONLY_NOW, How.ONLY_NOW: How.ONLY_THEN, How.DIFFERENTLY: How.DIFFERENTLY}
    one_way = [(turned[one.how], one.about.dossier, one.about.name) for one in differing(then, now)]
    assert one_way == [(one.how, one.about.dossier, one.about.name) for one in differing(now, then)]


@pytest.mark.parametrize(
    "but",
    [
        pytest.param({"id": "i2", "due_at": 30}, id="another due moment"),
        pytest.param({"due_at": 30}, id="another due moment under the same id"),
        pytest.param({"stage_at": 5}, id="reached at another moment"),
        pytest.param({"id": "i2"}, id="another officer"),
        pytest.param({"reason": "past_due"}, id="for another reason"),
    ],
)
def test_the_same_stage_told_differently_is_one_difference_with_both_sides(but: dict[str, object]) -> None:
    other = notice(**but)
    assert list(differing([notice()], [other])) == [Difference(How.DIFFERENTLY, notice(), other)]


def test_another_stage_is_one_only_then_and_one_only_now() -> None:
    found = list(differing([notice()], [notice(name="overdue", id="i2")]))
    assert {(one.how, one.about.name) for one in found} == {(How.ONLY_THEN, "due_soon"), (How.ONLY_NOW, "overdue")}


def test_what_a_notice_that_is_no_longer_kept_said_is_not_compared() -> None:
    assert list(differing([notice(reason="", due_at=None)], [notice()])) == []


def test_of_several_the_alike_are_paired_first() -> None:
    second = notice(id="i2", stage_at=12)
    assert [one.then for one in differing([notice(), second], [second])] == [notice()]


def test_a_verdict_for_another_reason_is_told_with_both_reasons() -> None:
    then = Decision(What.VERDICT, "a/1", "paused", 1, 1, "awaiting_supplement", 5)
    now = msgspec.structs.replace(then, reason="awaiting_payment")
    assert list(differing([then], [now])) == [Difference(How.DIFFERENTLY, then, now)]
