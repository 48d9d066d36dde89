"""A backup on a real broker: what stood there stands again, at its offsets; what does not fit is refused by name."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaProducer

from deploy.admin import TopicAdmin
from deploy.backup.groups import Groups
from deploy.backup.manifest import NAME, Reached
from deploy.backup.taking import is_dense
from deploy.cli import main
from deploy.layout import Layout
from deploy.reading import Log, Stored
from streams.engine.connection import Connection
from streams.engine.placing import NotPlaced, Placer, Record, Run
from streams.sockets import direct
from streams.topics import EVENTS, INBOX, LEDGER, OUTBOX, STATE, TOPICS, Topic, prefixed
from tests.integration.dashboards.pipeline import PARTITIONS


def stored(kafka: str, prefix: str, topic: Topic, *, also_aborted: bool = False) -> list[list[Stored]]:
    with Log(kafka, prefix=prefix, also_aborted=also_aborted) as log:
        return [list(log.whole(topic, partition)) for partition in range(log.partitions(topic))]


def dunghan(kafka: str, prefix: str, *arguments: str) -> Result:
    settings = {"BOOTSTRAP": kafka, "PREFIX": prefix, "PARTITIONS": str(PARTITIONS), "REPLICATION": "1"}
    environment = {f"DUNGHAN_KAFKA__{name}": value for name, value in settings.items()}
    return CliRunner().invoke(main, [*arguments], env=environment)


def taken(kafka: str, prefix: str, folder: Path) -> dict[str, int]:
    done = dunghan(kafka, prefix, "backup", str(folder), "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told: dict[str, int] = json.loads(done.stdout)
    return told


@pytest.fixture
def small(kafka: str, topics: Layout) -> Layout:
    """Write a little of everything that can stand in a partition."""
    producer = KafkaProducer(**direct(kafka), transactional_id=f"{topics.prefix}-x", retry_backoff_ms=5)
    producer.init_transactions()
    ledger, events, state = (prefixed(topics.prefix, topic) for topic in (LEDGER, EVENTS, STATE))
    for number, ending in enumerate(("commit", "abort", "abort", "commit")):
        producer.begin_transaction()
        for place in range(2):
            value = b"%d/%d" % (number, place)
            producer.send(ledger, key=b"cb1", value=value, partition=place, headers=[("a", b"1"), ("b", b"")])
            producer.send(events, key=b"x/1", value=value, partition=place, timestamp_ms=1_700_000_000_000 + number)
            producer.send(state, key=b"x/1", value=value if number else None, partition=place)
        producer.commit_transaction() if ending == "commit" else producer.abort_transaction()
    producer.close()
    _among_others(kafka, ledger, prefix=topics.prefix)
    with Placer(Connection(kafka, "", ""), f"{topics.prefix}-y") as placer:
        placer.place([Run(events, 2, 0, [Record(1_700_000_000_000, None, None, (("a", None),))])])
    plain = KafkaProducer(**direct(kafka))
    for place in range(3):
        for number in range(9):
            plain.send(prefixed(topics.prefix, INBOX), key=b"k", value=b"%d" % number, partition=place)
    plain.close()
    with Groups(kafka, prefix=topics.prefix) as groups:
        groups.begin({(INBOX.name, 0): 9, (INBOX.name, 1): 1, (INBOX.name, 2): 5})
        groups.put([Reached("worker", INBOX.name, 2, 7), Reached("send", OUTBOX.name, 1, 0, "2020-07-10")])
    return topics


def _among_others(kafka: str, ledger: str, *, prefix: str) -> None:
    """Note what is never committed while another hand commits in the same partition."""
    killed, other = (
        KafkaProducer(**direct(kafka), transactional_id=f"{prefix}-{name}", retry_backoff_ms=5) for name in "ab"
    )
    for one in (killed, other):
        one.init_transactions()
        one.begin_transaction()
    killed.send(ledger, value=b"noted", partition=3).get(15)
    other.send(ledger, value=b"passed over", partition=3).get(15)
    other.commit_transaction()
    killed.abort_transaction()
    for one in (killed, other):
        one.close()


def test_what_was_given_up_and_what_was_never_committed_takes_its_offsets_again(
    kafka: str, small: Layout, tmp_path: Path
) -> None:
    there = f"{small.prefix}b"
    taken(kafka, small.prefix, tmp_path)
    done = dunghan(kafka, there, "restore", str(tmp_path))
    assert (done.exit_code, done.exception) == (0, None)
    for topic in TOPICS:
        assert laid_as(topic, kafka, small.prefix) == laid_as(topic, kafka, there), topic.name
    with Log(kafka, prefix=small.prefix) as was, Log(kafka, prefix=there) as is_now:
        for partition in range(PARTITIONS):
            assert is_now.bounds(INBOX, partition) == was.bounds(INBOX, partition)
            assert is_now.bounds(EVENTS, partition)[1] == was.bounds(EVENTS, partition)[1]
    # What a killed courier had noted must be found by who follows it.
    noted, was_noted = (stored(kafka, each, LEDGER, also_aborted=True) for each in (there, small.prefix))
    for partition in (1, 3):
        assert [one for one in noted[partition] if one.value] == was_noted[partition]
    assert [one.value for one in was_noted[3]] == [b"noted", b"passed over"]
    with Placer(Connection(kafka, "", ""), f"{there}-z") as placer:
        for topic, place, why in ((EVENTS, 1, "came to stand at"), (INBOX, 3, "stamps it anew")):
            with pytest.raises(NotPlaced, match=why):
                placer.place([Run(prefixed(there, topic), place, 0, [Record(1, b"k", b"v")])])
    with Groups(kafka, prefix=small.prefix) as was_at, Groups(kafka, prefix=there) as is_at:
        assert is_at.reached() == was_at.reached() != ()
    TopicAdmin(kafka, Layout(there, PARTITIONS, 1)).delete()


def test_what_is_new_alone_is_copied_and_another_log_is_refused(kafka: str, small: Layout, tmp_path: Path) -> None:
    first = taken(kafka, small.prefix, tmp_path)
    files = {file.name for file in tmp_path.iterdir()}
    producer = KafkaProducer(**direct(kafka))
    producer.send(prefixed(small.prefix, EVENTS), key=b"k", value=b"more", partition=0).get(15)
    producer.close()
    assert (
        json.loads(dunghan(kafka, small.prefix, "backup", str(tmp_path), "--dry-run", "--json").stdout)["at_most"] >= 1
    )
    again = taken(kafka, small.prefix, tmp_path)
    assert (again["copied"], again["records"]) == (1, first["records"] + 1)
    assert files < {file.name for file in tmp_path.iterdir()}
    other = dunghan(kafka, f"{small.prefix}c", "topics", "apply")
    assert other.exit_code == 0
    refused = dunghan(kafka, f"{small.prefix}c", "backup", str(tmp_path))
    assert (refused.exit_code, small.prefix in refused.stderr) == (1, True)
    TopicAdmin(kafka, Layout(f"{small.prefix}c", PARTITIONS, 1)).delete()


def test_what_is_damaged_or_not_whole_or_has_no_room_is_refused_by_name(
    kafka: str, small: Layout, tmp_path: Path
) -> None:
    taken(kafka, small.prefix, good := tmp_path / "good")
    not_empty = dunghan(kafka, small.prefix, "restore", str(tmp_path / "good"))
    assert (not_empty.exit_code, "has been written to" in not_empty.stderr) == (1, True)
    there = f"{small.prefix}d"
    one = next(file.name for file in sorted((tmp_path / "good").glob("mail.ledger-*")))
    for number, spoil in enumerate((removed, flipped, shortened)):
        folder = shutil.copytree(tmp_path / "good", tmp_path / f"spoilt{number}")
        spoil(folder / one)
        refused = dunghan(kafka, there, "restore", str(folder))
        assert (refused.exit_code, one in refused.stderr) == (3, True)
    other = Layout(f"{small.prefix}e", PARTITIONS + 1, 1)
    TopicAdmin(kafka, other, topics=[EVENTS]).apply()
    refused = dunghan(kafka, other.prefix, "restore", str(good))
    assert (refused.exit_code, f"{PARTITIONS + 1} partitions" in refused.stderr) == (1, True)
    TopicAdmin(kafka, other).delete()
    flipped(tmp_path / "good" / NAME)
    refused = dunghan(kafka, there, "restore", str(tmp_path / "good"), "--dry-run")
    assert (refused.exit_code, NAME in refused.stderr) == (3, True)
    assert "missing" in dunghan(kafka, there, "topics", "plan").output


def removed(file: Path) -> None:
    file.unlink()


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def shortened(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def laid_as(topic: Topic, kafka: str, prefix: str) -> list[list[Stored]] | list[dict[bytes, Stored]]:
    found = stored(kafka, prefix, topic)
    if not is_dense(topic):
        return found
    return [{one.key or b"": one._replace(offset=0) for one in records} for records in found]
