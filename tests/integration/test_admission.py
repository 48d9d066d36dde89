"""Whether a cluster lets us in is asked once, and the answer is one sentence (a locked one: `test_locked`)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.admin import TopicAdmin
from deploy.admission import Another, NotAdmitted, admitted, identity, too_old
from deploy.cli import main
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from streams.cluster import Cluster, Protocol


def test_an_open_cluster_lets_everybody_in(kafka: str) -> None:
    assert admitted(kafka, 5.0)


def test_nobody_there_is_no_refusal() -> None:
    assert not admitted("127.0.0.1:1", 0.0)


def test_the_second_address_is_asked_where_the_first_is_silent(kafka: str) -> None:
    assert admitted(f"127.0.0.1:1,{kafka}", 0.0)


def test_a_door_without_tls_is_named_with_its_setting(kafka: str) -> None:
    with pytest.raises(NotAdmitted, match=r"no TLS can be had.*kafka.security_protocol"):
        admitted(Cluster(kafka, protocol=Protocol.SSL), 0.0)


def test_whoever_hangs_up_when_spoken_to_is_named_with_its_setting() -> None:
    with rude() as address, pytest.raises(NotAdmitted, match=r"ends them when spoken to.*kafka.security_protocol"):
        admitted(address, 0.0)


@pytest.mark.parametrize(("version", "taken"), [((2, 4), False), ((0, 11), False), ((2, 5), True), ((4, 1), True)])
def test_a_broker_too_old_for_exactly_once_is_named_with_what_to_do(version: tuple[int, int], taken: bool) -> None:
    if taken:
        too_old(version, Cluster("a:1"))
        return
    with pytest.raises(NotAdmitted, match=r"is Kafka .*2\.5 or newer is needed.*upgrade"):
        too_old(version, Cluster("a:1"))


@pytest.fixture(scope="module")
def another() -> Iterator[str]:
    """A second cluster beside that of the tests."""
    with LocalKafka(heap_mb=256) as kafka:
        yield kafka.bootstrap


def test_two_clusters_have_two_ids_and_each_keeps_its_own(kafka: str, another: str) -> None:
    first, second = identity(kafka, 5.0), identity(another, 5.0)
    assert first
    assert second not in {None, "", first}
    assert identity(Cluster(another, id=second), 5.0) == second


def test_another_cluster_than_the_one_remembered_is_not_entered(kafka: str, another: str) -> None:
    remembered = identity(kafka, 5.0)
    with pytest.raises(Another, match=rf"not .{remembered}.*kafka.cluster_id.*kafka.bootstrap"):
        admitted(Cluster(another, id=remembered), 5.0)


@pytest.mark.parametrize(
    "command",
    [["worker"], ["courier"], ["scoreboard"], ["gateway"], ["topics", "plan"], ["topics", "apply"], ["doctor"]],
    ids=" ".join,
)
def test_no_process_begins_on_another_cluster_and_nothing_is_made_there(
    command: list[str], kafka: str, another: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.touch()
    settings = {"BOOTSTRAP": another, "CLUSTER_ID": identity(kafka, 5.0) or "", "PREFIX": "mixed", "REPLICATION": "1"}
    for name, value in {
        **{f"KAFKA__{key}": text for key, text in settings.items()},
        "GATEWAY__TOKENS_FILE": str(tokens),
    }.items():
        monkeypatch.setenv(f"DUNGHAN_{name}", value)
    ended = CliRunner().invoke(main, command)
    assert ended.exit_code == (3 if command == ["doctor"] else 1), ended.output
    assert "kafka.cluster_id" in ended.output
    assert TopicAdmin(another, Layout("mixed", 12, 1)).plan(), "a topic was made"


@contextmanager
def rude() -> Iterator[str]:
    """Give the address of somebody who takes every connection and ends it."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def hang_up() -> None:
            while True:
                try:
                    caller, _ = door.accept()
                except OSError:
                    return
                caller.close()

        rudeness = threading.Thread(target=hang_up)
        rudeness.start()
        try:
            yield "{}:{}".format(*door.getsockname())
        finally:
            door.shutdown(socket.SHUT_RDWR)
            rudeness.join()
