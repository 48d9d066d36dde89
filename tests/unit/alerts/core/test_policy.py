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
