"""The demo leaves nothing behind, however it ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.begun import begun


def family(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_killing_the_demo_leaves_no_process_behind(tmp_path: Path, how: signal.Signals) -> None:
    with begun([sys.executable, "-m", "deploy", "demo"], cwd=tmp_path, stderr=subprocess.DEVNULL) as demo:
        deadline = time.monotonic() + 60
        while len(list((tmp_path / "build/demo/logs").glob("*.log"))) < 4:
            assert demo.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        children = family(demo.pid)
        assert any("kafka.Kafka" in " ".join(child.cmdline()) for child in children)
        demo.send_signal(how)
        demo.wait(60)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
