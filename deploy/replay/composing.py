"""From settings to the log and the rules by which it is run once more."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.reading import Log
from deploy.replay.day import Day, Twice, day_again
from deploy.rulebook import load_rulebook
from deploy.settings import Settings
from deploy.verify.partition import Logs
from streams.core.editions import Known
from streams.core.rulebook import Rulebook
from streams.reference import Reference
from streams.topics import REFERENCE


def day_of(settings: Settings, day: Day, *, folder: Path | None) -> Twice:
    """Return the day once more; raises LogUnreadable, ReferenceError, CannotRun.

    By the rules of the folder, which then count at every time; without one by the reference as it is known today, each
    document from its own moment on.
    """
    with logs_of(settings) as logs:
        rules = _known(settings, logs.outputs) if folder is None else load_rulebook(folder)
        return day_again(logs, day, rules=rules, replay=settings.worker.replay)


@contextmanager
def logs_of(settings: Settings) -> Iterator[Logs]:
    """Give the readers of the log; LogUnreadable."""
    kafka = settings.kafka
    with ExitStack() as stack:
        logs = (stack.enter_context(Log(kafka.cluster, prefix=kafka.prefix)) for _ in Logs.__struct_fields__)
        yield Logs(*logs)


def _known(settings: Settings, log: Log) -> Rulebook | Known:
    reference = Reference(load_rulebook(settings.reference.folder))
    for record in log.whole(REFERENCE, 0):
        reference.learn(record.offset, record.value)
    return reference
