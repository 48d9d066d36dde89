"""Rejected records: counted by reason and source, and sent again only where that heals."""

import hashlib

import msgspec
import pytest

from streams import rejections
from streams.rejections import Fate, Tally, act_of, chosen, place_of, planned, tallied
from streams.wire.records import Rejected
from streams.wire.rejected import kept, source_of
from tests.sources import SOURCE, Record, at, sent

NOW = at("2024-03-05 09:00")
GOOD = sent("done", "2024-03-04 09:00")
AHEAD = sent("done", "2024-03-14 09:00")


def rejected(value: bytes, offset: int = 0, reason: str = "unknown_kind") -> Rejected:
    return Rejected(
        topic="dossier.inbox",
        partition=1,
        offset=offset,
        arrived_at=NOW,
        reason=reason,
        detail="why",
        size=len(value),
        sha256=hashlib.sha256(value).hexdigest(),
        value=kept(value),
    )


def fates(*pairs: tuple[bytes, bytes | None]) -> list[Fate]:
    records = [rejected(value, offset) for offset, (value, _) in enumerate(pairs)]
    originals = {
        (1, offset): Record(offset, value=original)
        for offset, (_, original) in enumerate(pairs)
        if original is not None
    }
    return [one.fate for one in planned(records, originals, now=NOW)]


@pytest.mark.parametrize(
    ("value", "original", "fate"),
    [
        pytest.param(GOOD, GOOD, Fate.AGAIN, id="what would be taken now is sent again"),
        pytest.param(GOOD, None, Fate.GONE, id="what the inbox no longer holds is gone"),
        pytest.param(GOOD, AHEAD, Fate.REPLACED, id="another record at its place is not taken for it"),
        pytest.param(b"{", b"{", Fate.STILL_WRONG, id="what would be rejected again stays"),
        pytest.param(AHEAD, AHEAD, Fate.STILL_WRONG, id="a time that is still ahead stays"),
    ],
)
def test_a_rejected_record_is_sent_again_only_where_that_heals(
    value: bytes, original: bytes | None, fate: Fate
) -> None:
    assert fates((value, original)) == [fate]


def test_one_record_rejected_twice_is_sent_once() -> None:
    assert fates((GOOD, GOOD), (GOOD, GOOD)) == [Fate.AGAIN, Fate.TWICE]


def test_what_is_sent_is_the_original_itself_and_only_that() -> None:
    original = Record(0, key=b"k", value=GOOD, headers=(("h", b"v"),))
    again, gone = planned([rejected(GOOD), rejected(GOOD, 1)], {(1, 0): original}, now=NOW)
    assert again.original is original
    assert gone.original is None


def test_a_record_that_is_still_wrong_says_why() -> None:
    (one,) = planned([rejected(b"{")], {(1, 0): Record(0, value=b"{")}, now=NOW)
    assert one.detail.startswith("not_json")


def test_counts_are_by_reason_and_source_the_most_frequent_first() -> None:
    records = [rejected(GOOD), rejected(b"not json", 1, "not_json"), rejected(GOOD, 2)]
    assert tallied(records) == (Tally("unknown_kind", SOURCE, 2), Tally("not_json", "", 1))


@pytest.mark.parametrize("value", [b"[]", b'{"source": 7}', b'{"data": {}}', b""])
def test_a_record_without_a_source_that_may_be_kept_has_none(value: bytes) -> None:
    assert source_of(rejected(value)) == ""


def test_a_rejected_record_is_read_back_and_named_by_its_place() -> None:
    one = rejected(GOOD, 12)
    assert rejections.read(msgspec.json.encode(one)) == one
    assert place_of(one) == "1:12"


def test_records_are_chosen_by_reason_and_by_source_and_nothing_named_chooses_all() -> None:
    records = [rejected(GOOD), rejected(b"{", 1, "not_json"), rejected(GOOD, 2, "not_json")]
    assert chosen(records) == records
    assert chosen(records, reasons=["not_json"]) == records[1:]
    assert chosen(records, reasons=["not_json"], sources=[SOURCE]) == records[2:]
    assert chosen(records, sources=[""]) == records[1:2]


def test_a_replay_is_an_act_with_what_was_sent_and_none_where_nothing_was() -> None:
    plan = planned([rejected(GOOD), rejected(b"{", 1)], {(1, 0): Record(0, value=GOOD)}, now=NOW)
    act = act_of(plan, at=NOW, who="an", why="the clock was set")
    assert act is not None
    assert (act.records, act.reasons, act.sources, act.who) == (1, ("unknown_kind",), (SOURCE,), "an")
    assert act.sha256 == hashlib.sha256(b"1:0\n").hexdigest()
    assert act_of(plan[1:], at=NOW, who="an", why="") is None
