"""In what a cluster's topics differ from the design, and what mends it."""

from deploy.layout import Fault, Found, Layout, differences
from streams.topics import ACTS, EVENTS, TOPICS, Topic, prefixed

LAYOUT = Layout(prefix="p", partitions=12, replication=3)


def as_designed(topic: Topic) -> Found:
    return Found(LAYOUT.partitions_of(topic), LAYOUT.replication, dict(topic.settings) | {"segment.bytes": "1"})


def test_a_topic_as_designed_has_no_differences() -> None:
    assert [list(differences(topic, LAYOUT, as_designed(topic))) for topic in TOPICS] == [[]] * len(TOPICS)


def test_a_missing_topic_is_one_difference_that_apply_mends() -> None:
    (missing,) = differences(EVENTS, LAYOUT, None)
    assert (missing.topic, missing.fault, missing.mendable) == (prefixed("p", EVENTS), Fault.MISSING, True)


def test_a_topic_with_one_order_is_to_have_one_partition() -> None:
    assert [each.wanted for each in differences(ACTS, LAYOUT, Found(12, 3, dict(ACTS.settings)))] == ["1"]


def test_every_wrong_setting_is_named_on_its_own() -> None:
    found = Found(12, 3, dict.fromkeys(EVENTS.settings, "1"))
    assert {each.setting for each in differences(EVENTS, LAYOUT, found)} == set(EVENTS.settings)


def test_more_copies_than_asked_for_are_no_fault() -> None:
    assert not list(differences(EVENTS, LAYOUT, Found(12, 5, dict(EVENTS.settings))))


def test_partitions_and_copies_are_left_to_people_and_say_how() -> None:
    partitions, copies = differences(EVENTS, LAYOUT, Found(6, 1, dict(EVENTS.settings)))
    assert not any(each.mendable for each in (partitions, copies))
    assert "DUNGHAN_KAFKA__PARTITIONS=6" in partitions.remedy
    assert "DUNGHAN_KAFKA__REPLICATION=1" in copies.remedy
