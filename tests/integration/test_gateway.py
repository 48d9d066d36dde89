"""The gateway as a process, on a real Kafka: what it answers 202 is there for good, whoever is killed."""

import http.client
import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest

from deploy.admin import TopicAdmin
from deploy.gateway.tokens import Pass, entry, new_token
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.local.ports import free_ports
from deploy.reading import Log
from streams.topics import INBOX
from tests.chaos.gateway import HOME, PARTITIONS, PREFIX, SOURCE, Gateway, event, storm

PATIENCE = 60.0


def test_nothing_answered_202_is_lost_when_gateway_and_broker_are_killed(kafka: LocalKafka) -> None:
    came = storm(kills=3, brokers=1, on=kafka)
    TopicAdmin(kafka.bootstrap, Layout(PREFIX, PARTITIONS, 1)).delete()
    assert (came.lost, came.wrong) == (0, 0)
    assert came.answered >= 15 * 20


@dataclass
class Place:
    """A cluster with its topics, and a folder with a token."""

    kafka: LocalKafka
    folder: Path
    token: str
    gateways: list[Gateway] = field(default_factory=list)

    def gateway(self, *, instance: str = "") -> tuple[Gateway, int]:
        """Start a gateway that would take events now; return it and its port."""
        (port,) = free_ports(1)
        gateway = Gateway(self.kafka.bootstrap, self.folder, port, instance=instance)
        gateway.start()
        self.gateways.append(gateway)
        awaited(lambda: asked(port, "/readyz")[0] == 200)
        return gateway, port

    def post(self, port: int, name: str) -> tuple[int, str]:
        """Post one event; return the status, and of which kind a problem was."""
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as client:
            headers = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {self.token}"}
            client.request("POST", "/events", json.dumps(event(name, 0)), headers)
            answer = client.getresponse()
            return answer.status, json.loads(answer.read()).get("type", "")

    def ids(self) -> list[str]:
        """Return the ids of the events in the inbox."""
        with Log(self.kafka.bootstrap, prefix=PREFIX) as log:
            found = [record.value or b"" for place in range(PARTITIONS) for record in log.whole(INBOX, place)]
        return sorted(json.loads(value)["id"] for value in found)


@pytest.fixture(scope="module")
def kafka() -> Iterator[LocalKafka]:
    """Give a cluster that may be frozen."""
    with LocalKafka() as kafka:
        yield kafka


@pytest.fixture
def place(kafka: LocalKafka, tmp_path: Path) -> Iterator[Place]:
    admin = TopicAdmin(kafka.bootstrap, Layout(PREFIX, PARTITIONS, 1))
    admin.apply()
    token, hashed = new_token()
    (tmp_path / "tokens.toml").write_text(entry(Pass("test", SOURCE, (HOME,), hashed)))
    place = Place(kafka, tmp_path, token)
    yield place
    for gateway in place.gateways:
        gateway.end(signal.SIGKILL)
    admin.delete()


def asked(port: int, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as client:
        try:
            client.request("GET", path)
            answer = client.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""


def awaited(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def is_shut(port: int) -> bool:
    with closing(socket.socket()) as door:
        return door.connect_ex(("127.0.0.1", port)) != 0


def test_a_stop_answers_the_request_that_waits_for_the_broker_and_then_ends_well(place: Place) -> None:
    gateway, port = place.gateway()
    answers: list[tuple[int, str]] = []
    client = Thread(target=lambda: answers.append(place.post(port, "last")), daemon=True)
    place.kafka.brokers[0].signal(signal.SIGSTOP)
    try:
        client.start()
        awaited(lambda: "dunghan_gateway_waiting_events 1.0" in asked(port, "/metrics")[1])
        gateway.signal(signal.SIGTERM)
        awaited(lambda: is_shut(port))
        assert not answers
    finally:
        place.kafka.brokers[0].signal(signal.SIGCONT)
    client.join()
    assert gateway.wait() == 0
    # Were the broker frozen for longer than its patience, the honest answer would be that nobody knows.
    assert answers in ([(202, "")], [(503, "urn:dunghan:unsure")])
    if answers[0][0] == 202:
        assert place.ids() == ["last/0"]


def test_of_two_gateways_of_one_name_the_older_is_fenced_and_says_so(place: Place) -> None:
    older, port = place.gateway(instance="one")
    assert place.post(port, "first")[0] == 202
    newer, its_port = place.gateway(instance="one")
    assert place.post(its_port, "second")[0] == 202
    assert place.post(port, "third") == (503, "urn:dunghan:unsure")
    awaited(lambda: "fenced: another gateway goes by this name" in older.log.read_text())
    assert (older.end(signal.SIGTERM), newer.end(signal.SIGTERM)) == (0, 0)
    assert place.ids() == ["first/0", "second/0"]
