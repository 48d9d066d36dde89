"""A process in a network namespace of its own, whose way to the others can be cut one way or both, or made slow.

In there its 127.0.0.1 is its own, so a relay listens at each port of the others and goes over a veth pair to a relay
outside. Routes into nothing cut the pair in the kernel: no answer, no refusal, as when a switch dies. Root alone may.
`python -m tests.chaos.cutting HERE THERE MILLISECONDS PORT…` is a relay.
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.chaos.disk import Unavailable
from tests.chaos.losing import wire

INSIDE, OUTSIDE = "10.211.77.2", "10.211.77.1"
NAME = "dunghan-cell"
WITHIN, WITHOUT = "dunghan-in", "dunghan-out"
"""The two ends of the pair."""


def _ip(*arguments: str, inside: bool = False) -> None:
    command = ["ip", *(["netns", "exec", NAME, "ip"] if inside else []), *arguments]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", b"").decode(errors="replace").strip()
        raise Unavailable(
            f"a network namespace needs root and iproute2: {' '.join(command)}: {told or error}"
        ) from error


@dataclass(slots=True)
class Apart:
    """The namespace; a command goes into it by `inside`."""

    relays: list[subprocess.Popen[bytes]]

    def inside(self, command: Sequence[str]) -> list[str]:
        return ["ip", "netns", "exec", NAME, *command]

    @contextmanager
    def cut(self, *, out: bool, into: bool) -> Iterator[None]:
        """Let nothing out of the namespace, nothing into it, or neither."""
        with contextlib.ExitStack() as stack:
            if out:
                _ip("route", "add", "blackhole", f"{OUTSIDE}/32", inside=True)
                stack.callback(_ip, "route", "del", "blackhole", f"{OUTSIDE}/32", inside=True)
            if into:
                _ip("route", "add", "blackhole", f"{INSIDE}/32")
                stack.callback(_ip, "route", "del", "blackhole", f"{INSIDE}/32")
            yield


@contextmanager
def apart(ports: Sequence[int], *, delay_ms: int = 0, lost: float = 0) -> Iterator[Apart]:
    """Give a namespace from which these ports of 127.0.0.1 out here can be reached; Unavailable where we may not.

    What goes there and back is late by `delay_ms` each way, or loses `lost` of a hundred packets.
    """
    with contextlib.ExitStack() as stack:
        _ip("netns", "add", NAME)
        stack.callback(_ip, "netns", "del", NAME)
        if lost:
            stack.enter_context(wire(WITHOUT, WITHIN, percent=lost))
            _ip("link", "set", WITHIN, "netns", NAME)
        else:
            _ip("link", "add", WITHOUT, "type", "veth", "peer", "name", WITHIN, "netns", NAME)
        _ip("addr", "add", f"{OUTSIDE}/30", "dev", WITHOUT)
        _ip("link", "set", WITHOUT, "up")
        _ip("addr", "add", f"{INSIDE}/30", "dev", WITHIN, inside=True)
        for device in (WITHIN, "lo"):
            _ip("link", "set", device, "up", inside=True)
        it = Apart([])
        relay = [sys.executable, "-m", "tests.chaos.cutting"]
        listed = list(map(str, ports))
        for command in (
            [*relay, OUTSIDE, "127.0.0.1", "0", *listed],
            it.inside([*relay, "127.0.0.1", OUTSIDE, str(delay_ms), *listed]),
        ):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            it.relays.append(process)
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield it


async def _relay(here: str, there: str, delay: float, ports: Sequence[int]) -> None:
    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                # Each piece is late by the same, and none waits for the one before it.
                loop.call_later(delay, writer.write, data)
        loop.call_later(delay, writer.close)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = writer.get_extra_info("sockname")[1]
        try:
            its_reader, its_writer = await asyncio.open_connection(there, port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(pass_on(reader, its_writer), pass_on(its_reader, writer))

    servers = [await asyncio.start_server(answer, here, port) for port in ports]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_relay(sys.argv[1], sys.argv[2], int(sys.argv[3]) / 1000, list(map(int, sys.argv[4:]))))
