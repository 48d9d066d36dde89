"""Who is expected to speak: the units in force, the sources that are known, each with its cadence."""

from pathlib import Path

import pytest

from deploy.expected import expected_of
from deploy.rulebook import ReferenceError
from streams.core.limits import parse_limit
from streams.wire.records import Speaker
from tests.sources import at

NOW = at("2026-03-10 08:00")
SOURCE = """version = "1"
valid_from = 2026-01-01
source = "ours"
reports_as = "x/motcua"
home = "x"
form = "cloudevents"
"""
UNITS = """id,name,head,parent,address,successor,valid_to
p,The province,,,,,
a,A,,p,,,
b,B,,p,,,2025-06-30
c,C,,p,,,not a day
,nameless,,p,,,
"""


def folder(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "sources").mkdir()
    for name, text in files.items():
        (tmp_path / name.replace("__", "/").replace("_", ".")).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_units_in_force_are_expected_but_not_those_that_only_stand_over_others(tmp_path: Path) -> None:
    expected = expected_of(folder(tmp_path, units_csv=UNITS), now=NOW)
    assert set(expected.named) == {(Speaker.UNIT, "a"), (Speaker.UNIT, "c")}
    assert expected.named[Speaker.UNIT, "a"] == parse_limit("3 working days")


def test_a_source_has_the_cadence_it_states_and_so_have_units_that_differ(tmp_path: Path) -> None:
    where = folder(
        tmp_path,
        units_csv=UNITS,
        sources__x_toml=SOURCE + "[cadence]\nworking_hours = 4\nunits = {a = 40}\n",
        policy_toml='version = "p"\nvalid_from = 2026-01-01\nsource = "s"\n[silence]\nsource = "1 working day"\n',
    )
    expected = expected_of(where, now=NOW)
    assert expected.named == {
        (Speaker.SOURCE, "x/motcua"): parse_limit("4 working hours"),
        (Speaker.UNIT, "a"): parse_limit("40 working hours"),
        (Speaker.UNIT, "c"): parse_limit("3 working days"),
    }
    assert expected.otherwise[Speaker.SOURCE] == parse_limit("1 working day")


def test_the_sources_that_are_shipped_are_examples_and_nobody_waits_for_them() -> None:
    assert not expected_of(None, now=NOW).named


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"sources__x_toml": SOURCE + "[cadence]\nworking_hours = 0\n"}, r"x\.toml.*cadence"),
        ({"sources__x_toml": "source = \n"}, r"x\.toml"),
        ({"policy_toml": '[silence]\nunit = "never"\n'}, r"policy\.toml, silence\.unit"),
        ({"policy_toml": "[silence]\nunits = 3\n"}, r"policy\.toml"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, files: dict[str, str], told: str) -> None:
    with pytest.raises(ReferenceError, match=told):
        expected_of(folder(tmp_path, **files), now=NOW)
