"""A wire between two network devices that loses packets, for kernels without `sch_netem`.

Two TUN devices and a process between them: what the kernel sends into one comes out of the other, or, at random, does
not. TCP on both sides is the kernel's own. `python -m tests.chaos.losing FROM TO PERCENT` passes packets between two
descriptors that it inherits.
"""

import fcntl
import os
import random
import selectors
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.chaos.disk import Unavailable

PACKET: Final = 65_536
_TUNSETIFF: Final = 0x400454CA
_IFF_TUN_NO_PI: Final = 0x1001
"""From linux/if_tun.h: IP packets, without a header of the device's own."""


def _device(name: str) -> int:
    try:
        descriptor = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN_NO_PI))
    except OSError as error:
        raise Unavailable(f"a TUN device needs root and /dev/net/tun: {error}") from error
    return descriptor


@contextmanager
def wire(one: str, other: str, *, percent: float) -> Iterator[None]:
    """Give two devices of these names, joined by a wire that loses so many of a hundred packets."""
    ends = _device(one), _device(other)
    command = [sys.executable, "-m", "tests.chaos.losing", *map(str, ends), str(percent)]
    process = subprocess.Popen(command, pass_fds=ends, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for end in ends:
            os.close(end)
        yield
    finally:
        process.kill()
        process.wait()


def _pass(ends: tuple[int, int], share: float) -> None:
    onward = dict(zip(ends, reversed(ends), strict=True))
    with selectors.DefaultSelector() as selector:
        for end in ends:
            selector.register(end, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                packet = os.read(key.fd, PACKET)
                if random.random() >= share:
                    try:
                        os.write(onward[key.fd], packet)
                    except OSError:
                        continue  # the other device is not up yet: lost as well


if __name__ == "__main__":
    _pass((int(sys.argv[1]), int(sys.argv[2])), float(sys.argv[3]) / 100)
