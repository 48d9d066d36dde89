"""Silence is news: who is expected, by when, and who has never sent anything."""

from collections.abc import Iterable

import pytest

from dashboards.core import silence
from dashboards.core.silence import Expected, Hearing, Voice
from deploy.rulebook import load_rulebook
from streams.core.limits import parse_limit
from streams.wire.records import Heard, Speaker
from tests.sources import at

SOURCE, UNIT = Speaker
FRIDAY = at("2026-03-06 09:30")
NOW = at("2026-03-10 08:00")
DAYS = {SOURCE: parse_limit("2 working days"), UNIT: parse_limit("3 working days")}
CALENDAR = load_rulebook().calendar_for(None)


def hearing(*heard: Heard) -> Hearing:
    it = Hearing()
    for one in heard:
        it.put(silence.heard_key(one), one)
    return it


def heard(name: str, moment: int = FRIDAY, *, speaker: Speaker = SOURCE, partition: int = 0) -> Heard:
    return Heard(partition=partition, speaker=speaker, name=name, at=moment)


def voices(it: Hearing, expected: Expected) -> dict[str, Voice]:
    return {voice.name: voice for voice in it.voices(expected, now=NOW)}


def expecting(named: Iterable[tuple[Speaker, str]] = ()) -> Expected:
    return Expected(CALENDAR, {who: parse_limit("4 working hours") for who in named}, DAYS)


@pytest.mark.parametrize(
    ("last", "by"),
    [
        pytest.param("2026-03-06 09:30", "2026-03-10 09:30", id="a weekend is no silence"),
        pytest.param("2026-02-13 09:30", "2026-02-24 09:30", id="nor is Tet"),
        pytest.param("2026-03-07 12:00", "2026-03-11 07:30", id="what came on a Saturday counts from Monday"),
    ],
)
def test_the_next_word_is_expected_after_so_much_working_time(last: str, by: str) -> None:
    found = voices(hearing(heard("s", at(last))), expecting())
    assert (found["s"].last, found["s"].by) == (at(last), at(by))


def test_a_speaker_with_a_cadence_of_its_own_is_expected_by_that() -> None:
    found = voices(hearing(heard("s")), expecting([(SOURCE, "s")]))
    assert found["s"].by == at("2026-03-06 15:30")


def test_of_all_partitions_the_latest_arrival_counts() -> None:
    found = voices(hearing(heard("s", partition=1), heard("s", FRIDAY - 5, partition=2)), expecting())
    assert found["s"].last == FRIDAY


def test_a_moment_ahead_that_a_broker_with_a_wrong_clock_named_holds_no_longer_than_until_the_next() -> None:
    it = hearing(heard("s", FRIDAY + 365 * 86_400), heard("s"))
    assert voices(it, expecting())["s"].last == FRIDAY


def test_a_unit_that_is_expected_and_never_sent_anything_is_listed_as_such() -> None:
    found = voices(hearing(heard("m", speaker=UNIT)), expecting([(UNIT, "m"), (UNIT, "n")]))
    assert (found["m"].last, found["n"].last, found["n"].by) == (FRIDAY, None, None)


def test_a_source_that_nobody_expects_by_name_is_forgotten_after_a_month_and_a_known_one_never() -> None:
    old = NOW - silence.FORGOTTEN - 1
    found = voices(hearing(heard("a", old), heard("b", old), heard("c", old + 1)), expecting([(SOURCE, "b")]))
    assert set(found) == {"b", "c"}


def test_at_most_so_many_are_shown_the_expected_first_then_who_spoke_last() -> None:
    crowd = [heard(str(number), FRIDAY + number) for number in range(silence.MOST + 1)]
    found = voices(hearing(*crowd), expecting([(SOURCE, "expected")]))
    assert (len(found), "expected" in found, "0" in found, "1" in found) == (silence.MOST, True, False, False)


def test_without_a_calendar_or_beyond_its_years_nobody_is_expected() -> None:
    assert voices(hearing(heard("s")), Expected())["s"].by is None
    beyond = hearing(heard("s", at("2200-01-01 08:00")))
    assert voices(beyond, expecting())["s"].by is None


def test_a_record_under_the_wrong_key_is_refused_and_a_removed_one_forgets_nothing() -> None:
    it = hearing(heard("s"))
    it.put("0/source/s", None)
    with pytest.raises(ValueError, match="stands under the key 1/source/s"):
        it.put("1/source/s", heard("s", NOW))
    assert voices(it, expecting())["s"].last == FRIDAY
