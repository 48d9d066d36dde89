"""What one person is told at one time."""

import pytest

from alerts.core.digest import Digest, compose, rank
from alerts.core.ledger import Reason
from alerts.core.people import Person
from alerts.core.policy import Policy
from streams.core.stages import Stage
from streams.wire.records import Notice
from tests.unit.alerts.samples import at, notice, tell

ANH = Person(id="anh", name="Lò Văn Ánh", address="anh@x.vn")
MORNING = at("2020-07-10 08:00")


def digest(*notices: Notice) -> Digest:
    return compose(ANH, [tell(each) for each in notices], at=MORNING, policy=Policy())


def test_the_longest_overdue_comes_first_then_today_then_intake_then_soon() -> None:
    made = digest(
        notice("soon", stage=Stage.DUE_SOON, due="2020-07-14 10:00"),
        notice("intake", stage=Stage.INTAKE_OVERDUE, due=None),
        notice("late", stage=Stage.OVERDUE, due="2020-07-08 10:00"),
        notice("today", stage=Stage.DUE_TODAY, due="2020-07-10 16:00"),
        notice("later today", stage=Stage.DUE_TODAY, due="2020-07-10 16:30"),
        notice("latest", stage=Stage.OVERDUE, due="2020-06-01 10:00"),
        notice("whenever", stage=Stage.OVERDUE, due=None),
    )
    assert [item.notice for item in made.items] == [
        "latest", "late", "whenever", "today", "later today", "intake", "soon",
    ]  # fmt: skip
    assert made.stage is Stage.OVERDUE


@pytest.mark.parametrize(
    ("first", "by"),
    [
        pytest.param(notice(stage=Stage.OVERDUE, due="2020-07-01 10:00"), "2020-07-10 17:00", id="overdue: today"),
        pytest.param(notice(stage=Stage.INTAKE_OVERDUE, due=None), "2020-07-10 17:00", id="intake: today"),
        pytest.param(notice(stage=Stage.DUE_TODAY, due="2020-07-10 16:00"), "2020-07-10 16:00", id="due: when it is"),
        pytest.param(notice(stage=Stage.DUE_SOON, due=None), "2020-07-10 17:00", id="without a due moment: today"),
    ],
)
def test_the_first_line_says_by_when(first: Notice, by: str) -> None:
    assert digest(first).by == at(by)


def test_a_higher_stage_of_the_same_dossier_mutes_the_lower() -> None:
    made = digest(
        notice("a", stage=Stage.DUE_SOON, dossier="x/1"),
        notice("b", stage=Stage.OVERDUE, dossier="x/1"),
        notice("c", stage=Stage.DUE_SOON, dossier="x/2"),
    )
    assert [(told.notice, told.reason) for told in made.told()] == [
        ("b", Reason.LISTED),
        ("c", Reason.LISTED),
        ("a", Reason.MUTED),
    ]


def test_the_same_notices_at_the_same_moment_are_the_same_digest_in_whatever_order_they_came() -> None:
    one, two = notice("a"), notice("b")
    assert digest(one, two) == digest(two, one)
    assert digest(one).id != digest(two).id
    other_day = compose(ANH, [tell(one)], at=MORNING + 86_400, policy=Policy())
    assert other_day.id != digest(one).id


def test_every_stage_has_a_rank_of_its_own() -> None:
    assert sorted(rank(stage) for stage in Stage) == list(range(len(Stage)))
