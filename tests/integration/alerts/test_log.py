"""The one writer of a partition, on a real log."""

import contextlib
import threading
from collections.abc import Callable

import pytest

from alerts.log import Archive, LogError, Writer
from deploy.layout import Layout
from streams.topics import LEDGER, prefixed

pytestmark = pytest.mark.usefixtures("topics")


def in_the_log(kafka: str, topic: str, *, also_aborted: bool = False) -> list[str]:
    with contextlib.closing(Archive(kafka, also_aborted=also_aborted)) as archive:
        return [key for _, key, _ in archive.whole(topic)]


def noted(writer: Writer, topic: str, key: str) -> Callable[[float], bool]:
    """Note a record; what is returned waits so many seconds until the broker has it."""
    done = threading.Event()
    writer.note(topic, (key, b"{}"), partition=0, noted=done.set)
    return done.wait


def test_who_lost_a_partition_can_neither_write_nor_note_there(kafka: str, topics: Layout) -> None:
    topic = prefixed(topics.prefix, LEDGER)
    first = Writer(kafka, name=f"{topics.prefix}-one")
    with first.transaction():
        first.write(topic, "before", b"{}", partition=0)
    with contextlib.closing(Writer(kafka, name=f"{topics.prefix}-one")) as second:
        with second.transaction():
            second.write(topic, "after", b"{}", partition=0)
        with contextlib.suppress(LogError):
            assert not noted(first, topic, "noted too late")(1.0)
        with pytest.raises(LogError), first.transaction():
            first.write(topic, "written too late", b"{}", partition=0)
    first.close()
    assert in_the_log(kafka, topic, also_aborted=True) == ["before", "after"]


def test_a_note_stays_in_the_log_though_its_transaction_is_never_committed(kafka: str, topics: Layout) -> None:
    topic = prefixed(topics.prefix, LEDGER)
    writer = Writer(kafka, name=f"{topics.prefix}-one")
    assert noted(writer, topic, "noted")(20.0)
    with contextlib.closing(Writer(kafka, name=f"{topics.prefix}-one")):
        assert in_the_log(kafka, topic) == []
        assert in_the_log(kafka, topic, also_aborted=True) == ["noted"]
    writer.close()


def test_whoever_notes_never_waits_for_a_transaction_and_each_note_is_committed_by_the_next(
    kafka: str, topics: Layout
) -> None:
    topic = prefixed(topics.prefix, LEDGER)
    stop, keys = threading.Event(), list[str]()
    with contextlib.closing(Writer(kafka, name=f"{topics.prefix}-one")) as writer:

        def go_on_noting() -> None:
            while not stop.is_set():
                keys.append(str(len(keys)))
                assert noted(writer, topic, keys[-1])(20.0)

        noting = threading.Thread(target=go_on_noting)
        noting.start()
        try:
            for number in range(15):
                with writer.transaction():
                    writer.write(topic, f"t{number}", b"{}", partition=0)
        finally:
            stop.set()
            noting.join()
        with writer.transaction():
            pass
    found = in_the_log(kafka, topic)
    assert sorted(key for key in found if key[0] != "t") == sorted(keys)
    assert [key for key in found if key[0] == "t"] == [f"t{number}" for number in range(15)]
