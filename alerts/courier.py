"""The courier: both its steps in one process, until it is told to stop or can no longer do its work.

dossier.notices ─▶ route ─▶ mail.outbox ─▶ send ─▶ SMTP          (mail.book, mail.bytes, mail.ledger)
"""

import contextlib
import signal
import threading
from collections.abc import Callable
from typing import NotRequired, TypedDict, Unpack

from prometheus_client import CollectorRegistry, start_http_server

from alerts.daybook import Daybook
from alerts.links import Links
from alerts.log import Follower
from alerts.message import Letterhead
from alerts.metrics import Figures
from alerts.office import Office
from alerts.route import Router
from alerts.rules import Rules, Ruling
from alerts.send import Sender
from alerts.server import Server
from streams.cluster import Address
from streams.core.moments import Moment
from streams.topics import OUTBOX, prefixed


class Options(TypedDict):
    """What a courier needs to know. All values can be handed to another process.

    `prefix` is that of the topics, and names the groups `<prefix>-route` and `<prefix>-send` (`dunghan` without one);
    `rules` count until others are published; `links` says where a dossier is found in the system that keeps it;
    `replay` says that time is that of the marks in the notices; `detailed` has each decision logged.
    """

    bootstrap: Address
    prefix: str
    rules: Rules
    smtp: Server
    letterhead: Letterhead
    clock: Callable[[], Moment]
    links: NotRequired[Links]
    replay: NotRequired[bool]
    metrics_host: NotRequired[str]
    metrics_port: NotRequired[int | None]
    detailed: NotRequired[bool]


class Courier:
    """One courier; several share the work as members of the same groups."""

    def __init__(self, **options: Unpack[Options]) -> None:
        """Compose the parts; nothing connects before `run`."""
        self._options = options
        self._stopping = threading.Event()
        self._failures: list[BaseException] = []
        self.registry = CollectorRegistry()
        self._figures = Figures(self.registry)
        self._daybook = Daybook(detailed=options.get("detailed", False))

    def run(self) -> None:
        """Work until `stop`.

        Raises LogError when the log or our place in it is lost, Halted when the mail server wants nothing from us: the
        process should end, and its supervisor start it again.
        """
        options = self._options
        router = Router(
            options["bootstrap"],
            prefix=options["prefix"],
            ruling=Ruling(options["rules"]),
            figures=self._figures,
            daybook=self._daybook,
        )
        routing = threading.Thread(target=self._guard, args=(router.run,), name="route")
        routing.start()
        self._guard(self._send)
        routing.join()
        self._daybook.close()
        if self._failures:
            raise self._failures[0]

    def stop(self) -> None:
        """Ask for the end; what is being sent is finished and recorded. May be called from any thread or a signal."""
        self._stopping.set()

    def _may_go_on(self) -> bool:
        return not self._stopping.is_set()

    def _guard(self, step: Callable[[Callable[[], bool]], None]) -> None:
        # Either step's end is the end of both: half a courier would look alive.
        try:
            step(self._may_go_on)
        except Exception as failure:  # noqa: BLE001 - raised again by `run`
            self._failures.append(failure)
        finally:
            self._stopping.set()

    def _send(self, may_go_on: Callable[[], bool]) -> None:
        options = self._options
        with contextlib.ExitStack() as stack:
            port = options.get("metrics_port")
            if port is not None:
                host = options.get("metrics_host", "127.0.0.1")
                served, _ = start_http_server(port, addr=host, registry=self.registry)
                stack.callback(served.server_close)
                stack.callback(served.shutdown)
            sender = Sender(options["bootstrap"], office=self._office(), server=options["smtp"], clock=options["clock"])
            sender.run(may_go_on)

    def _office(self) -> Office:
        options = self._options
        return Office(
            prefix=options["prefix"],
            ruling=Ruling(options["rules"]),
            letterhead=options["letterhead"],
            links=options.get("links", Links()),
            figures=self._figures,
            replay=options.get("replay", False),
            daybook=self._daybook,
        )


def deliver(**options: Unpack[Options]) -> None:
    """Run a courier until SIGTERM or SIGINT; the entry of a process of its own (its main thread). Raises as `run`."""
    courier = Courier(**options)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: courier.stop())
    courier.run()


def settled_to(bootstrap: Address, prefix: str) -> Moment | None:
    """Return the moment of a replay up to which everybody has been told and every mail server has answered.

    None while a partition has not come so far, or has an open mail. Read from outside, from the notes beside the
    committed offsets of the group `<prefix>-send`; a replay is finished when this has reached its last mark.
    """
    group, topic = f"{prefix or 'dunghan'}-send", prefixed(prefix, OUTBOX)
    with contextlib.closing(Follower(bootstrap, group=group, topic=topic)) as follower:
        notes = [position.note for position in follower.positions().values()]
    return min(int(note) for note in notes) if notes and all(notes) else None
