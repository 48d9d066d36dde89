"""The one writer of a partition, on a real log."""

import contextlib
import threading
import time
from collections.abc import Callable

import pytest

from alerts.log import Archive, Follower, LogError, Position, Reader, Writer
from deploy.layout import Layout
from streams.topics import LEDGER, OUTBOX, prefixed

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


def test_after_a_failed_commit_a_note_is_refused_and_does_not_wait(kafka: str, topics: Layout) -> None:
    topic = prefixed(topics.prefix, LEDGER)
    with (
        contextlib.closing(Writer(kafka, name=f"{topics.prefix}-one")) as first,
        contextlib.ExitStack() as stack,
    ):
        with contextlib.suppress(LogError), first.transaction():
            first.write(topic, "never", b"{}", partition=0)
            stack.enter_context(contextlib.closing(Writer(kafka, name=f"{topics.prefix}-one")))
        with pytest.raises(LogError):
            noted(first, topic, "too late")
    assert in_the_log(kafka, topic) == []


def test_the_end_of_a_topic_may_count_what_nobody_sees_yet(kafka: str, topics: Layout) -> None:
    topic = prefixed(topics.prefix, OUTBOX)
    with (
        contextlib.closing(Archive(kafka)) as seen,
        contextlib.closing(Archive(kafka, also_aborted=True)) as written,
        contextlib.closing(Writer(kafka, name=f"{topics.prefix}-one")) as writer,
        writer.transaction(),
    ):
        [offset] = writer.write_and_place([(topic, "anh", b"{}")], partition=1)
        assert seen.ends(topic)[1] == offset
        assert written.ends(topic)[1] == offset + 1


def test_of_a_topic_that_cannot_be_seen_no_end_is_told(kafka: str, topics: Layout) -> None:
    with contextlib.closing(Archive(kafka)) as archive, pytest.raises(LogError, match="no partition"):
        archive.ends(f"{topics.prefix}.elsewhere")


def test_a_member_that_was_overtaken_cannot_commit_nor_can_who_is_no_member(kafka: str, topics: Layout) -> None:
    group, topic = f"{topics.prefix}-group", prefixed(topics.prefix, OUTBOX)
    deadline = time.monotonic() + 30
    with (
        contextlib.closing(Writer(kafka, name=f"{topics.prefix}-one")) as writer,
        Reader(kafka, group=group, topic=topic) as first,
    ):
        with pytest.raises(LogError, match="not a member"):
            first.membership()
        while not first.assignment():
            assert time.monotonic() < deadline
            first.poll(0.1)
        overtaken = first.membership()
        with Reader(kafka, group=group, topic=topic) as second:
            while not second.assignment():
                assert time.monotonic() < deadline
                first.poll(0.1)
                second.poll(0.1)
            with pytest.raises(LogError, match="IllegalGeneration"), writer.transaction():
                writer.read_up_to(topic, Position(7), partition=0, membership=overtaken)
            # What was refused does not come in by the back door of the next transaction.
            with pytest.raises(LogError, match="failed before"), writer.transaction():
                pass
            with contextlib.closing(Writer(kafka, name=f"{topics.prefix}-two")) as other, other.transaction():
                other.read_up_to(topic, Position(1), partition=1, membership=first.membership())
    with contextlib.closing(Follower(kafka, group=group, topic=topic)) as follower:
        assert [follower.positions()[partition].offset for partition in (0, 1)] == [0, 1]


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
