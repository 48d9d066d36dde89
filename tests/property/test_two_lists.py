"""Laws of comparing two lists: against itself nothing differs, and swapped the one-sided counts change places."""

from collections import Counter
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from dashboards.core.differences import Count, Difference, Listed
from dashboards.core.pairing import Entry, paired
from dashboards.core.two_lists import compared
from streams.core.labels import State, Verdict
from tests.imported import RULES
from tests.sources import at

FIRST, LAST = at("2026-07-01 08:00"), at("2026-09-30 17:00")
MOMENTS = st.integers(FIRST, LAST)
CODES = st.sampled_from([f"H18-{number}" for number in range(12)])
ENTRIES = st.builds(
    Entry,
    code=CODES,
    national_code=st.just("") | CODES,
    unit=st.sampled_from(["", "m", "n"]),
    state=st.sampled_from(["", "Đang nghỉ", *State]),
    received_at=st.none() | MOMENTS,
    reached_at=st.none() | MOMENTS,
    dates=st.dictionaries(st.sampled_from(["accepted_at", "done_at"]), MOMENTS).map(lambda all_: tuple(all_.items())),
    due_at=st.none() | MOMENTS,
    board=st.sampled_from(Verdict),
)
LISTS = st.builds(Listed, st.lists(ENTRIES, unique_by=lambda one: one.code).map(tuple), MOMENTS)
MIRRORED = {
    Difference.NEVER_SYNCHRONISED: Difference.UNKNOWN_LOCALLY,
    Difference.KEYED_LATE: Difference.KEYED_LATE_LOCALLY,
    Difference.STATE: Difference.STATE,
    Difference.STATE_UNDATED: Difference.STATE_UNDATED,
    Count.LOCAL: Count.NATIONAL,
    Count.BOTH: Count.BOTH,
    Count.TOO_NEW: Count.TOO_NEW,
    Count.STATE_TOO_NEW: Count.STATE_TOO_NEW,
}


@given(LISTS)
def test_a_list_against_itself_differs_in_nothing(listed: Listed) -> None:
    found = compared(listed, listed, rules=RULES)
    assert found.found == ()
    total = found.total
    assert total[Count.BOTH] == total[Count.LOCAL] == total[Count.NATIONAL] == len(listed.entries)


@given(LISTS, LISTS)
def test_swapping_the_lists_swaps_the_one_sided_counts(local: Listed, national: Listed) -> None:
    one, other = compared(local, national, rules=RULES).total, compared(national, local, rules=RULES).total
    for name, mirror in MIRRORED.items():
        assert (one[name], one[mirror]) == (other[mirror], other[name])


@given(LISTS, LISTS)
def test_every_dossier_of_both_lists_is_accounted_for_once(local: Listed, national: Listed) -> None:
    found = paired(local.entries, national.entries)
    ours = Counter([*(one.code for one, _ in found.pairs), *(one.code for one in found.only_local)])
    theirs = Counter([*(one.code for _, one in found.pairs), *(one.code for one in found.only_national)])
    assert (ours, theirs) == (Counter(e.code for e in local.entries), Counter(e.code for e in national.entries))


def test_forty_thousand_dossiers_are_compared_within_seconds() -> None:
    # Every second one is tied by its national code alone, the slower way.
    local = tuple(Entry(f"A{n}", f"N{n}", "m", "DONE", FIRST, FIRST, (("done_at", FIRST),)) for n in range(40_000))
    national = tuple(Entry(f"{'AN'[n % 2]}{n}", "", "m", "PROCESSING", FIRST, FIRST) for n in range(40_000))
    begun = process_time()
    found = compared(Listed(local, LAST), Listed(national, LAST), rules=RULES)
    assert process_time() - begun < 5
    assert (found.total[Count.BOTH], found.total[Difference.STATE]) == (40_000, 40_000)
