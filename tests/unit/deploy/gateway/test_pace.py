"""A source may send so many events a second on average, and a burst at once."""

import pytest

from deploy.gateway.pace import Pace


def test_a_burst_goes_through_and_the_next_waits_until_there_is_room() -> None:
    pace = Pace(10, burst=100)
    assert pace.take("a", 100, now=0) == 0
    assert pace.take("a", 10, now=0.5) == pytest.approx(0.5)
    assert pace.take("a", 10, now=1.0) == 0


def test_one_source_does_not_slow_another_down() -> None:
    pace = Pace(10, burst=100)
    assert [pace.take(source, 100, now=0) for source in ("a", "b")] == [0, 0]


def test_what_was_not_taken_costs_nothing() -> None:
    pace = Pace(10, burst=100)
    pace.take("a", 95, now=0)
    assert pace.take("a", 50, now=0) == pytest.approx(4.5)
    assert pace.take("a", 5, now=0) == 0


def test_a_source_with_a_pace_of_its_own_has_a_burst_to_match() -> None:
    pace = Pace(10, burst=100)
    assert pace.take("a", 1000, now=0, per_second=100) == 0
    assert pace.take("a", 100, now=0.5, per_second=100) == pytest.approx(0.5)


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    pace = Pace(10, burst=10)
    pace.take("a", 10, now=100)
    assert pace.take("a", 10, now=0) > 0
