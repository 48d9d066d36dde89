"""The cluster's topics become what the design says, and what cannot be mended is named with its remedy."""

import time
from collections.abc import Callable

import pytest
from kafka.admin import ConfigResource, KafkaAdminClient

from deploy.admin import AdminError, TopicAdmin
from deploy.layout import Deviation, Fault, Layout
from streams.sockets import direct
from streams.topics import ACTS, EVENTS, INBOX, TOPICS, prefixed


def soon(plan: Callable[[], tuple[Deviation, ...]]) -> tuple[Deviation, ...]:
    """Ask until the brokers have learned of the change that was just made behind our back."""
    deadline = time.monotonic() + 10
    while not (found := plan()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_on_an_empty_cluster_every_topic_is_missing_and_made(kafka: str, layout: Layout) -> None:
    admin = TopicAdmin(kafka, layout)
    assert [each.fault for each in admin.plan()] == [Fault.MISSING] * len(TOPICS)
    admin.apply()
    assert admin.plan() == ()
    admin.delete()


def test_applying_again_changes_nothing(kafka: str, topics: Layout) -> None:
    assert TopicAdmin(kafka, topics).apply() == ()


def test_a_topic_with_one_order_has_one_partition_the_others_as_many_as_configured(kafka: str, topics: Layout) -> None:
    client = KafkaAdminClient(**direct(kafka))
    names = [prefixed(topics.prefix, topic) for topic in (ACTS, EVENTS)]
    counts = {told["name"]: len(told["partitions"]) for told in client.describe_topics(names)}
    client.close()
    assert [counts[name] for name in names] == [1, topics.partitions]


def test_a_setting_that_somebody_changed_is_named_and_set_right(kafka: str, topics: Layout) -> None:
    name = prefixed(topics.prefix, INBOX)
    client = KafkaAdminClient(**direct(kafka))
    client.alter_configs([ConfigResource("TOPIC", name, {"retention.ms": "1000"})])
    client.close()
    admin = TopicAdmin(kafka, topics)
    (wrong,) = soon(admin.plan)
    assert (wrong.topic, wrong.fault, wrong.setting, wrong.found, wrong.wanted) == (
        name,
        Fault.SETTING,
        "retention.ms",
        "1000",
        INBOX.settings["retention.ms"],
    )
    admin.apply()
    assert admin.plan() == ()


def test_another_number_of_partitions_is_refused_with_the_way_out(kafka: str, topics: Layout) -> None:
    more = Layout(prefix=topics.prefix, partitions=topics.partitions + 1, replication=1)
    left = TopicAdmin(kafka, more).apply()
    assert {each.fault for each in left} == {Fault.PARTITIONS}
    assert not any(each.mendable for each in left)
    assert all(f"DUNGHAN_KAFKA__PARTITIONS={topics.partitions}" in each.remedy for each in left)
    assert TopicAdmin(kafka, topics).plan() == ()


def test_too_few_copies_are_named(kafka: str, topics: Layout) -> None:
    more = Layout(prefix=topics.prefix, partitions=topics.partitions, replication=3)
    assert {each.fault for each in TopicAdmin(kafka, more).plan()} == {Fault.COPIES}


def test_more_copies_than_brokers_is_an_error_that_says_so(kafka: str, prefix: str) -> None:
    with pytest.raises(AdminError, match="replication factor"):
        TopicAdmin(kafka, Layout(prefix=prefix, partitions=1, replication=99)).apply()


def test_no_cluster_is_an_error_that_names_the_address() -> None:
    with pytest.raises(AdminError, match=r"127\.0\.0\.1:1"):
        TopicAdmin("127.0.0.1:1", Layout(), patience=0).plan()


def test_topics_without_a_prefix_are_never_deleted(kafka: str) -> None:
    with pytest.raises(ValueError, match="production"):
        TopicAdmin(kafka, Layout(prefix="")).delete()
