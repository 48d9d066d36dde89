"""Every command on README and the pages under docs/: what no test runs there is at least there to be run.

The blocks marked `sh` are run (tests/integration/test_pages.py, test_connect.py). The others need root, a container
engine, a cluster or somebody's names; of them each program is known here, and each command, option, file, unit, folder
and profile is ours.
"""

import re
from pathlib import Path

import click
import pytest

from deploy.cli import main
from deploy.settings import variables
from tests.pages import BESIDE, PAGES, ROOT, SHELL, Block, blocks, commands, fault_of_ours, lines
from tests.unit.deploy.stacks.shipped import COMPOSE, SYSTEMD, compose

DOCS = ROOT / "docs"
SOMEBODY_ELSES = frozenset({"cp", "cd", "ln", "mkdir", "install", "export", "tr", "echo", "curl", "kcat", "docker"})
"""Programs that are not looked into; a new one is looked at by whoever adds it."""
LOOKED_INTO = frozenset({"dunghan", "make", "kubectl", "systemctl", "systemd-sysusers", "python3", "pip"})
EVERY = [block for page in BESIDE for block in blocks(page) if block.language in SHELL]


def called(block: Block) -> list[list[str]]:
    return [command for line in lines(block.text) for command in commands(line)]


def name_of(block: Block) -> str:
    return f"{block.page.relative_to(ROOT)}: {block.heading}"


def ours() -> list[tuple[str, str]]:
    """Return every call of `dunghan` on any page, in a block or within a sentence, with the page's name."""
    found = []
    for page in PAGES:
        said = page.read_text(encoding="utf-8")
        calls = [
            *re.findall(r"`(dunghan [a-z][^`]*)`", said),
            *re.findall(r"^(?:\$ )?(dunghan [a-z].*)$", said, re.MULTILINE),
        ]
        found += [(page.name, re.split(r"\s[|·&#>]|  |;", call)[0]) for call in calls]
    return sorted(set(found))


@pytest.mark.parametrize(("page", "call"), ours(), ids=lambda each: each)
def test_every_call_of_ours_is_a_command_with_its_options(page: str, call: str) -> None:
    assert fault_of_ours(call.replace("'", "").replace('"', "").split()) is None, page


def test_a_command_and_an_option_that_are_not_there_are_found() -> None:
    assert fault_of_ours(["dunghan", "toppics"]) is not None
    assert fault_of_ours(["dunghan", "topics", "aply"]) is not None
    assert fault_of_ours(["dunghan", "verify", "--quick"]) is not None
    assert isinstance(main, click.Group)


@pytest.mark.parametrize("block", EVERY, ids=name_of)
def test_every_program_on_the_pages_of_an_administrator_is_known(block: Block) -> None:
    programs = {Path(command[0]).name for command in called(block)}
    assert programs <= SOMEBODY_ELSES | LOOKED_INTO


@pytest.mark.parametrize("block", EVERY, ids=name_of)
def test_every_file_of_ours_that_is_named_is_there(block: Block) -> None:
    base = COMPOSE if "cd deploy/compose" in block.text else ROOT
    for word in re.findall(r"(?<![\w/.-])(?:deploy|docs|tests)/[\w./*@-]+", block.text):
        assert list(ROOT.glob(word)), word
    for word in re.findall(r"\b[\w-]+\.env\.example\b", block.text):
        assert (base / word).exists() or list(ROOT.glob(f"deploy/*/{word}")), word


@pytest.mark.parametrize("block", EVERY, ids=name_of)
def test_every_unit_target_profile_and_object_is_there(block: Block) -> None:
    units = {file.name for file in SYSTEMD.iterdir()}
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for program, *words in called(block):
        if program == "systemctl":
            named = {re.sub(r"@\d", "@", word) for word in words if word.startswith("dunghan")}
            assert {name if "." in name else f"{name}.service" for name in named} <= units
        if program == "make":
            assert words[0] in targets
        if program == "kubectl":
            assert_in_manifests(words)
    profiles = {profile for service in compose()["services"].values() for profile in service.get("profiles", ())}
    assert set(re.findall(r"--profile (\w+)", block.text)) <= profiles


def assert_in_manifests(words: list[str]) -> None:
    said = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "deploy" / "kubernetes").rglob("*.yaml"))
    if "-k" in words:
        assert (ROOT / words[words.index("-k") + 1] / "kustomization.yaml").exists()
    if "secret" in words:
        assert f"secretName: {words[words.index('secret') + 2]}" in said
    for word in words:
        kind, slash, name = word.partition("/")
        if slash and kind == "statefulset":
            assert re.search(rf"^kind: StatefulSet\nmetadata:\n  name: {name}$", said, re.MULTILINE)


@pytest.mark.parametrize("page", ["install.md", "connect.md", "care.md", "upgrade.md"])
def test_both_languages_give_the_same_commands(page: str) -> None:
    def bare(where: Path) -> list[str]:
        return [re.sub(r"\s+#.*", "", block.text, flags=re.MULTILINE) for block in blocks(where)]

    assert bare(DOCS / page) == bare(DOCS / "vi" / page)


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
def test_every_variable_on_a_page_is_a_setting(page: Path) -> None:
    assert set(re.findall(r"\bDUNGHAN_[A-Z]+__[A-Z_]+", page.read_text(encoding="utf-8"))) <= set(variables())


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
def test_every_page_and_picture_that_is_pointed_at_is_there(page: Path) -> None:
    said = page.read_text(encoding="utf-8")
    pointed = [where for where in re.findall(r"\]\(([^)#]+)[^)]*\)", said) if "://" not in where]
    assert [where for where in pointed if not (page.parent / where).exists()] == []
