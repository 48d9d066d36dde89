"""From settings to the log and the rules by which it is run once more."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.published import known_in
from deploy.reading import Log
from deploy.replay.day import Day, Twice, day_again
from deploy.rulebook import load_rulebook
from deploy.settings import Settings
from deploy.verify.partition import Logs
from streams.reference import Reference


def day_of(settings: Settings, day: Day, *, folder: Path | None) -> Twice:
    """Return the day once more; raises LogUnreadable, ReferenceError, CannotRun.

    By the rules of the folder, which then count at every time; without one by the reference as it is known today, each
    document from its own moment on.
    """
    with logs_of(settings) as logs:
        first = load_rulebook(folder or settings.reference.folder)
        rules = known_in(logs.outputs, first, kind=Reference) if folder is None else first
        return day_again(logs, day, rules=rules, replay=settings.worker.replay)


@contextmanager
def logs_of(settings: Settings) -> Iterator[Logs]:
    """Give the readers of the log; LogUnreadable."""
    kafka = settings.kafka
    with ExitStack() as stack:
        logs = (stack.enter_context(Log(kafka.cluster, prefix=kafka.prefix)) for _ in Logs.__struct_fields__)
        yield Logs(*logs)
