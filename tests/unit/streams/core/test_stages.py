"""Who must be told, when, and why a word no longer holds: the stages of a dossier as a function of how it stands."""

import pytest

from streams.core.labels import Label
from streams.core.moments import Moment
from streams.core.stages import Addressee, Ended, Point, Stage, Told, points, stage_id, why_ended

DAY = 86_400
DUE = 10 * DAY + 9 * 3600
"""Due at nine; the office opens at half past seven."""
SOON, OPENS = DUE - 2 * DAY, DUE - 5400
INTAKE = 3 * DAY
OPEN = [Label.OPEN_IN_TIME, Label.OPEN_DUE_SOON, Label.OPEN_OVERDUE]
OVERDUE = Point(Stage.OVERDUE, DUE + 1, DUE)
SETTLED = [Label.REFUSED, Label.STOPPED, Label.CLOSED_EARLY, Label.CLOSED_ON_TIME, Label.CLOSED_LATE]


def stages(
    label: Label,
    due_at: Moment | None = DUE,
    *,
    soon_at: Moment | None = SOON,
    today_at: Moment | None = OPENS,
    intake_due_at: Moment | None = INTAKE,
) -> list[Point]:
    return list(points(label, due_at=due_at, soon_at=soon_at, today_at=today_at, intake_due_at=intake_due_at))


@pytest.mark.parametrize("label", OPEN)
def test_an_open_dossier_is_announced_then_due_today_then_overdue_a_second_after_due(label: Label) -> None:
    assert stages(label) == [Point(Stage.DUE_SOON, SOON, DUE), Point(Stage.DUE_TODAY, OPENS, DUE), OVERDUE]


def test_a_dossier_that_waits_to_be_accepted_has_the_stage_of_the_intake_alone() -> None:
    assert stages(Label.AWAITING_INTAKE) == [Point(Stage.INTAKE_OVERDUE, INTAKE + 1, INTAKE)]
    assert stages(Label.AWAITING_INTAKE, intake_due_at=None) == []


@pytest.mark.parametrize("label", [Label.PAUSED, Label.UNCLASSIFIED, *SETTLED])
def test_who_is_paused_or_closed_or_cannot_be_judged_is_not_told_to_hurry(label: Label) -> None:
    assert stages(label) == []


@pytest.mark.parametrize("label", OPEN)
def test_without_a_due_moment_nobody_is_told(label: Label) -> None:
    assert stages(label, None) == []


@pytest.mark.parametrize(
    ("soon", "today", "told"),
    [
        pytest.param(OPENS - 1, OPENS, [Stage.DUE_SOON, Stage.DUE_TODAY, Stage.OVERDUE], id="a second before it opens"),
        pytest.param(OPENS, OPENS, [Stage.DUE_TODAY, Stage.OVERDUE], id="as it opens: the sterner word alone"),
        pytest.param(OPENS + 1, OPENS, [Stage.DUE_TODAY, Stage.OVERDUE], id="accepted on the due day itself"),
        pytest.param(SOON, None, [Stage.DUE_SOON, Stage.OVERDUE], id="nobody knows when the office opens"),
        pytest.param(None, OPENS, [Stage.DUE_TODAY, Stage.OVERDUE], id="nobody knows when to warn"),
        pytest.param(None, None, [Stage.OVERDUE], id="only the due moment is known"),
    ],
)
def test_what_is_due_on_the_day_it_would_be_announced_has_the_sterner_word(
    soon: Moment | None, today: Moment | None, told: list[Stage]
) -> None:
    assert [point.stage for point in stages(Label.OPEN_IN_TIME, soon_at=soon, today_at=today)] == told


def test_no_warning_comes_after_the_due_moment() -> None:
    night = stages(Label.OPEN_IN_TIME, soon_at=None, today_at=DUE + 3600)
    assert night == [Point(Stage.DUE_TODAY, DUE, DUE), OVERDUE]
    short = stages(Label.OPEN_IN_TIME, soon_at=DUE + 3600, today_at=None)
    assert short == [Point(Stage.DUE_SOON, DUE, DUE), OVERDUE]


def named(
    dossier: str = "h/1", started_at: Moment = 1, point: Point = OVERDUE, unit: str = "u", officer: str | None = "o"
) -> str:
    return stage_id(dossier, started_at=started_at, point=point, unit=unit, officer=officer)


def test_the_same_facts_give_the_same_id_for_ever() -> None:
    """The ids stand in the log and in mail books, so the text they are made of is written down here once more."""
    assert named() == "28fa49e3a38a4659129c7e1e8268195d"
    assert named(officer=None) == "fde5efe7651e9743c0eb1eba8d84c9fa"
    assert named() == named(point=Point(Stage.OVERDUE, 0, DUE))


def test_another_dossier_clock_stage_due_moment_or_holder_has_another_id() -> None:
    ids = [
        named(),
        named(dossier="h/2"),
        named(started_at=2),
        named(point=Point(Stage.DUE_TODAY, DUE + 1, DUE)),
        named(point=Point(Stage.OVERDUE, DUE + 1, DUE + 1)),
        named(unit="v"),
        named(officer="p"),
        named(officer=None),
    ]
    assert len(set(ids)) == len(ids)


def told(stage: Stage, due_at: Moment = DUE) -> Told:
    return Told(stage, "id", "u", "o", due_at, 1)


@pytest.mark.parametrize(
    ("stage", "label", "why"),
    [
        *((Stage.OVERDUE, label, Ended.CLOSED) for label in SETTLED),
        (Stage.INTAKE_OVERDUE, Label.REFUSED, Ended.CLOSED),
        (Stage.OVERDUE, Label.PAUSED, Ended.PAUSED),
        (Stage.INTAKE_OVERDUE, Label.PAUSED, Ended.PAUSED),
        (Stage.OVERDUE, Label.UNCLASSIFIED, Ended.CORRECTED),
        *((Stage.INTAKE_OVERDUE, label, Ended.ACCEPTED) for label in OPEN),
        *((Stage.OVERDUE, label, Ended.HANDED_ON) for label in OPEN),
        (Stage.INTAKE_OVERDUE, Label.AWAITING_INTAKE, Ended.CORRECTED),
        (Stage.OVERDUE, Label.AWAITING_INTAKE, Ended.CORRECTED),
    ],
)
def test_a_word_that_no_longer_holds_says_why(stage: Stage, label: Label, why: Ended) -> None:
    assert why_ended(told(stage), label, stages(label)) is why


@pytest.mark.parametrize(
    ("due_at", "label", "standing", "why"),
    [
        pytest.param(DUE, Label.OPEN_OVERDUE, [OVERDUE], Ended.HANDED_ON, id="the same, in other hands"),
        pytest.param(DUE + 1, Label.OPEN_OVERDUE, [OVERDUE], Ended.REDATED, id="due at another moment"),
        pytest.param(DUE, Label.OPEN_OVERDUE, [], Ended.REDATED, id="such a stage is no more"),
        pytest.param(
            DUE, Label.OPEN_OVERDUE, [Point(Stage.DUE_TODAY, 0, DUE)], Ended.REDATED, id="only other stages are left"
        ),
    ],
)
def test_an_open_dossier_s_word_ends_by_another_due_moment_or_another_holder(
    due_at: Moment, label: Label, standing: list[Point], why: Ended
) -> None:
    assert why_ended(told(Stage.OVERDUE, due_at), label, standing) is why


@pytest.mark.parametrize(
    ("due_at", "why"),
    [
        pytest.param(INTAKE, Ended.HANDED_ON, id="the same, in other hands"),
        pytest.param(INTAKE + 1, Ended.CORRECTED, id="submitted at another moment after all"),
    ],
)
def test_the_word_of_a_slow_intake_ends_by_another_holder_or_a_correction(due_at: Moment, why: Ended) -> None:
    standing = stages(Label.AWAITING_INTAKE)
    assert why_ended(told(Stage.INTAKE_OVERDUE, due_at), Label.AWAITING_INTAKE, standing) is why


def test_what_is_overdue_is_said_again_at_the_given_moments_and_to_the_given_people() -> None:
    again = [(DUE + 3 * DAY, Addressee.OFFICER), (DUE + 5 * DAY, Addressee.HEAD)]
    found = points(Label.OPEN_OVERDUE, due_at=DUE, soon_at=None, today_at=None, intake_due_at=None, again=again)
    assert found == (
        OVERDUE,
        Point(Stage.OVERDUE, DUE + 3 * DAY, DUE, 1, Addressee.OFFICER),
        Point(Stage.OVERDUE, DUE + 5 * DAY, DUE, 2, Addressee.HEAD),
    )
    assert len({named(point=point) for point in found}) == len(found)
    head = Point(Stage.OVERDUE, DUE + 1, DUE, 1, Addressee.HEAD)
    assert named(point=head) == "3dd80519eca503f6077ba0641e8876b6"
    assert named(point=head) != named(point=Point(Stage.OVERDUE, DUE + 1, DUE, 1, Addressee.LEADER))


def test_papers_that_should_have_come_are_the_only_stage_of_who_waits_for_them() -> None:
    found = points(Label.PAUSED, due_at=DUE, soon_at=SOON, today_at=OPENS, intake_due_at=None, supplement_due_at=DAY)
    assert found == (Point(Stage.SUPPLEMENT_OVERDUE, DAY + 1, DAY),)
    for label in set(Label) - {Label.PAUSED}:
        other = points(label, due_at=None, soon_at=None, today_at=None, intake_due_at=None, supplement_due_at=DAY)
        assert other == ()
    late = Point(Stage.SUPPLEMENT_OVERDUE, DAY + 1, DAY)
    word = told(Stage.SUPPLEMENT_OVERDUE, DAY)
    assert why_ended(word, Label.PAUSED, [late]) is Ended.HANDED_ON
    assert why_ended(word, Label.PAUSED, []) is Ended.REDATED
    assert why_ended(told(Stage.SUPPLEMENT_OVERDUE, 2 * DAY), Label.PAUSED, [late]) is Ended.REDATED
    assert why_ended(told(Stage.OVERDUE), Label.PAUSED, [late]) is Ended.PAUSED
    assert why_ended(word, Label.OPEN_IN_TIME, stages(Label.OPEN_IN_TIME)) is Ended.ANSWERED
