"""Which rules count when."""

import pytest

from streams.core.calendar import Calendar
from streams.core.editions import Always, Edition, Timetable
from streams.core.moments import day_of
from streams.core.rulebook import Policy, Rulebook
from tests.sources import at

CALENDAR = Calendar.build([], reach=(2024, 2024))


def rules(version: str) -> Rulebook:
    return Rulebook(version, Policy(version), CALENDAR)


TABLE = Timetable((Edition(200, rules("b")), Edition(0, rules("a")), Edition(300, rules("a"))), position=7)


@pytest.mark.parametrize(
    ("now", "counts", "next_at"),
    [(-1, "a", 200), (0, "a", 200), (199, "a", 200), (200, "b", 300), (300, "a", None)],
    ids=["before all", "first", "second before", "at its moment", "taken back"],
)
def test_an_edition_counts_from_its_moment_until_the_next(now: int, counts: str, next_at: int | None) -> None:
    assert TABLE.at(now).rules.version == counts
    following = TABLE.next_after(now)
    assert (following and following.counts_from) == next_at


def test_publishing_the_same_rules_again_is_no_change() -> None:
    table = Timetable((Edition(0, rules("a")), Edition(100, rules("a"))))
    assert table.next_after(0) is None
    assert table.position == -1


@pytest.mark.parametrize(
    ("version", "now", "place"),
    [("a", -1, 0), ("a", 0, 0), ("a", 299, 0), ("a", 300, 2), ("b", 199, 1), ("b", 400, 1)],
    ids=["before all", "first", "not yet again", "again", "before its moment", "after its moment"],
)
def test_an_edition_is_found_by_the_version_of_its_rules_and_when_it_counted(
    version: str, now: int, place: int
) -> None:
    assert TABLE.named(version, now) is TABLE.editions[place]
    assert TABLE.named("c", now) is None


def test_an_edition_that_was_taken_back_is_still_found() -> None:
    later = Timetable((Edition(0, rules("a")), Edition(400, rules("c"))), position=8, before=TABLE).known_at(9)
    assert later.named("b", 250) is TABLE.editions[1]
    assert later.at(250).rules.version == "a"
    assert later.next_after(0) is later.editions[1]


def test_of_two_editions_of_one_version_the_one_that_still_counts_is_found() -> None:
    again = Edition(250, TABLE.editions[1].rules, closed_since=10)
    later = Timetable((TABLE.editions[0], again), before=TABLE)
    assert later.named("b", 260) is again
    assert later.named("b", 240) is TABLE.editions[1]


def test_a_reference_that_never_changes_has_one_edition() -> None:
    known = Always(rules("a")).known
    assert known.at(10**9).rules.version == "a"
    assert known.next_after(0) is None


@pytest.mark.parametrize(
    ("closed_since", "judged"),
    [(None, False), (at("2020-03-02 09:00"), True), (at("2020-03-03 00:00"), False)],
    ids=["says nothing of them", "since that day", "since the day after"],
)
def test_an_edition_judges_a_closed_dossier_again_only_where_it_says_so(closed_since: int | None, judged: bool) -> None:
    assert Edition(0, rules("a"), closed_since).judges(day_of(at("2020-03-02 08:00"))) is judged
