"""What other rules do to a dossier: its due moment moves, it falls overdue or no longer is, notices go and come."""

import pytest

from deploy.publishing.comparing import Effect, Seen, effect_of
from streams.core.labels import Label
from streams.core.stages import Stage, Told

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
