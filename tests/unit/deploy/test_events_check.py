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
PRETTY = json.dumps(event("done", "2024-03-04 09:00"), indent=1).encode()
ROWS = PRETTY.count(b"\n")
AHEAD = sent("done", "2024-03-14 09:00")


@pytest.mark.parametrize(
    ("content", "events", "faults"),
    [
        pytest.param(GOOD + b"\n\n" + GOOD + b"\r\n", 2, [], id="one a line, empty lines are none"),
        pytest.param(GOOD + b"\n{\n" + AHEAD, 3, [(2, "not_json"), (3, "time_ahead")], id="faults have their line"),
        pytest.param(b" [" + GOOD + b",\n" + AHEAD + b"]", 2, [(2, "time_ahead")], id="an array knows its lines"),
        pytest.param(
            b"\n[\n" + PRETTY + b" ,\n\n" + AHEAD + b",[[1]],\n" + AHEAD + b"\n]\n",
            4,
            [(ROWS + 5, "time_ahead"), (ROWS + 5, "wrong_shape"), (ROWS + 6, "time_ahead")],
            id="and so does one whose members stand on many",
        ),
        pytest.param(b"[]", 0, [], id="an empty array"),
        pytest.param(b"\n" + b'{"id": 1}', 1, [(2, "wrong_shape")], id="an object has the line on which it begins"),
        pytest.param(b"[" * 100_000, 1, [(1, "wrong_shape")], id="brackets within brackets"),
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
    assert [(fault.line, fault.reason) for fault in found.faults] == faults


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
    assert [fault["line"] for fault in told["faults"]] == [2, 3]


def test_the_standard_input_may_be_checked() -> None:
    assert CliRunner().invoke(command, ["check", "-"], input=b"{").exit_code == 3


def test_what_would_be_taken_but_not_wholly_is_said_and_is_no_fault(tmp_path: Path) -> None:
    slip = {**event("accepted", "2024-03-04 09:00", id="a", procedure="1", unit="m", dueAt="x"), "traceparent": "t"}
    other = event("accepted", "2024-03-04 10:00", id="a", procedure="1", unit="m")
    first, second = tmp_path / "1.jsonl", tmp_path / "2.json"
    spaced = json.dumps(slip, separators=(" ,", " :"))
    first.write_text(json.dumps(slip) + "\n" + spaced + "\n" + json.dumps(other) + "\n")
    second.write_bytes(b"[" + GOOD + b"]")
    result = CliRunner().invoke(command, ["check", str(first), str(second)])
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"{first}:1: left out: traceparent, data.dueAt",
        f"{first}:2: left out: traceparent, data.dueAt",
        f"{first}:3: the id 'a' stands for something else further up",
        "4 sự kiện, 0 sẽ bị từ chối · events, would be rejected",
    ]
    told = json.loads(CliRunner().invoke(command, ["check", str(first), "--json"]).output)
    assert told["oddities"][0] == {"file": str(first), "line": 1, "told": "left out: traceparent, data.dueAt"}
