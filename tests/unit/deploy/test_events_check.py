"""`dunghan events check` says, without a server, what intake would reject."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.checking import checked
from deploy.cli.events import command
from tests.sources import at, event, sent

NOW = at("2024-03-05 09:00")
GOOD = sent("done", "2024-03-04 09:00")
AHEAD = sent("done", "2024-03-14 09:00")


@pytest.mark.parametrize(
    ("content", "events", "faults"),
    [
        pytest.param(GOOD + b"\n\n" + GOOD + b"\r\n", 2, [], id="one a line, empty lines are none"),
        pytest.param(GOOD + b"\n{\n" + AHEAD, 3, [(2, "not_json"), (3, "time_ahead")], id="faults have their line"),
        pytest.param(b" [" + GOOD + b",\n" + AHEAD + b"]", 2, [(2, "time_ahead")], id="an array counts its members"),
        pytest.param(json.dumps(event("done", "2024-03-04 09:00"), indent=1).encode(), 1, [], id="one object"),
        pytest.param(b'{"type": "vn.dunghan.tick.v1"}', 1, [(1, "tick")], id="a tick is no source's"),
        pytest.param(b"", 0, [], id="nothing"),
        pytest.param(b"[1", 1, [(1, "wrong_shape")], id="half an array is a line"),
    ],
)
def test_what_would_be_rejected_is_named_with_its_place(
    content: bytes, events: int, faults: list[tuple[int, str]]
) -> None:
    found = checked(content, now=NOW)
    assert found.events == events
    assert [(fault.place, fault.reason) for fault in found.faults] == faults


def test_a_file_without_faults_ends_with_0(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(GOOD)
    result = CliRunner().invoke(command, ["check", str(file)])
    assert (result.exit_code, result.output.splitlines()[-1][:9]) == (0, "1 sự kiện")


def test_a_file_with_faults_names_each_and_ends_with_3(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(GOOD + b'\n{"specversion": "1.0"}\n' + GOOD.replace(b"done", b"undone"))
    result = CliRunner().invoke(command, ["check", str(file)])
    assert result.exit_code == 3
    assert f"{file}:2: wrong_shape: " in result.output
    assert f"{file}:3: unknown_kind: " in result.output
    told = json.loads(CliRunner().invoke(command, ["check", str(file), "--json"]).output)
    assert (told["events"], told["rejected"]) == (3, {"wrong_shape": 1, "unknown_kind": 1})
    assert [fault["place"] for fault in told["faults"]] == [2, 3]


def test_the_standard_input_may_be_checked() -> None:
    assert CliRunner().invoke(command, ["check", "-"], input=b"{").exit_code == 3
