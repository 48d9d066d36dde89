"""A courier of a storm, as a process: `python -m tests.chaos.courier_at_work BOOTSTRAP PREFIX ORDERS`.

Its clock is the wall's, moved so that the storm happens on a Friday in 2020. `die_at` lets it kill itself, once, at one
step of a mail's way; a file says that it has done so.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec

import alerts.takeover
from alerts.core.pace import Rates
from alerts.core.people import Directory
from alerts.core.policy import Policy
from alerts.courier import Options, deliver
from alerts.log import Writer
from alerts.message import Letterhead
from alerts.rules import Rules
from alerts.server import Server


class Orders(msgspec.Struct):
    """What a storm asks of a courier."""

    smtp_port: int
    begun: float
    """The wall's time at which the storm's own clock shows `moment`."""
    moment: int
    connections: int = 8
    final_patience: float = 600.0
    per_second: float = 0.0
    die_at: str = ""
    died: str = ""


def options(bootstrap: str, prefix: str, orders: Orders) -> Options:
    return Options(
        bootstrap=bootstrap,
        prefix=prefix,
        # Nobody is known but by what was published.
        rules=Rules("", Directory(), Policy()),
        smtp=Server(
            host="127.0.0.1",
            port=orders.smtp_port,
            connections=orders.connections,
            final_patience=orders.final_patience,
            rates=Rates(per_second=orders.per_second),
        ),
        letterhead=Letterhead(address="dunghan@x.example", domain="x.example"),
        clock=lambda: orders.moment + int(time.time() - orders.begun),  # noqa: TID251 - the shell's clock
    )


class Mortal(Writer):
    """A writer that ends its own process, without a word, at the step it was told."""

    orders: Orders

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        noted = self._is_open
        with super().transaction() as writer:
            yield writer
            self._die_if("outcome" if noted else "intent", flush=True)
        self._die_if("committed" if noted else "intended")

    def note(self, topic: str, record: tuple[str, bytes], *, partition: int, noted: Callable[[], None]) -> None:
        def known() -> None:
            self._die_if("noted")
            noted()

        super().note(topic, record, partition=partition, noted=known)

    def _die_if(self, step: str, *, flush: bool = False) -> None:
        if self.orders.die_at != step or Path(self.orders.died).exists():
            return
        if flush:
            self._producer.flush()
        Path(self.orders.died).write_text(step, encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)


def main(bootstrap: str, prefix: str, orders_file: str) -> None:
    orders = msgspec.json.decode(Path(orders_file).read_bytes(), type=Orders)
    if orders.die_at:
        Mortal.orders = orders
        # The one thing here that is not the courier's own.
        vars(alerts.takeover)["Writer"] = Mortal
    deliver(**options(bootstrap, prefix, orders))


if __name__ == "__main__":
    main(*sys.argv[1:4])
