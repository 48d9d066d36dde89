"""A local list and the national one side by side: what is missing, what differs, and what that costs in verdicts."""

from typing import Any

import msgspec
import pytest

from dashboards.core.differences import Compared, Count, Difference, Listed
from dashboards.core.pairing import Entry, paired
from dashboards.core.two_lists import compared
from streams.core.labels import Verdict
from streams.core.moments import SECOND_OF_DAY
from tests.imported import RULES
from tests.sources import at

DAY = SECOND_OF_DAY
AS_OF = at("2026-07-31 17:00")
MONDAY = at("2026-07-20 09:00")
FRIDAY = at("2026-07-24 09:00")
BARE = Entry("A", unit="m", state="PROCESSING", received_at=MONDAY, reached_at=MONDAY)
DONE: dict[str, Any] = {"state": "DONE", "reached_at": FRIDAY, "dates": (("done_at", FRIDAY),)}


def entry(code: str = "A", **changes: Any) -> Entry:
    return msgspec.structs.replace(BARE, code=code, **changes)


def beside(local: list[Entry], national: list[Entry], *, local_as_of: int = AS_OF, as_of: int = AS_OF) -> Compared:
    return compared(Listed(tuple(local), local_as_of), Listed(tuple(national), as_of), rules=RULES)


def kinds(found: Compared) -> list[Difference]:
    return [one.difference for one in found.found]


def test_what_was_received_and_stands_in_no_national_list_was_never_synchronised() -> None:
    found = beside([entry("A"), entry("B", unit="n")], [entry("A")])
    assert [(one.difference, one.code, one.unit, one.since) for one in found.found] == [
        (Difference.NEVER_SYNCHRONISED, "B", "n", MONDAY)
    ]
    assert found.counts["n"] == {Count.LOCAL: 1, Difference.NEVER_SYNCHRONISED: 1}
    assert found.counts["m"] == {Count.LOCAL: 1, Count.NATIONAL: 1, Count.BOTH: 1}


def test_what_is_synchronised_and_unknown_locally_is_told_under_the_national_unit() -> None:
    found = beside([], [entry("A", unit="n", board=Verdict.OVERDUE)])
    assert kinds(found) == [Difference.UNKNOWN_LOCALLY]
    assert (found.found[0].local, found.found[0].national) == (None, "PROCESSING")
    assert found.counts["n"][Count.OVERDUE] == 1


@pytest.mark.parametrize(
    ("received_at", "told"),
    [(AS_OF - DAY, [Difference.NEVER_SYNCHRONISED]), (AS_OF - DAY + 1, []), (None, [Difference.NEVER_SYNCHRONISED])],
    ids=["a day before", "within a day", "no date"],
)
def test_a_dossier_of_the_last_day_may_still_be_on_its_way(received_at: int | None, told: list[Difference]) -> None:
    found = beside([entry(received_at=received_at)], [])
    assert kinds(found) == told
    assert found.total[Count.TOO_NEW] == 1 - len(told)


@pytest.mark.parametrize(
    ("local", "national", "told"),
    [
        (DONE, {}, Difference.STATE),
        ({}, DONE, Difference.STATE),
        (DONE, {"reached_at": None}, Difference.STATE),
        ({"reached_at": None}, DONE, Difference.STATE),
        ({"state": "AWAITING_PAYMENT", "reached_at": None}, {}, Difference.STATE_UNDATED),
        ({"state": "Đang nghỉ", "reached_at": None}, DONE | {"reached_at": None}, Difference.STATE_UNDATED),
        (DONE | {"reached_at": AS_OF - DAY}, {}, None),
        (DONE | {"reached_at": AS_OF - DAY - 1}, {}, Difference.STATE),
        ({"state": "ACCEPTED"}, {"state": "PROCESSING"}, None),
        ({"state": ""}, {"state": "DONE"}, None),
        ({"state": "DONE"}, {"state": ""}, None),
    ],
    ids=[
        "closed here", "closed there", "closed here, there undated", "closed there, here undated",
        "open, undated", "neither dated", "for 24 hours", "for over 24 hours",
        "accepted is in work", "nothing said here", "nothing there",
    ],
)  # fmt: skip
def test_states_that_differ_for_over_24_hours_are_told(
    local: dict[str, Any], national: dict[str, Any], told: Difference | None
) -> None:
    found = beside([entry(**local)], [entry(**national)])
    assert kinds(found) == ([] if told is None else [told])


def test_a_state_that_is_too_new_is_counted() -> None:
    found = beside([entry(**DONE | {"reached_at": AS_OF - 60})], [entry()])
    assert found.total[Count.STATE_TOO_NEW] == 1


def test_the_older_of_the_two_lists_says_how_long_states_have_differed() -> None:
    late = {"local_as_of": FRIDAY + DAY, "as_of": AS_OF}
    assert kinds(beside([entry()], [entry(**DONE)], **late)) == []
    assert kinds(beside([entry()], [entry(**DONE)])) == [Difference.STATE]


@pytest.mark.parametrize(
    ("national_at", "told"),
    [
        ("2026-07-27 09:00", []),
        ("2026-07-27 09:01", [Difference.KEYED_LATE]),
        ("2026-07-23 09:00", []),
        ("2026-07-22 09:00", [Difference.KEYED_LATE_LOCALLY]),
    ],
    ids=["one working day, over a weekend", "more", "a day before", "two days before"],
)
def test_a_date_over_a_working_day_later_in_one_list_was_keyed_late_there(
    national_at: str, told: list[Difference]
) -> None:
    theirs: dict[str, Any] = {"state": "DONE", "dates": (("done_at", at(national_at)),)}
    found = beside([entry(**DONE)], [entry(**theirs)])
    assert kinds(found) == told
    if told:
        one = found.found[0]
        assert (one.what, one.local, one.national, one.since) == (
            "done_at", FRIDAY, at(national_at), min(FRIDAY, at(national_at)),
        )  # fmt: skip


def test_a_date_that_one_list_has_not_is_no_late_keying() -> None:
    assert kinds(beside([entry(dates=(("done_at", FRIDAY),))], [entry()])) == []


def test_where_no_calendar_reaches_every_day_counts() -> None:
    old = at("1980-01-05 09:00")
    ours, theirs = entry(dates=(("accepted_at", old),)), entry(dates=(("accepted_at", old + DAY + 1),))
    assert kinds(beside([ours], [theirs])) == [Difference.KEYED_LATE]


@pytest.mark.parametrize(
    ("local", "national", "told"),
    [
        ({"due_at": FRIDAY}, {"due_at": FRIDAY + 3600}, [Difference.OVERDUE_BY_SYNC]),
        ({"due_at": FRIDAY}, {"due_at": MONDAY}, [Difference.OVERDUE_BY_DUE]),
        ({}, {"due_at": MONDAY}, [Difference.OVERDUE_BY_SYNC]),
        ({"board": Verdict.OVERDUE}, {"due_at": MONDAY}, []),
        ({"board": Verdict.NONE}, {"due_at": MONDAY}, []),
    ],
    ids=["due the same day", "due on another day", "one names no due", "late in both", "no verdict locally"],
)
def test_an_overdue_verdict_that_the_local_list_does_not_share_says_what_it_hangs_on(
    local: dict[str, Any], national: dict[str, Any], told: list[Difference]
) -> None:
    ours, theirs = entry(**{"board": Verdict.IN_TIME} | local), entry(**{"board": Verdict.OVERDUE} | national)
    found = beside([ours], [theirs])
    assert kinds(found) == told
    assert found.total[Count.OVERDUE] == 1


def test_what_the_national_list_judges_in_time_is_nobodys_loss() -> None:
    found = beside([entry(board=Verdict.OVERDUE)], [entry(board=Verdict.IN_TIME)])
    assert (kinds(found), found.total[Count.OVERDUE]) == ([], 0)


def test_the_unit_of_a_pair_is_the_local_one_and_else_the_national() -> None:
    assert set(beside([entry("A"), entry("B", unit="")], [entry("A", unit="n"), entry("B", unit="k")]).counts) == {
        "m",
        "k",
    }


@pytest.mark.parametrize(
    ("local", "national", "pairs"),
    [
        ([("A", "N1")], [("N1", "")], [("A", "N1")]),
        ([("A", "")], [("N1", "A")], [("A", "N1")]),
        ([("A", "N1")], [("B", "N1")], [("A", "B")]),
        ([("A", "N1"), ("B", "N1")], [("N1", "")], []),
        ([("A", "N1")], [("N1", ""), ("C", "A")], []),
        ([("A", "N1"), ("B", "")], [("A", ""), ("N1", "")], [("A", "A")]),
        ([("A", "")], [("B", "")], []),
    ],
    ids=[
        "by the national list's code", "by the local code there", "by both national codes", "one code on two dossiers",
        "two candidates", "the code comes first", "no national code",
    ],
)  # fmt: skip
def test_dossiers_are_paired_by_code_and_else_by_a_national_code_that_leaves_no_choice(
    local: list[tuple[str, str]], national: list[tuple[str, str]], pairs: list[tuple[str, str]]
) -> None:
    found = paired(*([Entry(code, tied) for code, tied in side] for side in (local, national)))
    assert [(ours.code, theirs.code) for ours, theirs in found.pairs] == pairs
    assert len(found.only_local) == len(local) - len(pairs)
    assert len(found.only_national) == len(national) - len(pairs)
