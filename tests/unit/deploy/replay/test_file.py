"""`dunghan replay FILE.jsonl`, without a server: what a file of events and ticks would come to."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deploy.cli.replay import command
from deploy.replay.daybook import What
from deploy.replay.file import SLICE, played
from deploy.rulebook import SHIPPED, load_rulebook
from streams.core.moments import datetime_of
from tests.sources import DOSSIER, at, sent

RULES = load_rulebook()
ACCEPTED = sent("accepted", "2020-03-02 08:00", procedure="1", unit="m1", officer="cb1", due_at="2020-03-05 16:00")


def tick(time: str) -> bytes:
    return json.dumps({"type": "vn.dunghan.tick.v1", "time": datetime_of(at(time)).isoformat()}).encode()


def replayed(tmp_path: Path, *lines: bytes, options: tuple[str, ...] = ("--json",)) -> Result:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(lines))
    return CliRunner().invoke(command, [str(file), *options])


def told(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(result.output)
    return told


def test_events_and_ticks_come_to_verdicts_notices_and_withdrawals(tmp_path: Path) -> None:
    done = sent("done", "2020-03-06 09:00", result=True)
    result = replayed(tmp_path, ACCEPTED, tick("2020-03-05 17:00"), b"", done, tick("2020-03-06 17:00"))
    assert result.exit_code == 0
    got = told(result)
    assert [(one["what"], one["name"], one["at"]) for one in got["decided"]] == [
        ("verdict", "open_in_time", "2020-03-02T08:00:00+07:00"),
        ("verdict", "open_due_soon", "2020-03-03T16:00:00+07:00"),
        ("notice", "due_soon", "2020-03-03T16:00:00+07:00"),
        ("notice", "due_today", "2020-03-05T07:30:00+07:00"),
        ("verdict", "open_overdue", "2020-03-05T16:00:01+07:00"),
        ("finding", "R8", "2020-03-05T16:00:01+07:00"),
        ("notice", "overdue", "2020-03-05T16:00:01+07:00"),
        ("verdict", "closed_late", "2020-03-06T09:00:00+07:00"),
        *(("withdrawal", stage, "2020-03-06T09:00:00+07:00") for stage in ("due_soon", "due_today", "overdue")),
    ]
    assert {one["due_at"] for one in got["decided"] if one["what"] == "notice"} == {"2020-03-05T16:00:00+07:00"}
    assert all(one["reason"] for one in got["decided"] if one["what"] != "finding")
    assert (got["events"], got["ticks"], got["came_to"]) == (2, 2, "2020-03-06T17:00:00+07:00")


def test_without_a_tick_no_time_passes_after_the_last_event(tmp_path: Path) -> None:
    got = told(replayed(tmp_path, ACCEPTED))
    assert [one["name"] for one in got["decided"]] == ["open_in_time"]
    assert got["came_to"] == "2020-03-02T08:00:00+07:00"


def test_a_line_that_would_be_rejected_is_named_with_its_reason_and_the_exit_code_is_3(tmp_path: Path) -> None:
    broken = tick("2020-03-06 17:00").replace(b"2020", b"soon")
    result = replayed(tmp_path, ACCEPTED, b"{}", b"", b"no json", broken)
    assert result.exit_code == 3
    faults = [(one["line"], one["reason"]) for one in told(result)["rejected"]]
    assert faults == [(2, "wrong_shape"), (4, "not_json"), (5, "tick")]
    text = replayed(tmp_path, ACCEPTED, b"{}", options=())
    assert "events.jsonl:2: wrong_shape" in text.output
    assert text.exit_code == 3


def test_as_text_every_decision_is_a_line_with_its_due_moment_and_reason(tmp_path: Path) -> None:
    result = replayed(tmp_path, ACCEPTED, tick("2020-03-03 16:00"), options=())
    line = next(line for line in result.output.splitlines() if "notice  due_soon" in line)
    assert DOSSIER in line
    assert "due 2020-03-05T16:00:00+07:00" in line
    assert "came to 2020-03-03T16:00:00+07:00" in result.output


def test_another_folder_is_tried(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    text = (SHIPPED / "policy.toml").read_text("utf-8")
    (folder / "policy.toml").write_text(text.replace("due_soon_working_days = 2", "due_soon_working_days = 1"), "utf-8")
    got = told(replayed(tmp_path, ACCEPTED, tick("2020-03-04 17:00"), options=("--json", "--folder", str(folder))))
    assert [one["at"] for one in got["decided"] if one["what"] == "notice"] == ["2020-03-04T16:00:00+07:00"]


def test_an_empty_file_comes_to_nothing(tmp_path: Path) -> None:
    got = told(replayed(tmp_path))
    assert (got["events"], got["ticks"], got["came_to"], got["decided"], got["rejected"]) == (0, 0, None, [], [])


def test_a_file_longer_than_is_read_at_a_time_is_taken_whole_and_its_lines_keep_their_numbers() -> None:
    many = [ACCEPTED.replace(DOSSIER.encode(), b"m/%d" % n) for n in range(SLICE + 5)]
    came = played([*many, b"?", tick("2020-03-05 15:00")], rules=RULES)
    assert (came.events, came.ticks) == (SLICE + 5, 1)
    assert [one.line for one in came.rejected] == [SLICE + 6]
    assert sum(one.what is What.NOTICE for one in came.decisions) == 2 * (SLICE + 5)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["--against"], id="against what"),
        pytest.param(["-", "--against"], id="a file was never decided"),
        pytest.param(["-", "--day", "2020-03-02"], id="both"),
        pytest.param(["--day", "2999-01-01"], id="a day that is not over"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage(arguments: list[str]) -> None:
    assert CliRunner().invoke(command, arguments).exit_code == 2


def test_a_folder_that_cannot_be_used_fails_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("due_soon_working_days = 'soon'")
    result = replayed(tmp_path, ACCEPTED, options=("--folder", str(tmp_path)))
    assert result.exit_code == 1
    assert "policy.toml" in result.output
