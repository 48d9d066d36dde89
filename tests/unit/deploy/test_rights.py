"""The least rights of each process: who may write what, as lines for kafka-acls.sh and as KafkaUsers."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.rights import ADMINISTRATOR, PARTS, Kind, as_commands, as_user, parts, rights_of
from streams.topics import TOPICS
from tests.unit.deploy.stacks.resources import SHAPES


def writers(topic: str) -> set[str]:
    return {name for name, part in PARTS.items() if topic in {each.name for each in part.writes}}


@pytest.mark.parametrize(
    "topic", ["dossier.events", "dossier.state", "dossier.trail", "unit.tallies", "dossier.notices"]
)
def test_what_decides_is_written_by_the_worker_alone(topic: str) -> None:
    assert writers(topic) == {"worker"}


@pytest.mark.parametrize(
    ("topic", "who"),
    [("mail.ledger", {"courier"}), ("reference", {"office"}), ("office.acts", {"office", "worker"})],
)
def test_mails_and_acts_are_written_by_few(topic: str, who: set[str]) -> None:
    assert writers(topic) == who


def test_every_topic_is_read_by_somebody_and_written_by_somebody() -> None:
    for topic in TOPICS:
        assert writers(topic.name)
        assert any(topic in part.reads for part in PARTS.values())


def test_the_scoreboard_and_the_auditor_write_nothing() -> None:
    for name in ("scoreboard", "auditor"):
        assert not [right for right in rights_of(name, "") if {"Write", "Create"} & set(right.operations)]


def test_the_administrator_reads_no_topic_but_the_reference_and_writes_none() -> None:
    rights = rights_of(ADMINISTRATOR, "x")
    assert [right.name for right in rights if "Read" in right.operations] == ["x.reference"]
    assert not [right for right in rights if "Write" in right.operations]


def test_who_takes_a_backup_reads_all_sees_who_is_at_work_and_changes_nothing() -> None:
    rights = rights_of("archivist", "x")
    assert {right.name for right in rights if "Read" in right.operations} == {f"x.{topic.name}" for topic in TOPICS}
    assert {right.name for right in rights if right.kind is Kind.GROUP} == {"x-worker", "x-route", "x-send"}
    assert {each for right in rights for each in right.operations} == {"Read", "Describe"}


def test_no_right_reaches_beyond_the_prefix() -> None:
    for part in parts():
        names = [right.name for right in rights_of(part, "lai") if right.kind is not Kind.CLUSTER]
        assert names
        assert all(name.startswith(("lai.", "lai-")) or name == "lai" for name in names)


def test_a_line_of_kafka_acls_names_part_operation_and_resource() -> None:
    lines = list(as_commands("gateway", "lai", bootstrap="kafka:9093"))
    assert lines[0].endswith(
        "--add --allow-principal 'User:gateway' --operation Describe --operation Write --topic 'lai.dossier.inbox'"
    )
    assert lines[1].endswith("--transactional-id 'lai.dossier.inbox-gateway-' --resource-pattern-type prefixed")


@pytest.mark.parametrize("form", ["commands", "strimzi"])
def test_the_command_prints_every_part(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(main, ["acl", "--form", form])
    assert told.exit_code == 0
    assert all(part in told.output for part in parts())


def test_a_user_of_strimzi_has_scram_and_its_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = json.loads(CliRunner().invoke(main, ["acl", "--part", "scoreboard", "--json"]).output)
    (user,) = told["users"]
    assert user["spec"]["authentication"] == {"type": "scram-sha-512"}
    resources = {each["resource"]["name"] for each in user["spec"]["authorization"]["acls"]}
    assert resources == {"unit.tallies", "dossier.heard"}


@pytest.mark.parametrize("part", parts())
def test_the_user_of_every_part_is_one_that_strimzi_takes(part: str) -> None:
    user = as_user(part, "lai", cluster="dunghan")
    shape = SHAPES[str(user["apiVersion"]), str(user["kind"])]
    assert msgspec.convert(user["spec"], shape) is not None
    assert re.fullmatch("[a-z0-9]([-a-z0-9]*[a-z0-9])?", part), "a Kubernetes name (RFC 1123)"
