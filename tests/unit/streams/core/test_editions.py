"""Which rules count when."""

import pytest

from streams.core.calendar import Calendar
from streams.core.editions import Always, Edition, Timetable
from streams.core.rulebook import Policy, Rulebook

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


def test_an_edition_is_found_by_the_version_of_its_rules() -> None:
    assert TABLE.named("a") is TABLE.editions[0]
    assert TABLE.named("c") is None


def test_a_reference_that_never_changes_has_one_edition() -> None:
    known = Always(rules("a")).known
    assert known.at(10**9).rules.version == "a"
    assert known.next_after(0) is None
