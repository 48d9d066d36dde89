"""What a topic should hold against what it holds: on a log that grows, and where something is wrong."""

from deploy.verify.comparing import STATE_KINDS, Appended, Keyed
from deploy.verify.differences import Kind


def keyed() -> Keyed:
    return Keyed("dossier.state", 0, STATE_KINDS)


def kinds(topic: Keyed | Appended) -> list[Kind]:
    return [one.kind for one in topic.differences()]


def test_the_last_value_of_a_key_counts() -> None:
    topic = keyed()
    for value in (b"1", b"2"):
        topic.wanted([(b"a", value)])
    topic.found(7, b"a", b"2")
    assert kinds(topic) == []


def test_missing_unexpected_and_different_keys_are_told_apart() -> None:
    topic = keyed()
    topic.wanted([(b"a", b"1"), (b"b", b"1"), (b"gone", b"1"), (b"gone", None)])
    topic.found(0, b"b", b"2")
    topic.found(1, b"c", b"1")
    topic.found(2, b"gone", b"1")
    found = {one.place: one.kind for one in topic.differences()}
    assert found == {
        "a": Kind.STATE_MISSING,
        "0 (b)": Kind.STATE_DIFFERS,
        "1 (c)": Kind.STATE_UNEXPECTED,
        "2 (gone)": Kind.STATE_UNEXPECTED,
    }


def test_a_topic_that_was_right_at_one_end_of_an_epoch_is_right() -> None:
    """What was run again is already further than what was read of the topic."""
    topic = keyed()
    topic.found(0, b"a", b"1")
    topic.wanted([(b"a", b"1")])
    topic.end_of_epoch()
    topic.wanted([(b"a", b"2")])
    topic.end_of_epoch()
    assert kinds(topic) == []
    topic.end_of_epoch()
    assert kinds(topic) == [Kind.STATE_DIFFERS]
    topic.found(1, b"a", b"2")
    topic.end_of_epoch()
    assert kinds(topic) == []


def appended(wanted: list[bytes], found: list[bytes], *, sure: bool = True) -> Appended:
    topic = Appended("dossier.notices", 0)
    for offset, value in enumerate(found):
        topic.found(offset, value)
    topic.wanted([(None, value) for value in wanted], at=100, sure=sure)
    return topic


def test_what_was_decided_after_the_topic_was_read_is_awaited() -> None:
    topic = appended([b"1", b"2", b"3"], [b"1"], sure=False)
    assert kinds(topic) == []
    topic.found(1, b"2")
    topic.found(2, b"3")
    assert kinds(topic) == []


def test_missing_repeated_unexpected_and_moved_records_are_told_apart() -> None:
    assert kinds(appended([b"1", b"2", b"3"], [b"1", b"3"])) == [Kind.NOTICE_MISSING]
    assert kinds(appended([b"1", b"2"], [b"1", b"1", b"2"])) == [Kind.NOTICE_REPEATED]
    assert kinds(appended([b"1", b"2"], [b"1", b"x", b"2"])) == [Kind.NOTICE_UNEXPECTED]
    assert kinds(appended([b"1", b"2"], [b"2", b"1"])) == [Kind.NOTICE_MOVED]
    assert kinds(appended([b"1", b"2"], [b"1", b"2"])) == []


def test_after_a_difference_it_goes_on() -> None:
    topic = appended([b"1", b"2", b"3"], [b"1", b"3"])
    assert kinds(topic) == [Kind.NOTICE_MISSING]
    topic.wanted([(None, b"4")], at=101, sure=True)
    topic.found(2, b"4")
    assert kinds(topic) == []


def test_what_was_decided_before_the_topic_is_kept_need_not_be_there() -> None:
    topic = Appended("dossier.notices", 0)
    topic.kept_since = 50
    topic.found(9, b"new")
    topic.wanted([(None, b"old"), (None, b"older")], at=40, sure=True)
    topic.wanted([(None, b"new")], at=60, sure=True)
    assert kinds(topic) == []
    topic.wanted([(None, b"newer")], at=70, sure=True)
    assert kinds(topic) == [Kind.NOTICE_MISSING]
