"""How many events a second the gateway takes on one core: its own processor time, Kafka's client included."""

import http.client
import json
import signal
import tempfile
import time
from pathlib import Path

from deploy.admin import TopicAdmin
from deploy.gateway.tokens import Pass, entry, new_token
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from deploy.local.ports import free_ports, is_listening
from tests.chaos.gateway import HOME, PARTITIONS, PREFIX, SOURCE, Gateway, event

BATCH, WARM, BATCHES, GOAL = 100, 50, 300, 3000.0


def figures() -> list[dict[str, object]]:
    """Return the row: `against` is the goal, `ratio` value over goal (more than 1 keeps it)."""
    with tempfile.TemporaryDirectory() as folder, LocalKafka() as kafka:
        TopicAdmin(kafka.bootstrap, Layout(PREFIX, PARTITIONS, 1)).apply()
        token, hashed = new_token()
        file = Path(folder) / "tokens.toml"
        file.write_text(entry(Pass("bench", SOURCE, (HOME,), hashed, events_per_second=1e6)))
        (port,) = free_ports(1)
        gateway = Gateway(kafka.bootstrap, Path(folder), port)
        gateway.start()
        try:
            while not is_listening(port):
                time.sleep(0.1)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            _post(connection, token, WARM)
            before = gateway.spent()
            _post(connection, token, BATCHES)
            spent = gateway.spent() - before
            connection.close()
        finally:
            gateway.end(signal.SIGTERM)
    value = BATCH * BATCHES / spent
    name = "gateway: events a second of its own processor time, batches of 100"
    return [{"name": name, "value": round(value), "unit": "/s", "against": GOAL, "ratio": round(value / GOAL, 2)}]


def _post(connection: http.client.HTTPConnection, token: str, batches: int) -> None:
    headers = {"Content-Type": "application/cloudevents-batch+json", "Authorization": f"Bearer {token}"}
    taken = 0
    while taken < batches:
        body = json.dumps([event(f"{batches}-{taken}", number) for number in range(BATCH)])
        connection.request("POST", "/events", body, headers)
        answer = connection.getresponse()
        answer.read()
        taken += answer.status == http.HTTPStatus.ACCEPTED
