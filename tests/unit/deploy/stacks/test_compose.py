"""The stack for one server: a Compose file, guarded, on loopback, and understood by our processes."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from compose_spec import PyCompose

from tests.unit.deploy.stacks.shipped import COMPOSE, IN_CI, ROOT, compose, documents, ours, understood, variables_in

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
JOBS = {"topics"}
"""Services that end."""


def test_it_is_a_compose_file() -> None:
    # JSON is YAML, with the anchors resolved; an unknown key is refused.
    stack = PyCompose.from_yaml(json.dumps(compose()))
    stack.validate()
    assert set(stack.service_names()) == set(SERVICES)


def test_a_key_that_compose_does_not_know_is_found() -> None:
    wrong = compose()
    wrong["services"]["courier"]["cap_dropp"] = ["ALL"]
    with pytest.raises(ValueError, match="cap_dropp"):
        PyCompose.from_yaml(json.dumps(wrong))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", sorted(set(SERVICES) - JOBS))
def test_a_service_is_asked_whether_it_is_well_and_started_again(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ours())
def test_what_a_process_is_told_it_understands(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = dict(SERVICES[name].get("environment", {}))
    if name == "courier":
        told |= variables_in(COMPOSE / "courier.env.example")
    settings = understood(told, folder=tmp_path, monkeypatch=monkeypatch)
    assert settings.kafka.bootstrap == "kafka:9092"
    assert settings.kafka.replication == 1


def test_the_workers_keep_their_names_over_restarts_and_no_two_have_one() -> None:
    told = [each["environment"] for name, each in ours().items() if name.startswith("worker-")]
    assert len({each["DUNGHAN_WORKER__INSTANCE_ID"] for each in told}) == len(told) >= 2


def test_the_brokers_and_the_workers_reach_nobody_outside() -> None:
    assert compose()["networks"]["inside"]["internal"] is True
    assert {name for name, each in SERVICES.items() if each["networks"] == ["inside"]} >= {
        "kafka",
        "worker-1",
        "worker-2",
    }


def test_only_who_mails_and_who_checks_tokens_sees_secrets() -> None:
    those = {name for name in ours() if "./secrets" in json.dumps(SERVICES[name])}
    assert those == {"courier", "gateway"}


def targets() -> dict[str, list[str]]:
    (config,) = documents(COMPOSE / "prometheus.yml")
    return {
        job["job_name"]: [each for group in job.get("static_configs", []) for each in group["targets"]]
        + [f"{name}:{group['port']}" for group in job.get("dns_sd_configs", []) for name in group["names"]]
        for job in config["scrape_configs"]
    }


def test_prometheus_scrapes_every_process_where_it_serves() -> None:
    scraped = {each for job in targets().values() for each in job}
    serving = set()
    for name, service in ours().items():
        ports = {key: value for key, value in service["environment"].items() if key.endswith("PORT")}
        serving |= {f"{name}:{port}" for port in ports.values()}
    assert scraped == serving
    # The alert on a process that is down goes by the name of its job.
    assert all(job.startswith("dunghan-") for job in targets())


def test_the_health_of_a_process_is_asked_where_it_serves() -> None:
    for name, service in ours().items():
        for port in [value for key, value in service["environment"].items() if key.endswith("PORT")]:
            assert f"http://127.0.0.1:{port}/" in service["healthcheck"]["test"][-1], name


@pytest.mark.skipif(
    shutil.which("promtool") is None and not IN_CI, reason="PROMTOOL IS NOT INSTALLED: apt-get install prometheus"
)
def test_prometheus_takes_its_file_and_the_rules(tmp_path: Path) -> None:
    shutil.copy(COMPOSE / "prometheus.yml", tmp_path)
    shutil.copytree(ROOT / "dashboards" / "prometheus" / "rules", tmp_path / "rules")
    done = subprocess.run(
        ["promtool", "check", "config", tmp_path / "prometheus.yml"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_grafana_finds_the_figures_under_the_name_that_the_boards_use() -> None:
    (here,) = documents(COMPOSE / "grafana-datasources.yml")
    (there,) = documents(ROOT / "dashboards" / "grafana" / "provisioning" / "datasources" / "dunghan.yml")
    assert here["datasources"][0] | {"url": ""} == there["datasources"][0] | {"url": ""}
    (boards,) = documents(ROOT / "dashboards" / "grafana" / "provisioning" / "dashboards" / "dunghan.yml")
    path = boards["providers"][0]["options"]["path"]
    assert f"../../dashboards/grafana:{path}:ro" in SERVICES["grafana"]["volumes"]


def test_what_is_mounted_from_the_repository_is_there() -> None:
    mounted = [each for service in SERVICES.values() for each in service.get("volumes", []) if isinstance(each, str)]
    sources = {each.partition(":")[0] for each in mounted if each.startswith(".")}
    assert [each for each in sorted(sources) if not (COMPOSE / each).exists()] == []


def test_every_volume_and_network_is_declared() -> None:
    mounted = [each for service in SERVICES.values() for each in service.get("volumes", []) if isinstance(each, str)]
    named = {each.partition(":")[0] for each in mounted if not each.startswith(".")}
    assert named == set(compose()["volumes"])
    assert {net for service in SERVICES.values() for net in service["networks"]} == set(compose()["networks"])
