"""The fault matrix: every process and every broker, in every kind of trouble, while events flow; judged after each.

One stack for a run: three brokers, two workers, a courier, a gateway, a scoreboard, a mail server; a source posts by
HTTP. A cell is a fault, its end, and the wait until everything is decided and told. Lost: events answered 202 that no
trail has, and facts nobody was told; repeated: mails that came again with the same Message-ID; wrong: what
`dunghan verify` finds, and mails that should not be. What this machine does not allow is said by name.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from tests.chaos.clocks import off_by
from tests.chaos.cutting import Apart, apart
from tests.chaos.disk import Unavailable
from tests.chaos.matrix_stack import PROCESSES, Stack, standing

STANDS_STILL: Final = 40.0
CUT_FOR: Final = 20.0
NAME: Final = "matrix: "
Row = dict[str, object]
Fault = Callable[[Stack, str], None]


def killed(stack: Stack, who: str) -> None:
    """kill -9."""
    stack.signal(who, signal.SIGKILL)
    time.sleep(3)
    stack.supervise()


def stopped(stack: Stack, who: str) -> None:
    """SIGTERM."""
    stack.signal(who, signal.SIGTERM)
    time.sleep(5)
    stack.supervise()


def frozen(stack: Stack, who: str) -> None:
    """SIGSTOP 40 s."""
    stack.signal(who, signal.SIGSTOP)
    stack.wait(STANDS_STILL, besides=who)
    stack.signal(who, signal.SIGCONT)


def _cut(*, out: bool, into: bool) -> Fault:
    def fault(stack: Stack, who: str) -> None:
        with _apart(stack, who) as there, there.cut(out=out, into=into):
            stack.wait(CUT_FOR, besides=who)

    return fault


def slow(stack: Stack, who: str) -> None:
    """200 ms each way."""
    with _apart(stack, who, delay_ms=200):
        stack.wait(CUT_FOR)


@contextmanager
def _apart(stack: Stack, who: str, *, delay_ms: int = 0, lost: float = 0) -> Iterator[Apart]:
    if who.startswith("broker"):
        raise Unavailable("the brokers share 127.0.0.1: one of them alone cannot be put into a namespace here")
    with apart(stack.ports, delay_ms=delay_ms, lost=lost) as there:
        stack.move(who, there)
        try:
            stack.wait(8)
            yield there
        finally:
            stack.move(who, None)


def lossy(stack: Stack, who: str) -> None:
    """5 % of the packets lost, each way."""
    with _apart(stack, who, lost=5):
        stack.wait(CUT_FOR)


def _clock(hours: int) -> Fault:
    def fault(stack: Stack, who: str) -> None:
        if who != "worker":
            raise Unavailable("a wrong clock is tried on one worker")
        stack.restart(who, off_by(hours * 3600, stack.folder))
        stack.wait(CUT_FOR)
        stack.restart(who, {})

    return fault


@dataclass(frozen=True, slots=True)
class Kind:
    """A column of the matrix; `tried` says on whom in the short run."""

    name: str
    fault: Fault
    tried: str
    of: tuple[str, ...] = PROCESSES


KINDS: Final = (
    Kind("kill -9", killed, "worker"),
    Kind("SIGTERM", stopped, "courier"),
    Kind("SIGSTOP 40 s", frozen, "scoreboard"),
    Kind("cut out", _cut(out=True, into=False), "worker"),
    Kind("cut into", _cut(out=False, into=True), "courier"),
    Kind("cut both ways", _cut(out=True, into=True), "gateway"),
    Kind("200 ms", slow, "worker"),
    Kind("5 % loss", lossy, "worker"),
    Kind("clock +1 h", _clock(1), "worker", ("worker",)),
    Kind("clock -1 h", _clock(-1), "worker", ("worker",)),
)


def weather(wanted: str, *, full: bool) -> Iterator[tuple[Row, bool]]:
    """Run the cells whose name has `wanted`; yield the row of each, and whether it came out clean."""
    cells = [(kind, who) for kind in KINDS for who in kind.of if full or who == kind.tried]
    # One of each kind first, so that a run that is cut short has tried them all.
    cells.sort(key=lambda cell: cell[1] != cell[0].tried)
    named = [(f"{NAME}{who}, {kind.name}", kind, who) for kind, who in cells]
    chosen = [cell for cell in named if wanted in cell[0]]
    if chosen:
        with ExitStack() as stack:
            yield from _run(chosen, stack.enter_context(standing()))


def _run(cells: list[tuple[str, Kind, str]], stack: Stack) -> Iterator[tuple[Row, bool]]:
    for name, kind, who in cells:
        began, before = time.monotonic(), stack.repeated
        stack.flow()
        stack.wait(3)
        try:
            kind.fault(stack, who)
        except Unavailable as why:
            print(f"NOT RUN: {name}: {why}", flush=True)
            continue
        finally:
            stack.pause()
        found = stack.settled()
        repeated = found.repeated - before
        row: Row = {"name": name, "events": found.events, "lost": found.lost, "repeated": repeated}
        row |= {"wrong": found.wrong, "seconds": round(time.monotonic() - began, 1), "may_repeat": stack.connections}
        yield row, not found.lost and not found.wrong and repeated <= stack.connections
