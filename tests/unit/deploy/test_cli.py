"""The command line: commands are found beside the group, listed without being imported, and end with the right code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli import HERE, main


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DUNGHAN_KAFKA__BOOTSTRAP", raising=False)
    return CliRunner()


def test_help_lists_every_command_in_two_languages(runner: CliRunner) -> None:
    told = runner.invoke(main, ["--help"]).output
    lines = [line for line in told.splitlines() if line.startswith("  config ")]
    assert "·" in lines[0]
    assert all(f"  {file.stem.rstrip('_').replace('_', '-')}" in told for file in HERE.glob("[a-z]*.py"))


def test_help_imports_no_command_and_no_heavy_library() -> None:
    code = (
        "import sys; from deploy.cli import main; main(['--help'], standalone_mode=False); "
        "heavy = {'faust', 'aiokafka', 'kafka', 'pydantic', 'deploy.cli.topics'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("command", sorted(file.stem for file in HERE.glob("[a-z]*.py")))
def test_every_command_has_help(command: str, runner: CliRunner) -> None:
    result = runner.invoke(main, [command.rstrip("_").replace("_", "-"), "--help"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("option", [["--propose"], ["--why", "hỏng"], ["--who", "lan"]], ids=" ".join)
def test_a_worker_that_is_asked_about_a_skip_without_one_does_not_run(option: list[str], runner: CliRunner) -> None:
    told = runner.invoke(main, ["worker", *option], env={"DUNGHAN_KAFKA__BOOTSTRAP": "127.0.0.1:1"})
    assert (told.exit_code, "--skip" in told.output) == (2, True)


def test_an_unknown_command_is_wrong_usage(runner: CliRunner) -> None:
    assert runner.invoke(main, ["nothing"]).exit_code == 2


def test_config_show_prints_every_setting_with_its_variable(runner: CliRunner) -> None:
    told = runner.invoke(main, ["config", "show"]).output
    assert 'kafka.bootstrap = "127.0.0.1:9092"  (DUNGHAN_KAFKA__BOOTSTRAP)' in told


def test_config_show_as_json_is_one_object(runner: CliRunner) -> None:
    assert json.loads(runner.invoke(main, ["config", "show", "--json"]).output)["kafka"]["partitions"] == 12


def test_config_check_names_every_fault_and_ends_with_2(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[kafka]\npartitions = 0\ncolour = 1\n")
    result = runner.invoke(main, ["--settings", str(file), "config", "check"])
    assert result.exit_code == 2
    assert "kafka.partitions" in result.output
    assert "kafka.colour" in result.output


def test_config_check_is_content_with_the_defaults(runner: CliRunner) -> None:
    assert runner.invoke(main, ["config", "check"]).exit_code == 0


def test_a_demo_without_the_extra_local_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['aiosmtpd'] = None; sys.modules['aiosmtpd.smtp'] = None; "
        "from deploy.cli import main; main(['demo', '--exit'])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "dunghan[local]" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root may take another number")
def test_who_acts_under_a_number_that_no_account_has_is_named_by_it() -> None:
    code = "import os; from deploy.cli import by_whom; os.setuid(54321); print(by_whom(None), by_whom('Lan'), sep='|')"
    nameless = {"PYTHONPATH": str(HERE.parents[1])}
    told = subprocess.run([sys.executable, "-c", code], env=nameless, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "uid 54321|Lan"
