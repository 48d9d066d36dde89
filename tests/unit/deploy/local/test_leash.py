"""A child on the leash hears signals, gives its exit code back, and never outlives its owner."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.local.leash import Leashed

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]
OWNER = """
import sys, time
from pathlib import Path
from deploy.local.leash import Leashed
command = [sys.executable, "-c", "import time; time.sleep(600)"]
held = Leashed(command, log=Path(sys.argv[1]) / "log", sweep=Path(sys.argv[2]))
print("up", flush=True)
time.sleep(600)
"""


def until_up(log: Path) -> None:
    with log.open() as lines:
        while "up" not in lines.read():
            os.sched_yield()


def test_the_childs_words_go_to_the_log_and_its_exit_code_comes_back(tmp_path: Path) -> None:
    child = Leashed([sys.executable, "-c", "print('xin chào'); raise SystemExit(7)"], log=tmp_path / "log")
    assert child.wait(30) == 7
    assert "xin chào" in (tmp_path / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("command", "code"), [(SLEEPER, 128 + signal.SIGTERM), (DEAF, 128 + signal.SIGKILL)], ids=["hears", "deaf"]
)
def test_stopping_asks_first_and_then_kills(command: list[str], code: int, tmp_path: Path) -> None:
    child = Leashed(command, log=tmp_path / "log")
    until_up(tmp_path / "log")
    assert child.returncode is None
    assert child.stop(0.5 if command is DEAF else 30) == code


def test_stopping_twice_is_no_harm(tmp_path: Path) -> None:
    child = Leashed(SLEEPER, log=tmp_path / "log")
    assert child.stop(0) == child.stop(0)


def test_a_program_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such program"):
        Leashed(["/no/such/program"], log=tmp_path / "log")


def test_waiting_for_a_child_that_runs_on_gives_none(tmp_path: Path) -> None:
    child = Leashed(SLEEPER, log=tmp_path / "log")
    assert child.wait(0.01) is None
    child.stop(0)


def test_when_the_owner_is_killed_the_child_ends_and_its_folder_is_swept(tmp_path: Path) -> None:
    folder = tmp_path / "cluster" / "broker"
    folder.mkdir(parents=True)
    command = [sys.executable, "-c", OWNER, str(tmp_path), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        family = psutil.Process(owner.pid).children(recursive=True)
        owner.kill()
    assert family
    assert not psutil.wait_procs(family, timeout=30)[1]
    assert not folder.parent.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_when_the_leash_itself_is_killed_the_child_ends(tmp_path: Path) -> None:
    before = psutil.Process().children(recursive=True)
    child = Leashed(SLEEPER, log=tmp_path / "log")
    until_up(tmp_path / "log")
    leash, sleeper = (each for each in psutil.Process().children(recursive=True) if each not in before)
    leash.kill()
    assert not psutil.wait_procs([sleeper], timeout=30)[1]
    child.stop(0)
