"""When people are told."""

import pytest

from alerts.core.policy import Policy
from streams.core.moments import day_of
from tests.unit.alerts.samples import at


@pytest.mark.parametrize(
    ("decided", "told"),
    [
        pytest.param("2020-07-09 15:00", "2020-07-10 08:00", id="in the afternoon: the next morning"),
        pytest.param("2020-07-10 07:59", "2020-07-10 08:00", id="just before the digest hour: at it"),
        pytest.param("2020-07-10 08:00", "2020-07-10 08:00", id="at the digest hour: with it"),
        pytest.param("2020-07-10 09:00", "2020-07-13 08:00", id="on Friday after it: on Monday"),
        pytest.param("2020-07-11 03:00", "2020-07-13 08:00", id="on Saturday: on Monday"),
    ],
)
def test_a_digest_goes_out_at_the_digest_hour_of_a_working_day(decided: str, told: str) -> None:
    assert Policy().next_digest_at(at(decided)) == at(told)


def test_on_a_day_off_no_digest_goes_out() -> None:
    policy = Policy(days_off=frozenset({day_of(at("2020-07-10 12:00"))}))
    assert policy.next_digest_at(at("2020-07-09 15:00")) == at("2020-07-13 08:00")


def test_a_policy_without_working_days_is_refused_rather_than_searched_for_ever() -> None:
    with pytest.raises(ValueError, match="no working day"):
        Policy(weekdays=frozenset()).next_digest_at(0)


def test_the_office_day_ends_at_its_closing_hour() -> None:
    assert Policy().closing_at(at("2020-07-10 08:00")) == at("2020-07-10 17:00")


def test_a_saturday_that_is_made_up_has_its_digest() -> None:
    policy = Policy(made_up=frozenset({day_of(at("2020-07-11 12:00"))}))
    assert policy.next_digest_at(at("2020-07-10 09:00")) == at("2020-07-11 08:00")


def test_a_unit_with_a_calendar_of_its_own_has_its_own_days() -> None:
    closed = (frozenset({day_of(at("2020-07-10 12:00"))}), frozenset[int]())
    policy = Policy(by_unit={"xa": closed})
    assert policy.next_digest_at(at("2020-07-09 15:00"), "xa") == at("2020-07-13 08:00")
    assert policy.next_digest_at(at("2020-07-09 15:00"), "other") == at("2020-07-10 08:00")


def test_there_may_be_several_digests_a_day() -> None:
    policy = Policy(digest_clocks=(8 * 3600, 14 * 3600))
    assert policy.next_digest_at(at("2020-07-10 08:01")) == at("2020-07-10 14:00")
    assert policy.next_digest_at(at("2020-07-10 14:01")) == at("2020-07-13 08:00")


@pytest.mark.parametrize(
    ("moment", "held"),
    [
        pytest.param("2020-07-09 17:29", "2020-07-09 17:29", id="in the day: at once"),
        pytest.param("2020-07-09 17:30", "2020-07-10 08:00", id="in the evening: the next morning"),
        pytest.param("2020-07-10 06:59", "2020-07-10 08:00", id="before the office opens: that morning"),
        pytest.param("2020-07-11 10:00", "2020-07-13 08:00", id="on a Saturday: on Monday"),
    ],
)
def test_the_quiet_hours_hold_until_the_next_working_morning(moment: str, held: str) -> None:
    assert Policy().held_over(at(moment)) == at(held)


def test_the_quiet_hours_of_a_weekend_began_on_friday_evening() -> None:
    assert Policy().quiet_since(at("2020-07-12 10:00")) == at("2020-07-10 17:30")
    assert Policy().quiet_since(at("2020-07-10 03:00")) == at("2020-07-09 17:30")


def test_the_gap_doubles_with_every_mail_of_the_day() -> None:
    assert [Policy().gap_after(mails) for mails in (1, 2, 3)] == [3600, 7200, 14400]


@pytest.mark.parametrize("after", ["2020-07-10 17:00", "2020-07-10 23:00", "2020-07-11 09:00"])
def test_after_the_office_day_it_is_the_end_of_the_next_one(after: str) -> None:
    assert Policy().closing_at(at(after)) == at("2020-07-13 17:00")
