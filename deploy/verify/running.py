"""The process of `audit --watch`: until it is asked to stop."""

import signal
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event
from typing import Final

from deploy.health import served
from deploy.settings import Settings
from deploy.verify.composing import watch_of
from streams.core.moments import Moment

SECONDS: Final = 15.0
"""Between one look and the next."""


def watch(settings: Settings, clock: Callable[[], Moment]) -> None:
    """Watch, and serve the figures where a port is set.

    Raises ReferenceError, PeopleUnusable, KeyUnusable, ForgedCheckpoints before it begins; OSError when it cannot sign
    or listen.
    """
    asked_to_stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.set())
    it, registry = watch_of(settings)
    with ExitStack() as stack:
        if (port := settings.audit.metrics_port) is not None:
            # Whether all is well is the heartbeat's to say; a supervisor that started it again would help nobody.
            asked = {"live": lambda: True, "ready": lambda: True}
            stack.enter_context(served(registry, host=settings.audit.metrics_host, port=port, **asked))
        it.run(lambda seconds: not asked_to_stop.wait(seconds), clock, seconds=SECONDS)
