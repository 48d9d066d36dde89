"""Signed checkpoints on a real Kafka: a tail that is gone, an old copy, an emptied topic are found against them."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from kafka import KafkaAdminClient, TopicPartition

from deploy.acts import record_act
from deploy.admin import TopicAdmin
from deploy.cli.trail import command as trail_command
from deploy.cli.verify import command as verify_command
from deploy.layout import Layout
from streams.sockets import direct
from streams.topics import ACTS, REFERENCE, TRAIL, Topic, prefixed
from streams.wire.acts import ReportFrozen
from streams.wire.trail import Chain, EpochLine, hash_of
from tests.integration.verify.log import Written, decided


@pytest.fixture(scope="module")
def whole() -> Written:
    topics = {place: records for place, records in decided().items() if place[0] == TRAIL.name}
    return Written(topics)


@pytest.fixture
def signed(kafka: str, topics: Layout, whole: Written, *, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a trail on the broker, with a checkpoint of it that is kept elsewhere."""
    keys = (tmp_path / "secret.pem", tmp_path / "public.pem")
    for name, value in {
        "KAFKA__BOOTSTRAP": kafka,
        "KAFKA__PREFIX": topics.prefix,
        "AUDIT__KEY_FILE": str(keys[0]),
        "AUDIT__PUBLIC_KEY_FILE": str(keys[1]),
        "AUDIT__CHECKPOINTS": str(tmp_path / "kept"),
    }.items():
        monkeypatch.setenv(f"DUNGHAN_{name}", value)
    whole.publish(kafka, topics.prefix)
    assert run(trail_command, "key", *map(str, keys)).exit_code == 0
    done = run(trail_command, "checkpoint", "--json")
    assert done.exit_code == 0, done.output
    return Path(json.loads(done.output)["file"])


def run(command: Callable[..., object], *arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))  # type: ignore[arg-type]  # click's decorators hide the class


def proof() -> dict[str, list[str]]:
    """Return what `dunghan verify` says of the trail as a proof, by kind: the places."""
    done = run(verify_command, "--json")
    told = json.loads(done.output)
    ours = {"chain_broken", "beginning_gone", "tail_missing", "other_history", "checkpoint_forged"}
    found: dict[str, list[str]] = {}
    for one in told["differences"]:
        if one["kind"] in ours:
            found.setdefault(one["kind"], []).append(f"{one['topic']}/{one['partition']}/{one['place']}")
    assert (done.exit_code == 3) == bool(told["differences"])
    return found


def recreate(kafka: str, layout: Layout, records: Written, topic: Topic = TRAIL) -> None:
    """Delete the trail and write it anew, as somebody with the rights of an administrator could."""
    admin = KafkaAdminClient(**direct(kafka))
    admin.delete_topics([prefixed(layout.prefix, topic)])
    admin.close()
    TopicAdmin(kafka, layout).apply()
    records.publish(kafka, layout.prefix)


def longest(log: Written) -> tuple[str, int]:
    return max(log.topics, key=lambda place: len(log.topics[place]))


def with_longest(log: Written, spoil: Callable[[list[bytes]], list[bytes]]) -> tuple[Written, int]:
    place = longest(log)
    spoilt = spoil([value or b"" for _, value in log.topics[place]])
    return Written(log.topics | {place: [(None, value) for value in spoilt]}), place[1]


def test_the_trail_as_it_was_signed_holds(signed: Path) -> None:
    assert proof() == {}


def test_a_checkpoint_says_how_far_each_partition_came_and_others_can_check_it(signed: Path, tmp_path: Path) -> None:
    """With openssl and nothing of ours."""
    body, _, rest = signed.read_bytes().strip().rpartition(b',"signature":"')
    (tmp_path / "body").write_bytes(body + b"}")
    (tmp_path / "signature").write_bytes(bytes.fromhex(rest[:-2].decode()))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(tmp_path / "public.pem"), "-rawin"]
    command += ["-in", str(tmp_path / "body"), "-sigfile", str(tmp_path / "signature")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    heads = json.loads(body + b"}")["heads"]
    assert all(head.keys() == {"partition", "offset", "count", "head"} for head in heads)
    assert sum(head["count"] for head in heads) > 1000


def test_a_missing_tail_is_found_and_where(kafka: str, topics: Layout, whole: Written, signed: Path) -> None:
    bad, partition = with_longest(whole, lambda lines: lines[:-3])
    recreate(kafka, topics, bad)
    end = len(bad.topics[TRAIL.name, partition])
    assert proof() == {"tail_missing": [f"dossier.trail/{partition}/{end}"]}


def test_an_emptied_topic_is_found(kafka: str, topics: Layout, whole: Written, signed: Path) -> None:
    recreate(kafka, topics, Written({}))
    assert proof() == {"tail_missing": [f"dossier.trail/{partition}/0" for partition in range(topics.partitions)]}


def test_an_old_copy_is_found_also_when_it_was_written_on(
    kafka: str, topics: Layout, whole: Written, signed: Path
) -> None:
    """A copy of an earlier day, to which other lines were added since, each following from the one before it."""
    now = 1_600_000_000

    def old_copy(lines: list[bytes]) -> list[bytes]:
        chain = Chain(hash_of(lines[-11]))
        return [*lines[:-10], *(chain.add(EpochLine(n, 0, now, now, "x")) for n in range(20))]

    bad, partition = with_longest(whole, old_copy)
    recreate(kafka, topics, bad)
    there = len(whole.topics[TRAIL.name, partition])
    assert proof() == {"other_history": [f"dossier.trail/{partition}/{there - 1}"]}


def test_acts_that_were_emptied_are_found(kafka: str, topics: Layout, signed: Path) -> None:
    act = ReportFrozen(at=1, who="a", why="b", period="2020", as_of=1, sha256="0" * 64, report="{}")
    record_act(kafka, act, prefix=topics.prefix)
    assert run(trail_command, "checkpoint").exit_code == 0
    assert proof() == {}
    recreate(kafka, topics, Written({}), ACTS)
    assert proof() == {"tail_missing": ["office.acts/0/0"]}


def test_a_reference_that_was_emptied_or_restored_is_found(kafka: str, topics: Layout, signed: Path) -> None:
    records = [(b"a", b"1"), (b"b", b"2"), (b"c", b"3")]
    there, place = Written({(REFERENCE.name, 0): list(records)}), (REFERENCE.name, 0)
    there.publish(kafka, topics.prefix)
    assert run(trail_command, "checkpoint").exit_code == 0
    assert proof() == {}
    recreate(kafka, topics, Written({}), REFERENCE)
    assert proof() == {"tail_missing": ["reference/0/0"]}
    Written({place: [*records[:2], (b"c", b"4"), (b"d", b"5")]}).publish(kafka, topics.prefix)
    assert proof() == {"other_history": ["reference/0/2"]}


def test_lines_that_were_deleted_from_the_beginning_are_found(kafka: str, topics: Layout, signed: Path) -> None:
    admin = KafkaAdminClient(**direct(kafka))
    admin.delete_records({TopicPartition(prefixed(topics.prefix, TRAIL), 2): 5})
    admin.close()
    assert proof()["beginning_gone"] == ["dossier.trail/2/5"]


def test_a_flipped_byte_is_found_and_where(kafka: str, topics: Layout, whole: Written, signed: Path) -> None:
    bad, partition = with_longest(whole, lambda lines: [*lines[:7], flipped(lines[7]), *lines[8:]])
    recreate(kafka, topics, bad)
    assert proof() == {"chain_broken": [f"dossier.trail/{partition}/7"]}


def test_a_moved_line_is_found_and_where(kafka: str, topics: Layout, whole: Written, signed: Path) -> None:
    bad, partition = with_longest(whole, lambda lines: [*lines[:7], lines[8], lines[7], *lines[9:]])
    recreate(kafka, topics, bad)
    assert f"dossier.trail/{partition}/7" in proof()["chain_broken"]


def test_a_changed_checkpoint_is_not_believed(signed: Path) -> None:
    signed.write_bytes(signed.read_bytes().replace(b'"count":', b'"count":1'))
    assert list(proof()) == ["checkpoint_forged"]


def test_a_broken_trail_is_not_signed(kafka: str, topics: Layout, whole: Written, signed: Path) -> None:
    bad, _ = with_longest(whole, lambda lines: lines[:-3])
    recreate(kafka, topics, bad)
    done = run(trail_command, "checkpoint", "--json")
    assert done.exit_code == 3
    assert json.loads(done.output)["file"] is None


def flipped(line: bytes) -> bytes:
    changed = bytearray(line)
    changed[len(line) // 3] ^= 1
    return bytes(changed)


def questions() -> list[str]:
    text = (Path(__file__).parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")
    return re.findall(r"```sql\n(.+?)```", text, re.DOTALL)


def test_the_export_answers_the_questions_of_the_documentation(signed: Path, tmp_path: Path, whole: Written) -> None:
    file = tmp_path / "trail.parquet"
    done = run(trail_command, "export", "--out", str(file), "--json")
    assert json.loads(done.output)["lines"] == sum(map(len, whole.topics.values()))
    asked = questions()
    assert len(asked) == 3
    with duckdb.connect() as base:
        late, heard, left = (base.sql(each.replace("trail.parquet", str(file))).fetchall() for each in asked)
        assert base.read_parquet(str(file)).count("*").fetchall() == [(len_of(whole),)]
    assert any(dossier.startswith("muongnhe/") and by.total_seconds() > 60 for dossier, _, _, by in late)
    assert [source for source, *_ in heard] == ["dienbien.muongnhe/motcua"]
    assert sum(row[2] for row in heard) == sum(
        b'"line":"event"' in (value or b"") and b'"fate":"new"' in (value or b"")
        for records in whole.topics.values()
        for _, value in records
    )
    assert left


def len_of(log: Written) -> int:
    return sum(map(len, log.topics.values()))
