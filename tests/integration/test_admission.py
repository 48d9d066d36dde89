"""Whether a cluster lets us in is asked once, and the answer is one sentence (a locked one: `test_locked`)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.admin import TopicAdmin
from deploy.admission import Another, NotAdmitted, admitted, identity, too_old
from deploy.cli import Failed, check_door, main
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.local.ports import free_ports
from deploy.sections import Kafka
from deploy.settings import Settings
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


def test_an_address_in_brackets_is_knocked_at_and_spoken_to_at_its_own_port() -> None:
    callers: list[str] = []
    # Of four digits, as ports of brokers are: without brackets they could be a part of the address.
    with rude("::1", free_of_four_digits(), callers) as address, pytest.raises(NotAdmitted, match="when spoken to"):
        admitted(address, 0.0)
    assert len(callers) > 1


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


def test_who_remembers_a_cluster_waits_for_it_and_does_not_enter_whoever_comes_up_instead() -> None:
    (port,) = free_ports(1)
    settings = Settings(kafka=Kafka(bootstrap=f"127.0.0.1:{port}", cluster_id="remembered"))
    told: list[str] = []

    def enter() -> None:
        try:
            check_door(settings)
        except Failed as refused:
            told.append(str(refused))

    entering = threading.Thread(target=enter)
    entering.start()
    entering.join(0.3)
    assert entering.is_alive(), "nobody was there, and it went in"
    with rude(port=port):
        entering.join(60)
    assert ["when spoken to" in each for each in told] == [True]


@pytest.mark.parametrize(
    "command", [["mail", "list", "--recipient", "lan"], ["mail", "restore", "lan"], ["backup", "folder"]], ids=" ".join
)
def test_another_cluster_is_neither_read_nor_written(
    command: list[str], kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__CLUSTER_ID", "remembered")
    ended = CliRunner().invoke(main, command)
    assert (ended.exit_code, "kafka.cluster_id" in ended.output) == (1, True)


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


def free_of_four_digits() -> int:
    for port in range(9092, 10_000):
        with suppress(OSError), socket.create_server(("::1", port), family=socket.AF_INET6):
            return port
    raise AssertionError("no port is free")


@contextmanager
def rude(host: str = "127.0.0.1", port: int = 0, callers: list[str] | None = None) -> Iterator[str]:
    """Give the address of somebody who takes every connection and ends it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as door:

        def hang_up() -> None:
            while True:
                try:
                    caller, whence = door.accept()
                except OSError:
                    return
                if callers is not None:
                    callers.append(whence[0])
                caller.close()

        rudeness = threading.Thread(target=hang_up)
        rudeness.start()
        try:
            yield f"[{host}]:{door.getsockname()[1]}" if ":" in host else f"{host}:{door.getsockname()[1]}"
        finally:
            door.shutdown(socket.SHUT_RDWR)
            rudeness.join()
