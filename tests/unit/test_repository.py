"""What holds for the repository as a whole: its layout, its lock, and what no file may say."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("streams", "alerts", "dashboards", "deploy")

FOLDERS = {".ci", ".githooks", "alerts", "dashboards", "deploy", "docs", "streams", "tests"}
# The brackets keep this file from saying what no file may say.
HOSTS = re.compile(r"pypi[.]org|python[h]osted|repo1[.]maven|maven-[c]entral|jit[p]ack[.]io")
GRANTED = {"streams/core/events.py": 250, "alerts/wording.py": 240}
"""Rooms that may be larger: the eighteen kinds of event, and the words of two languages, are one table each."""

EXCUSED = re.compile(r"# (noqa|type: ignore)\b")
REASONED = re.compile(r"# (?:noqa: [A-Z0-9, ]+ - |type: ignore\[[a-z, -]+\]  # )\S")

PURE = {
    *(
        "__future__",
        "array",
        "base64",
        "bisect",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
    ),
    *("functools", "hashlib", "hmac", "heapq", "itertools", "json", "math", "operator", "re", "statistics", "string"),
    *("textwrap", "types", "typing", "unicodedata", "zoneinfo"),
    "msgspec",
}


@cache
def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def sources(*packages: str) -> list[Path]:
    return sorted(file for package in packages for file in (ROOT / package).rglob("*.py"))


def test_the_folders_at_the_top_are_those_of_the_design() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}
    assert tops <= FOLDERS


def test_no_file_names_a_package_registry() -> None:
    told = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in tracked()
        if (found := HOSTS.search(path.read_bytes().decode("utf-8", errors="replace")))
    ]
    assert not told


@pytest.mark.parametrize("package", ["streams", "alerts", "dashboards"])
def test_a_core_imports_rules_only(package: str) -> None:
    told: list[str] = []
    for file in sources(f"{package}/core"):
        for line, name in imports(file):
            root, own_room = name.split(".")[0], ".".join(name.split(".")[:2])
            # The published contract of streams (its records and words) is what alerts and dashboards reason about.
            published = package != "streams" and own_room in {"streams.core", "streams.wire"}
            if root not in PURE and own_room != f"{package}.core" and not published:
                told.append(f"{file.relative_to(ROOT)}:{line} imports {name}")
    assert not told


def imports(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def test_rooms_are_small() -> None:
    told = {}
    for file in sources(*PACKAGES):
        name, lines = str(file.relative_to(ROOT)), file.read_text().count("\n")
        if lines > GRANTED.get(name, 150 if "core" in file.parts else 200):
            told[name] = lines
    assert not told


def test_functions_are_short() -> None:
    told = {}
    for file in sources(*PACKAGES):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := length(node)) > 30:
                told[f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert not told


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines, its docstring left out: a promise may be as long as it needs."""
    first = function.body[0]
    promise = ast.get_docstring(function) is not None
    return (
        (function.end_lineno or 0)
        - function.lineno
        + 1
        - (((first.end_lineno or 0) - first.lineno + 1) if promise else 0)
    )


def locked(lock: str) -> dict[str, Version]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in pins}


def asked_for(*groups: str) -> dict[str, Requirement]:
    texts = [text for group in groups for text in PROJECT["dependency-groups"][group]]
    if "dev" in groups:
        texts += PROJECT["project"]["dependencies"]
        texts += [text for extra in PROJECT["project"]["optional-dependencies"].values() for text in extra]
    return {canonicalize_name(each.name): each for each in map(Requirement, texts)}


@pytest.mark.parametrize(
    ("lock", "group"),
    [("requirements.lock", "dev"), ("requirements-mutation.lock", "mutation")],
    ids=["all", "mutation"],
)
def test_the_lock_is_fresh(lock: str, group: str) -> None:
    pins, wanted = locked(lock), asked_for(group)
    stale = [str(each) for name, each in wanted.items() if name not in pins or pins[name] not in each.specifier]
    assert not stale, "run `make lock`"
    said = (ROOT / lock).read_text()
    direct = {
        canonicalize_name(name)
        for name, via in re.findall(
            r"^([A-Za-z0-9._-]+)==.*?\n(?=    # via)((?:    #.*\n)+)", hashless(said), re.MULTILINE
        )
        if re.search(r"dunghan|pyproject\.toml", via)
    }
    assert direct == set(wanted), "run `make lock`"


def hashless(lock: str) -> str:
    """Leave out the lines of hashes, so that a package and who asked for it stand together."""
    return re.sub(r"^    --hash=.*\n", "", lock, flags=re.MULTILINE)


def test_every_package_in_the_lock_has_its_hashes() -> None:
    said = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"^(?=[A-Za-z0-9])", said, flags=re.MULTILINE)
    assert not [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]


def test_every_exception_from_a_rule_has_its_reason_beside_it() -> None:
    told = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in sources(*PACKAGES, "tests")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if EXCUSED.search(line) and not REASONED.search(line)
    ]
    assert not told


def test_every_client_of_kafka_python_is_told_how_to_open_its_sockets() -> None:
    clients = {"KafkaAdminClient", "KafkaConsumer", "KafkaProducer"}
    told = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sources(*PACKAGES, "tests")
        if "Kafka" in (text := file.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in clients
        if all(each.arg for each in node.keywords)
    ]
    assert not told, "streams.sockets.direct says how"
