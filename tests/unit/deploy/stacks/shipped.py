"""What the files under deploy/ that run the product elsewhere say: read plainly, for the tests beside this file."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.settings import Settings, load, without_settings

ROOT = Path(__file__).parents[4]
COMPOSE = ROOT / "deploy" / "compose"
SYSTEMD = ROOT / "deploy" / "systemd"
KUBERNETES = ROOT / "deploy" / "kubernetes"
IMAGE = ROOT / "deploy" / "image"
IN_CI = os.environ.get("CI") == "true"  # noqa: TID251 - whether a skip is allowed is no setting of the product


def documents(file: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.load_all(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) if each]


def compose() -> dict[str, Any]:
    """Return the stack with its defaults, as Compose puts them in where no variable says otherwise."""
    said = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (COMPOSE / "compose.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = yaml.load(said, Loader=yaml.CSafeLoader)
    return found


def ours() -> dict[str, dict[str, Any]]:
    """Return the services of the stack that run our own image."""
    return {name: each for name, each in compose()["services"].items() if "dunghan:" in each["image"]}


def variables_in(file: Path) -> dict[str, str]:
    """Return what a file of `NAME=VALUE` lines sets; a comment sets nothing."""
    pairs = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {name: value for name, _, value in pairs if name}


def units() -> dict[str, dict[str, list[str]]]:
    """Return each unit's keys with every value they are given, in order."""
    found: dict[str, dict[str, list[str]]] = {}
    for file in sorted(SYSTEMD.glob("*.service")):
        its = found.setdefault(file.name, {})
        for key, value in re.findall(r"^([A-Za-z]+)=(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE):
            its.setdefault(key, []).append(value)
    return found


def understood(environment: Mapping[str, str], *, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Read these variables as the process would; files under /etc/dunghan are stood for by empty ones in `folder`."""
    for name in set(os.environ) - set(without_settings()):  # noqa: TID251 - a test that knows nothing of its surroundings
        monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    for name, value in environment.items():
        monkeypatch.setenv(name, _standing_for(value, folder))
    return load()


def _standing_for(value: str, folder: Path) -> str:
    if not value.startswith("/etc/dunghan/"):
        return value
    path = folder / value.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name == "reference":
        path.mkdir(exist_ok=True)
    else:
        path.touch()
    return str(path)


def of_kind(found: list[dict[str, Any]], *kinds: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in found if each["kind"] in kinds}


def base() -> list[dict[str, Any]]:
    """Return every object of the Kubernetes base, as its files have it."""
    files = documents(KUBERNETES / "base" / "kustomization.yaml")[0]["resources"]
    return [each for file in files for each in documents(KUBERNETES / "base" / file)]


def literals(kustomization: Path) -> dict[str, dict[str, str]]:
    """Return what each generated ConfigMap holds."""
    (found,) = documents(kustomization)
    return {each["name"]: dict(pair.split("=", 1) for pair in each["literals"]) for each in found["configMapGenerator"]}


def containers() -> dict[str, dict[str, Any]]:
    """Return the one container of each workload of the base."""
    found = of_kind(base(), "StatefulSet", "Deployment")
    return {name: each["spec"]["template"]["spec"]["containers"][0] for name, each in found.items()}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Give every call of `dunghan` in these files, with where it stands; without the word `dunghan`."""
    for name, service in ours().items():
        yield f"compose {name}", service["command"]
    for name, unit in units().items():
        yield f"systemd {name}", shlex.split(unit["ExecStart"][0])[1:]
    for name, container in containers().items():
        yield f"kubernetes {name}", container["args"]
