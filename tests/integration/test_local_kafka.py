"""The local Kafka: a real cluster from Python packages alone, that leaves nothing behind however its owner ends."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from deploy.local.kafka import LocalKafka, LocalKafkaError
from streams.sockets import direct
from tests.begun import begun

OWNER = """
    import sys, time
    from deploy.local.kafka import LocalKafka
    with LocalKafka() as kafka:
        print(kafka.brokers[0].folder, kafka.brokers[0].port, flush=True)
        time.sleep(600)
"""


def send_and_read(bootstrap: str, topic: str) -> list[bytes]:
    producer = KafkaProducer(**direct(bootstrap), acks="all")
    producer.send(topic, b"one", partition=0).get(30)
    producer.close()
    return read(bootstrap, topic)


def read(bootstrap: str, topic: str) -> list[bytes]:
    consumer = KafkaConsumer(**direct(bootstrap), consumer_timeout_ms=5000)
    where = TopicPartition(topic, 0)
    consumer.assign([where])
    consumer.seek_to_beginning(where)
    end = consumer.end_offsets([where])[where]
    values = []
    for record in consumer:
        values.append(record.value)
        if record.offset == end - 1:
            break
    consumer.close()
    return values


def make(bootstrap: str, topic: str, copies: int) -> None:
    admin = KafkaAdminClient(**direct(bootstrap))
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": copies}}, wait_for_metadata=True)
    admin.close()


def brokers_of(folder: str) -> list[psutil.Process]:
    return [
        each for each in psutil.process_iter(["cmdline"]) if any(folder in part for part in each.info["cmdline"] or ())
    ]


def test_what_is_sent_can_be_read(kafka: str, prefix: str) -> None:
    make(kafka, prefix, copies=1)
    assert send_and_read(kafka, prefix) == [b"one"]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=["kill -9", "SIGTERM", "Ctrl-C"])
def test_it_ends_with_its_owner_and_leaves_no_file(end: signal.Signals) -> None:
    command = [sys.executable, "-c", textwrap.dedent(OWNER)]
    with begun(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as owner:
        assert owner.stdout is not None
        folder = owner.stdout.readline().split()[0].decode()
        running = brokers_of(folder)
        owner.send_signal(end)
        owner.wait(30)
    assert running
    assert not psutil.wait_procs(running, timeout=30)[1]
    assert not Path(folder).exists()


def test_a_kept_folder_holds_its_records_over_a_restart(tmp_path: Path) -> None:
    with LocalKafka(tmp_path) as first:
        make(first.bootstrap, "kept", copies=1)
        send_and_read(first.bootstrap, "kept")
    with LocalKafka(tmp_path) as second:
        assert read(second.bootstrap, "kept") == [b"one"]


def test_a_broker_that_cannot_start_says_why_with_its_last_lines(tmp_path: Path) -> None:
    (tmp_path / "broker-1" / "data").mkdir(parents=True)
    (tmp_path / "broker-1" / "data" / "meta.properties").write_text("cluster.id=x\nversion=99\n")
    with pytest.raises(
        LocalKafkaError, match=r"(?s)broker 1 ended with code \d+; the log .*broker.log ends with:.*version"
    ):
        LocalKafka(tmp_path).start()


def test_without_memory_for_the_heap_the_message_is_javas(tmp_path: Path) -> None:
    with pytest.raises(LocalKafkaError, match="heap"):
        LocalKafka(tmp_path, heap_mb=1).start()


def test_of_three_brokers_one_may_die_freeze_and_come_back() -> None:
    with LocalKafka(brokers=3) as kafka:
        make(kafka.bootstrap, "copied", copies=3)
        kafka.brokers[0].stop(clean=False)
        others = ",".join(broker.address for broker in kafka.brokers[1:])
        assert send_and_read(others, "copied") == [b"one"]
        kafka.brokers[0].start()
        kafka.wait_until_whole()
        kafka.brokers[1].signal(signal.SIGSTOP)
        kafka.brokers[1].signal(signal.SIGCONT)
        kafka.wait_until_whole()
        assert read(kafka.bootstrap, "copied") == [b"one"]
