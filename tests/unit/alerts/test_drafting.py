"""Whose mails are drafted next, where time is short."""

from itertools import count

from alerts.drafting import SECONDS, SLICE, Drafting
from tests.unit.alerts.desks import MORNING, Noting, desk_with_notices, people


def in_a_hurry() -> Drafting:
    """Return who has time for one slice a turn."""
    seconds = count()
    return Drafting(lambda: next(seconds) * SECONDS * 0.75)


def test_each_partition_has_its_turn_however_little_time_there_is() -> None:
    desks = [desk_with_notices(Noting(), people(3 * SLICE), partition=number) for number in range(3)]
    drafting = in_a_hurry()
    drafted = [drafting.draft([(desk, MORNING) for desk in desks]) for _ in range(4)]
    assert drafted == [SLICE, 2 * SLICE, 3 * SLICE, 4 * SLICE]
    assert [desk.drafts() for desk in desks] == [2 * SLICE, SLICE, SLICE]
    assert drafting.is_unfinished


def test_with_time_enough_everything_is_drafted_in_one_turn() -> None:
    desks = [desk_with_notices(Noting(), people(SLICE + number), partition=number) for number in range(3)]
    drafting = Drafting(lambda: 0.0)
    assert drafting.draft([(desk, MORNING) for desk in desks]) == 3 * SLICE + 3
    assert not drafting.is_unfinished
