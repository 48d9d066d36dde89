"""The image: what it installs is what the lock pins, without what only the demo and the tests need."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.deploy.stacks.shipped import IMAGE, ROOT

SAID = (IMAGE / "Dockerfile").read_text(encoding="utf-8")


def pinned(lock: str) -> dict[str, frozenset[str]]:
    """Return each pin with its hashes; `name==version ; marker` is one pin."""
    blocks = filter(None, re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE))
    found = {each.splitlines()[0].partition(" ")[0]: frozenset(re.findall(r"sha256:\w+", each)) for each in blocks}
    return {pin: hashes for pin, hashes in found.items() if "==" in pin}


WHOLE = pinned((ROOT / "requirements.lock").read_text())
THOSE = pinned((IMAGE / "requirements.lock").read_text())


def names(pins: dict[str, frozenset[str]]) -> set[str]:
    return {canonicalize_name(re.split(r"[\[=]", pin)[0]) for pin in pins}


def test_the_image_has_what_the_whole_lock_pins_hash_by_hash() -> None:
    assert [pin for pin, hashes in THOSE.items() if not hashes or WHOLE.get(pin) != hashes] == [], "run `make lock`"


def test_the_image_has_everything_the_product_asks_for_and_nothing_of_demo_and_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["parquet"]
    unwanted = project["project"]["optional-dependencies"]["local"] + project["dependency-groups"]["dev"]
    needed = {canonicalize_name(Requirement(each).name) for each in asked}
    assert needed <= names(THOSE), "run `make lock`"
    assert names(THOSE) & {canonicalize_name(Requirement(each).name) for each in unwanted} == set()


def test_every_tool_it_is_built_with_stands_in_the_lock() -> None:
    found = re.search(r"^RUN for tool in ([^;]+);", SAID, re.MULTILINE)
    assert found is not None
    assert set(found.group(1).split()) <= names(WHOLE)


def test_the_result_runs_as_nobody_and_brings_no_tool_to_build_with() -> None:
    result = SAID[SAID.rindex("\nFROM ") :]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", result, re.MULTILINE)
    assert 'ENTRYPOINT ["dunghan"]' in result
    assert "pip uninstall" in result
    assert not re.search(r"apt-get|gcc|/tools", result)
    assert re.findall(r"^COPY (.*)$", result, re.MULTILINE) == ["--from=build /opt/dunghan /opt/dunghan"]
