"""A real Prometheus with the committed rules, as Debian's package installs it."""

import json
import shutil
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError

from deploy.local.leash import Leashed
from deploy.local.ports import free_ports

ROOT = Path(__file__).parents[3]
RULES = ROOT / "dashboards" / "prometheus" / "rules"
PATIENCE = 60.0


class Prometheus:
    """A running Prometheus; `sample` and `series` ask it."""

    def __init__(self, address: str) -> None:
        self.address = address

    def asked(self, path: str, **parameters: str) -> Any:
        """Return the answer's data; an error of Prometheus fails the test with its own words."""
        url = f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - ours
            return json.load(answer)["data"]

    def vector(self, expression: str) -> list[dict[str, Any]]:
        """Return the instant vector of an expression now."""
        found = self.asked("query", query=expression)
        return list(found["result"]) if found["resultType"] == "vector" else [found]

    def awaited(self, expression: str, seconds: float = PATIENCE) -> list[dict[str, Any]]:
        """Return the first answer that is not empty."""
        until = monotonic() + seconds
        while not (found := self.vector(expression)):
            assert monotonic() < until, f"no sample of {expression} in {seconds:g} s"
            sleep(0.5)
        return found


def installed() -> bool:
    """Say whether this machine has Prometheus and promtool."""
    return shutil.which("prometheus") is not None and shutil.which("promtool") is not None


@contextmanager
def prometheus(
    folder: Path,
    targets: Mapping[str, list[str]],
    *,
    interval: str = "1s",
    rules: Path = RULES,
    alertmanager: str | None = None,
) -> Iterator[Prometheus]:
    """Run one that scrapes these jobs' targets with the committed rules; nothing of it is left but its log.

    What fires goes to `alertmanager`, HOST:PORT, where one is named.
    """
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [{"job_name": job, "static_configs": [{"targets": those}]} for job, those in targets.items()]
    config: dict[str, Any] = {
        "global": {"scrape_interval": interval, "evaluation_interval": interval},
        "rule_files": [str(rules / "*.yml")],
        "scrape_configs": jobs,
    }
    if alertmanager is not None:
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
    # JSON is YAML.
    (folder / "prometheus.yml").write_text(json.dumps(config), encoding="utf-8")
    port = free_ports(1)[0]
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    process = Leashed(command, log=folder / "prometheus.log")
    try:
        yield _ready(f"http://127.0.0.1:{port}", process, folder)
    finally:
        process.stop()
        shutil.rmtree(folder / "tsdb", ignore_errors=True)


def _ready(address: str, process: Leashed, folder: Path) -> Prometheus:
    until = monotonic() + PATIENCE
    while monotonic() < until and process.returncode is None:
        try:
            with urllib.request.urlopen(f"{address}/-/ready", timeout=5):  # noqa: S310 - ours
                return Prometheus(address)
        except (URLError, OSError):
            sleep(0.2)
    raise AssertionError((folder / "prometheus.log").read_text(errors="replace")[-2000:])
