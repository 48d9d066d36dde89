"""`dunghan import` where no server is needed: the dry run from the start, the guess, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.checking import checked
from deploy.cli import main
from deploy.connect.sources import read_source
from tests.exports import IHCC, facts, text
from tests.sources import at

Run = Callable[..., Result]
DRY = ("--map", "xlsx-ihcc", "--as-of", "2026-09-30T17:30", "--from-start", "--dry-run")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(text(IHCC, facts(40)), encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(main, ["import", *arguments])


def test_a_dry_run_prints_events_that_would_be_taken(run: Run) -> None:
    found = run("a.csv", *DRY)
    assert found.exit_code == 0, found.output
    assert checked(found.stdout.encode(), now=at("2026-10-01 08:00")).faults == ()
    assert "40 thay đổi" in found.stderr


def test_a_dry_run_in_json_counts_and_shows_the_first(run: Run) -> None:
    found = json.loads(run("a.csv", *DRY, "--json").stdout)
    assert (found["changed"], len(found["sample"]), found["columns_missing"]) == (
        40, 20, ["national_code", "officer", "level", "limit", "supplement_received_at"],
    )  # fmt: skip


def test_what_a_source_does_not_map_is_listed_and_ends_with_3(run: Run) -> None:
    Path("b.csv").write_text(Path("a.csv").read_text("utf-8").replace("Đang xử lý", "Đang nghỉ"), "utf-8")
    found = run("b.csv", *DRY)
    assert (found.exit_code, "state: 'Đang nghỉ'" in found.stderr) == (3, True)


def test_a_guess_is_a_mapping(run: Run) -> None:
    found = run("--guess", "a.csv")
    assert found.exit_code == 0
    assert read_source("a", found.stdout).states
    assert "personal data, never read: Số điện thoại" in found.stdout


@pytest.mark.parametrize(
    "arguments",
    [(), ("a.csv",), ("--map", "xlsx-ihcc"), ("--guess",), ("a.csv", "--map", "xlsx-ihcc", "--as-of", "soon"), ("b",)],
)
def test_wrong_arguments_end_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_every_fault_of_a_mapping_is_told(run: Run) -> None:
    Path("x.toml").write_text('version = 1\nform = "table"\n')
    found = run("a.csv", "--map", "x.toml")
    assert found.exit_code == 2
    assert [word in found.stderr for word in ("version", "valid_from", "reports_as", "home")] == [True] * 4


def test_a_file_that_is_no_export_ends_with_3(run: Run) -> None:
    Path("b.csv").write_text("a,b\n1,2\n")
    found = run("b.csv", *DRY)
    assert (found.exit_code, "--guess" in found.stderr) == (3, True)


def test_an_outbox_is_sent_row_by_row(run: Run) -> None:
    row = {"id": "1", "aggregateid": "A", "type": "HoSoXuLyXong", "timestamp": "2026-03-02T09:12:00", "payload": "{}"}
    Path("o.jsonl").write_text(f"{json.dumps(row)}\n{json.dumps(row | {'id': ''})}\n", "utf-8")
    found = run("o.jsonl", "--map", "debezium-outbox", "--dry-run", "--json")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["events"], [one["line"] for one in told["problems"]]) == (3, {"done": 1}, [2])
