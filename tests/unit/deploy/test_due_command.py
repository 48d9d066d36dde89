"""`dunghan due` prints a due moment and what it was made of, and says what is wrong with its arguments."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli.due import due


def run(*arguments: str) -> Result:
    return CliRunner().invoke(due, arguments)


def test_json_gives_the_due_moment_the_intervals_and_the_calendar() -> None:
    result = run("--limit", "5 working days", "--received", "2026-02-10T09:00", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["due_at"], told["provisional"]) == (0, "2026-02-24T09:00:00+07:00", False)
    assert told["calendar"] == "2018..2026-v1"
    first = {"start": "2026-02-10T09:00:00+07:00", "end": "2026-02-10T11:30:00+07:00", "seconds": 9000}
    assert told["intervals"][0] == first
    assert sum(interval["seconds"] for interval in told["intervals"]) == 5 * 27_000


def test_pauses_may_be_repeated_and_times_may_have_a_zone() -> None:
    pauses = ("--pause", "2026-03-03/2026-03-04", "--pause", "2026-03-04T09:00/2026-03-04T10:00")
    result = run("--limit", "8 giờ làm việc", "--received", "2026-03-02T02:00:00Z", *pauses, "--json")
    told = json.loads(result.stdout)
    assert told["due_at"] == "2026-03-04T10:30:00+07:00"
    assert [pause["seconds"] for pause in told["pauses"]] == [27_000, 3600]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ["Hạn trả: 03/01/2028 17:00 (tạm tính)", "1 tháng", "không tính", "hết tháng", "Tạm tính"]),
        ("en", ["Due: 03/01/2028 17:00 (provisional)", "1 month", "not counted", "a month ends", "Provisional"]),
    ],
)
def test_the_text_is_vietnamese_or_english(lang: str, words: list[str]) -> None:
    result = run("--limit", "1 tháng", "--received", "2027-12-03T09:00", "--lang", lang)
    assert result.exit_code == 0
    assert [word for word in words if word not in result.stdout] == []


def test_the_text_lists_pauses_and_names_days_off_with_their_source() -> None:
    result = run("--limit", "0,5 ngày làm việc", "--received", "2026-08-28T14:00", "--pause", "2026-08-28/2026-08-29")
    assert "0,5 ngày làm việc" in result.stdout
    assert "Tạm dừng: 3:00:00" in result.stdout
    assert "31/08/2026  nghỉ: nghỉ hoán đổi [Thông báo 9441/TB-BNV" in result.stdout
    assert "29/08/2026  nghỉ: không phải ngày làm việc" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--limit", "0 days", "--received", "2026-03-02"), "limit '0 days'"),
        (("--limit", "5 days", "--received", "yesterday"), "not a time"),
        (("--limit", "5 days", "--received", "1890-01-01"), "1890-01-01"),
        (("--limit", "5 days", "--received", "2026-03-02", "--pause", "2026-03-02"), "not a time"),
        (("--limit", "5 days", "--received", "2026-03-02", "--pause", "2026-03-04/2026-03-03"), "before it begins"),
    ],
)
def test_wrong_arguments_are_named_and_end_with_2(arguments: tuple[str, ...], problem: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_wrong_calendar_is_named_and_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "2026.toml").write_text('version = "v"\nyear = "2026"\n')
    result = run("--limit", "5 days", "--received", "2026-03-02", "--calendar", str(tmp_path))
    assert result.exit_code == 3
    assert "2026.toml, line 2: year" in result.stderr
