"""The cluster's files: Kubernetes takes them, the processes understand them, the topics are those of the design."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import msgspec
import pytest
import yaml

from streams.topics import TOPICS
from tests.unit.deploy.stacks.resources import SHAPES
from tests.unit.deploy.stacks.shipped import (
    IN_CI,
    KUBERNETES,
    ROOT,
    base,
    containers,
    documents,
    literals,
    of_kind,
    understood,
)

KUBERNETES_VERSION = "1.34"
OVERLAYS = ("province", "nation")
MISSING = "KUBECTL IS NOT INSTALLED, the overlays are not rendered: apt-get install kubernetes-client"
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None and not IN_CI, reason=MISSING)
CLUSTER_WIDE = {"Namespace"}


def valid(thing: dict[str, Any]) -> None:
    """Raise where Kubernetes, or the operator whose kind it is, would refuse the thing."""
    shape = SHAPES.get((thing["apiVersion"], thing["kind"]))
    if shape is None:
        kubernetes_validate.validate(thing, KUBERNETES_VERSION, strict=True)
    else:
        msgspec.convert(thing["spec"], shape)


@cache
def rendered(overlay: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["kubectl", "kustomize", KUBERNETES / "overlays" / overlay], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return list(yaml.load_all(done.stdout, Loader=yaml.CSafeLoader))


@pytest.mark.parametrize("thing", base(), ids=lambda each: f"{each['kind']} {each['metadata']['name']}")
def test_every_object_is_one_that_its_operator_takes(thing: dict[str, Any]) -> None:
    valid(thing)


def test_a_field_that_nobody_knows_is_found() -> None:
    courier = of_kind(base(), "Deployment")["courier"]
    courier["spec"]["replicaCount"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        valid(courier)
    worker = of_kind(base(), "ScaledObject")["worker"]
    worker["spec"]["minReplicas"] = 2
    with pytest.raises(msgspec.ValidationError):
        valid(worker)


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_is_rendered_into_objects_that_are_taken(overlay: str) -> None:
    for thing in rendered(overlay):
        valid(thing)
        assert thing["kind"] in CLUSTER_WIDE or thing["metadata"]["namespace"] == "dunghan"


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_topics_settings_and_scaling_of_an_overlay_agree(overlay: str) -> None:
    things = rendered(overlay)
    told = next(each["data"] for name, each in of_kind(things, "ConfigMap").items() if name.startswith("settings"))
    partitions, copies = int(told["DUNGHAN_KAFKA__PARTITIONS"]), int(told["DUNGHAN_KAFKA__REPLICATION"])
    topics = {name: each["spec"] for name, each in of_kind(things, "KafkaTopic").items()}
    assert topics == {
        topic.name: {"partitions": 1 if topic.single else partitions, "replicas": copies, "config": topic.settings}
        for topic in TOPICS
    }
    scaled = of_kind(things, "ScaledObject")["worker"]["spec"]
    assert 2 <= scaled["minReplicaCount"] <= scaled["fallback"]["replicas"] <= scaled["maxReplicaCount"] <= partitions
    pools = [each["spec"] for each in of_kind(things, "KafkaNodePool").values()]
    assert sum(each["replicas"] for each in pools if "broker" in each["roles"]) >= copies
    assert sum(each["replicas"] for each in pools if "controller" in each["roles"]) == 3


def test_the_topics_of_the_base_are_those_of_the_design() -> None:
    topics = {name: each["spec"] for name, each in of_kind(base(), "KafkaTopic").items()}
    assert topics == {
        topic.name: {"partitions": 1 if topic.single else 12, "replicas": 3, "config": topic.settings}
        for topic in TOPICS
    }


def test_workers_scale_down_slowly_and_never_below_two() -> None:
    spec = of_kind(base(), "ScaledObject")["worker"]["spec"]
    down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
    assert spec["minReplicaCount"] == 2
    assert down["stabilizationWindowSeconds"] >= 600
    assert down["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 600}]
    # What sets their number must not be set back by every `kubectl apply`.
    assert "replicas" not in of_kind(base(), "StatefulSet")["worker"]["spec"]


def test_scaling_watches_the_group_and_the_topics_of_the_worker() -> None:
    watched = [each["metadata"] for each in of_kind(base(), "ScaledObject")["worker"]["spec"]["triggers"]]
    assert {each["topic"] for each in watched} == {"dossier.inbox", "dossier.events"}
    assert {each["consumerGroup"] for each in watched} == {"dunghan-worker"}
    assert '"dunghan-worker"' in (ROOT / "deploy" / "processes.py").read_text()


@pytest.mark.parametrize("name", containers())
def test_what_a_container_is_told_it_understands(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generated = literals(KUBERNETES / "base" / "kustomization.yaml")
    told: dict[str, str] = {}
    for source in containers()[name]["envFrom"]:
        told |= generated[source["configMapRef"]["name"]]
    told |= {each["name"]: each.get("value", "worker-0") for each in containers()[name]["env"]}
    settings = understood(told, folder=tmp_path, monkeypatch=monkeypatch)
    assert settings.kafka.bootstrap == "kafka-kafka-bootstrap:9092"
    port = containers()[name]["ports"][0]["containerPort"]
    assert str(port) in [value for key, value in told.items() if key.endswith("PORT") and "SMTP" not in key]


@pytest.mark.parametrize("name", containers())
def test_a_container_is_asked_three_questions_and_given_time_to_start(name: str) -> None:
    its = containers()[name]
    assert its["startupProbe"]["failureThreshold"] * its["startupProbe"]["periodSeconds"] >= 300
    assert {its[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness", "readiness")} == {"metrics"}


def test_a_worker_is_ready_when_it_has_restored_and_alive_while_its_loop_turns() -> None:
    its = containers()["worker"]
    assert its["livenessProbe"]["httpGet"]["path"] == its["startupProbe"]["httpGet"]["path"] == "/livez"
    assert its["readinessProbe"]["httpGet"]["path"] == "/readyz"
    health = (ROOT / "deploy" / "health.py").read_text()
    assert '"/livez"' in health
    assert '"/readyz"' in health
    named = next(each for each in its["env"] if each["name"] == "DUNGHAN_WORKER__INSTANCE_ID")
    assert named["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"


@pytest.mark.parametrize("name", containers())
def test_a_container_may_do_no_more_than_it_must(name: str) -> None:
    pod = of_kind(base(), "StatefulSet", "Deployment")[name]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    guard = pod["containers"][0]["securityContext"]
    assert guard == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in pod["containers"][0]["resources"]["limits"]
    assert pod["topologySpreadConstraints"][0]["topologyKey"] == "kubernetes.io/hostname"


def test_nothing_passes_that_no_policy_names() -> None:
    policies = {name: each["spec"] for name, each in of_kind(base(), "NetworkPolicy").items()}
    everyone = {"matchLabels": {"app.kubernetes.io/part-of": "dunghan"}}
    assert policies["nothing"] == {"podSelector": everyone, "policyTypes": ["Ingress", "Egress"]}
    outward = {name for name, each in policies.items() if any("to" not in rule for rule in each.get("egress", []))}
    assert outward == {"mail"}
    inward = {name for name, each in policies.items() if any("from" not in rule for rule in each.get("ingress", []))}
    assert inward == {"sources"}


def test_every_pod_of_ours_is_scraped_once_under_a_name_that_the_alerts_know() -> None:
    monitors = of_kind(base(), "PodMonitor")
    assert all(each["spec"]["jobLabel"] == "app.kubernetes.io/name" for each in monitors.values())
    workloads = of_kind(base(), "StatefulSet", "Deployment")
    for name, each in workloads.items():
        labels = each["spec"]["template"]["metadata"]["labels"]
        assert labels == {"app.kubernetes.io/name": f"dunghan-{name}", "app.kubernetes.io/part-of": "dunghan"}
        assert each["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_the_rules_are_those_of_the_dashboards() -> None:
    ours = {name: each["spec"] for name, each in of_kind(base(), "PrometheusRule").items()}
    files = sorted((ROOT / "dashboards" / "prometheus" / "rules").glob("*.yml"))
    assert ours == {f"dunghan-{file.stem}": documents(file)[0] for file in files}, "run `make rules`"
