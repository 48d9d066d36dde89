"""The units for an office without containers: systemd takes them, and they may do little."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.deploy.stacks.shipped import IN_CI, SYSTEMD, understood, units, variables_in

WORST = 20
"""Tenths of the exposure that systemd counts, of 100; a service without any guard has 96."""
MISSING = "SYSTEMD-ANALYZE IS NOT INSTALLED, the units are not verified: apt-get install systemd"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None and not IN_CI, reason=MISSING)


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    """Lay the units out with a program that is there; systemd asks whether it is."""
    for file in [*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.target")]:
        said = file.read_text(encoding="utf-8").replace("/opt/dunghan/bin/dunghan", sys.executable)
        (tmp_path / file.name).write_text(said, encoding="utf-8")
    return tmp_path


def analyzed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], check=False, capture_output=True, text=True)


@needs_systemd
def test_systemd_takes_every_unit(laid_out: Path) -> None:
    done = analyzed("verify", "--man=no", *sorted(laid_out.iterdir()))
    told = [line for line in done.stderr.splitlines() if "dunghan" in line]
    assert (done.returncode, told) == (0, [])


@needs_systemd
def test_a_key_that_systemd_does_not_know_is_found(laid_out: Path) -> None:
    unit = laid_out / "dunghan-courier.service"
    unit.write_text(unit.read_text().replace("[Service]", "[Service]\nNoNewPrivilegs=yes"))
    assert "NoNewPrivilegs" in analyzed("verify", "--man=no", unit).stderr


@needs_systemd
@pytest.mark.parametrize("name", units())
def test_a_process_that_is_taken_over_can_do_little(name: str, laid_out: Path) -> None:
    done = analyzed("security", "--offline=yes", f"--threshold={WORST}", "--no-pager", laid_out / name)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


@pytest.mark.parametrize("name", units())
def test_what_a_unit_tells_its_process_is_understood(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    its = units()[name]
    told = variables_in(SYSTEMD / "dunghan.env.example")
    for pair in its.get("Environment", []):
        variable, _, value = pair.replace("%i", "1").replace("%H", "may-chu").partition("=")
        told[variable] = value
    settings = understood(told, folder=tmp_path, monkeypatch=monkeypatch)
    assert settings.reference.folder is not None


@pytest.mark.parametrize("name", units())
def test_a_unit_that_ends_is_started_again_unless_its_settings_are_wrong(name: str) -> None:
    its = units()[name]
    assert its["Restart"][0] in {"always", "on-failure"}
    assert its["RestartPreventExitStatus"] == ["2"]
    assert its["StartLimitIntervalSec"] == ["0"]


def test_two_workers_of_a_machine_have_a_name_and_a_port_each() -> None:
    told = units()["dunghan-worker@.service"]["Environment"]
    assert all("%i" in each for each in told)
    assert {each.partition("=")[0] for each in told} == {"DUNGHAN_WORKER__INSTANCE_ID", "DUNGHAN_WORKER__METRICS_PORT"}


def test_the_account_of_the_units_is_the_one_that_is_made() -> None:
    made = re.search(r"^u (\S+)", (SYSTEMD / "dunghan.sysusers").read_text(encoding="utf-8"), re.MULTILINE)
    assert made is not None
    assert {name for its in units().values() for name in its["User"]} == {made.group(1)}
