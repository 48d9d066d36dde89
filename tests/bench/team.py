"""Processes of `dunghan worker` in one group, each asked for its own figures and its own processor time."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.ports import free_ports
from deploy.settings import without_settings

PARTITIONS = 12
STEPS = 2
"""Topics whose partitions a worker owns: the inbox and the events."""


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used, in user and in system mode."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found.group(1)) / 1024 if found else 0.0


@dataclass(slots=True)
class Member:
    """One process and the port of its figures."""

    process: subprocess.Popen[bytes]
    port: int

    def figures(self) -> str:
        """Return what it shows, nothing where it does not answer (yet)."""
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as sheet:
            return str(sheet.read().decode())
        return ""

    def total(self, name: str) -> float:
        """Return the sum over the labels of a figure."""
        return sum(map(float, re.findall(rf"^{name}{{[^}}]*}} (\S+)$", self.figures(), re.MULTILINE)))

    def owned(self, topic: str) -> set[int]:
        """Return the partitions of the topic that it takes turns over."""
        turns = rf'^dunghan_last_turn_timestamp_seconds{{partition="(\d+)",topic="{re.escape(topic)}"}}'
        return {int(partition) for partition in re.findall(turns, self.figures(), re.MULTILINE)}


@dataclass(slots=True)
class Team:
    """The workers of one prefix, by name; `static` makes the name their place in the group."""

    bootstrap: str
    prefix: str
    static: bool = False
    members: dict[str, Member] = field(default_factory=dict)
    endings: list[int] = field(default_factory=list)
    """The exit codes of those that ended by themselves."""

    def start(self, *names: str) -> None:
        """Start workers of these names."""
        for name, port in zip(names, free_ports(len(names)), strict=True):
            said = {"KAFKA__BOOTSTRAP": self.bootstrap, "KAFKA__PREFIX": self.prefix, "WORKER__METRICS_PORT": str(port)}
            said |= {"KAFKA__PARTITIONS": str(PARTITIONS)}
            if self.static:
                said |= {"WORKER__INSTANCE_ID": name, "WORKER__SESSION_TIMEOUT_MS": "45000"}
            environment = without_settings() | {f"DUNGHAN_{key}": value for key, value in said.items()}
            command = [sys.executable, "-m", "deploy", "worker"]
            silent = subprocess.DEVNULL
            self.members[name] = Member(
                subprocess.Popen(command, env=environment, stderr=silent, stdout=silent, process_group=0), port
            )

    def end(self, name: str, how: signal.Signals) -> None:
        """End one, and wait until it has gone."""
        member = self.members.pop(name)
        member.process.send_signal(how)
        member.process.wait(60)

    def supervise(self) -> None:
        """Start again whoever has ended by itself, as a supervisor does."""
        for name, member in list(self.members.items()):
            if (code := member.process.poll()) is not None:
                self.endings.append(code)
                self.start(name)

    def stop(self) -> None:
        """End all of them at once."""
        for member in self.members.values():
            member.process.terminate()
        for member in self.members.values():
            try:
                member.process.wait(30)
            except subprocess.TimeoutExpired:
                member.process.kill()
                member.process.wait()
        self.members.clear()

    def until_ready(self, seconds: float = 180.0) -> float:
        """Wait until every partition is owned by one, restored, and each has some; returns how long that took."""

        def whole() -> bool:
            self.supervise()
            shares = [int(member.total("dunghan_partitions_ready")) for member in self.members.values()]
            return all(shares) and sum(shares) == STEPS * PARTITIONS

        return until(whole, seconds)

    def owners(self, topic: str) -> dict[int, str]:
        """Return who takes each partition of the topic."""
        return {partition: name for name, member in self.members.items() for partition in member.owned(topic)}

    def processor_seconds(self) -> dict[str, float]:
        """Return what each has used."""
        return {name: processor_seconds(member.process.pid) for name, member in self.members.items()}


def until(holds: Callable[[], bool], seconds: float, *, pause: float = 0.2) -> float:
    """Wait until it holds; returns how long that took, TimeoutError after so many seconds."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not after {seconds:g} s")
        time.sleep(pause)
    return time.monotonic() - began
