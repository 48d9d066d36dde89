"""docs/connect.md: every client on it is run as it stands there, and what it sends is an event that intake takes."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError

import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.layout import Layout
from deploy.local.leash import Leashed
from deploy.local.ports import free_ports
from deploy.reading import Log, Stored
from deploy.settings import without_settings
from streams.topics import INBOX, prefixed
from streams.wire import cloudevents

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "connect.md").read_text(encoding="utf-8")
IN_CI = os.environ.get("CI") == "true"  # noqa: TID251 - whether a skip is allowed is no setting of the product
PATIENCE = 60.0
DOSSIER = b"dienbien.muongnhe/H18.32-260302-0001"
SOURCE = "dienbien.muongnhe/motcua"


def blocks(language: str, heading: str) -> list[str]:
    """Return the blocks of code in this language under the heading, as they stand on the page."""
    [section] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def needs(command: str) -> pytest.MarkDecorator:
    missing = (
        f"{command.upper()} IS NOT INSTALLED, what docs/connect.md says of it is not tested: apt-get install {command}"
    )
    return pytest.mark.skipif(shutil.which(command) is None and not IN_CI, reason=missing)


@pytest.fixture
def environment(kafka: str, topics: Layout) -> dict[str, str]:
    return without_settings() | {"KAFKA": kafka, "INBOX": prefixed(topics.prefix, INBOX)}


def run(command: list[str], environment: dict[str, str]) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        command, env=environment | {"PATH": path}, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shell(block: str, environment: dict[str, str]) -> str:
    return run(["bash", "-euo", "pipefail", "-c", block], environment)


def arrived(bootstrap: str, layout: Layout) -> list[Stored]:
    with Log(bootstrap, prefix=layout.prefix) as log:
        return [one for partition in range(log.partitions(INBOX)) for one in log.whole(INBOX, partition)]


def taken(kafka: str, topics: Layout) -> tuple[str, str, bytes]:
    """Return id, source and dossier of the one event in the inbox, as intake takes it."""
    [record] = arrived(kafka, topics)
    sent = cloudevents.received(record.value, record.headers)
    return sent.envelope.id, sent.envelope.source, sent.key


def test_the_clients_are_short() -> None:
    [client] = blocks("python", "Python")
    assert len(client.splitlines()) <= 10
    assert len(blocks("sh", "kcat")) == 2


def test_the_checker_takes_the_examples(environment: dict[str, str]) -> None:
    [block] = blocks("sh", "Before anything is sent")
    assert shell(block, environment).startswith("20 sự kiện, 0 sẽ bị từ chối")


def test_the_python_client_sends_an_event_that_is_taken(
    kafka: str, topics: Layout, environment: dict[str, str]
) -> None:
    [client] = blocks("python", "Python")
    run([sys.executable, "-W", "error::SyntaxWarning", "-c", client], environment)
    assert taken(kafka, topics) == ("0001-2", SOURCE, DOSSIER)


@needs("kcat")
@pytest.mark.parametrize("number", [0, 1], ids=["structured", "binary"])
def test_kcat_sends_an_event_that_is_taken(
    kafka: str, topics: Layout, environment: dict[str, str], number: int
) -> None:
    shell(blocks("sh", "kcat")[number], environment)
    assert taken(kafka, topics) == ("0001-9", SOURCE, DOSSIER)


@pytest.fixture
def gateway(kafka: str, topics: Layout, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Run a gateway over the test's topics; give the variables that the page names."""
    tokens, port = tmp_path / "tokens.toml", free_ports(1)[0]
    told = CliRunner().invoke(
        main,
        [
            "gateway",
            "token",
            "motcua",
            "--source",
            SOURCE,
            "--home",
            "dienbien.muongnhe",
            "--file",
            str(tokens),
            "--json",
        ],
    )
    assert told.exit_code == 0, told.output
    settings = {
        "DUNGHAN_KAFKA__BOOTSTRAP": kafka,
        "DUNGHAN_KAFKA__PREFIX": topics.prefix,
        "DUNGHAN_KAFKA__PARTITIONS": str(topics.partitions),
        "DUNGHAN_KAFKA__REPLICATION": "1",
        "DUNGHAN_GATEWAY__TOKENS_FILE": str(tokens),
        "DUNGHAN_GATEWAY__PORT": str(port),
    }
    log = tmp_path / "gateway.log"
    process = Leashed([sys.executable, "-m", "deploy", "gateway"], log=log, environment=without_settings() | settings)
    address = f"http://127.0.0.1:{port}"
    try:
        ready(f"{address}/readyz", process, log)
        yield {"GATEWAY": address, "TOKEN": re.findall(r'"token": "([^"]+)"', told.output)[0]}
    finally:
        process.stop()


def ready(address: str, process: Leashed, log: Path) -> None:
    until = monotonic() + PATIENCE
    while monotonic() < until and process.returncode is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - ours
                return
        except (URLError, OSError):
            sleep(0.2)
    raise AssertionError(log.read_text(errors="replace")[-2000:])


@needs("curl")
def test_curl_sends_an_event_through_the_gateway_that_is_taken(
    kafka: str, topics: Layout, environment: dict[str, str], gateway: dict[str, str]
) -> None:
    [block] = blocks("sh", "curl, over HTTP")
    shell(block, environment | gateway)
    assert taken(kafka, topics) == ("0001-2", SOURCE, DOSSIER)
