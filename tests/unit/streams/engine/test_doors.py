"""The inner doors of Faust and aiokafka are where the engine expects them, in the versions it was built on."""

import inspect
from importlib.metadata import version
from pathlib import Path

import aiokafka
import pytest
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.subscription_state import SubscriptionState, TopicPartitionState
from faust.app.base import App, BootStrategy
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer, ConsumerThread
from faust.transport.drivers import aiokafka as driver

from streams.engine.transport import ChunkApp


def test_the_versions_are_those_the_engine_was_built_on() -> None:
    """An upgrade begins by reading `streams/engine/doors.py` against the new sources."""
    assert (version("faust-streaming"), version("aiokafka")) == ("0.15.3", "0.14.0")


def test_faust_makes_its_consumer_through_the_doors_we_take() -> None:
    assert "self._create_consumer(" in inspect.getsource(driver.AIOKafkaConsumerThread.on_start)
    assert "_fetch_records" in inspect.getsource(driver.AIOKafkaConsumerThread.getmany)
    assert "self._new_consumer_thread()" in inspect.getsource(driver.ThreadDelegateConsumer.__init__)
    assert "transport.by_url" in inspect.getsource(App._new_transport)
    assert hasattr(ConsumerThread, "call_thread")
    assert hasattr(driver.AIOKafkaConsumerThread, "_ensure_consumer")
    assert {"enable_kafka_producer", "enable_web"} <= set(dir(BootStrategy))


def test_a_worker_leaves_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "self._create_directories()" in inspect.getsource(App)
    monkeypatch.chdir(tmp_path)
    ChunkApp("nowhere", store="memory://")._create_directories()
    assert list(tmp_path.iterdir()) == []


def test_faust_tells_of_rebalances_before_streams_go_on() -> None:
    """What was assigned is fenced and restored in `on_rebalance_complete`, which is awaited before the flow resumes."""
    lines = inspect.getsource(Recovery._resume_streams)
    assert lines.index("await app.on_rebalance_complete.send()") < lines.index("consumer.resume_flow()")


def test_a_message_older_than_the_last_read_is_dropped_unless_we_seek() -> None:
    assert "offset >= r_offset" in inspect.getsource(Consumer._drain_messages)
    assert "self._read_offset" in inspect.getsource(Consumer.seek)


def test_aiokafka_keeps_its_positions_where_we_read_them() -> None:
    assert "fetched_records" in dir(Fetcher)
    assert list(inspect.signature(Fetcher.fetched_records).parameters) == [
        "self",
        "partitions",
        "timeout",
        "max_records",
    ]
    assert hasattr(SubscriptionState, "fetch_context")
    assert {"position", "has_valid_position"} <= set(dir(TopicPartitionState))
    assert "self._fetcher" in inspect.getsource(aiokafka.AIOKafkaConsumer.start)
    assert "self._closed" in inspect.getsource(aiokafka.AIOKafkaConsumer.stop)
    assert "_subscription" in inspect.getsource(aiokafka.AIOKafkaConsumer.__init__)
