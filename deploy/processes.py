"""Composition: from settings to a worker that can run. Nothing is built anywhere else."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from prometheus_client import CollectorRegistry

from deploy import clock
from deploy.admin import TopicAdmin
from deploy.expected import expected_of
from deploy.layout import Fault, Layout
from deploy.rulebook import load_rulebook
from deploy.settings import Settings
from streams import topics
from streams.engine.connection import Connection
from streams.engine.daybook import Daybook
from streams.engine.following import Followed
from streams.engine.plan import StepPlan
from streams.engine.surroundings import Pace
from streams.engine.worker import Membership, Worker
from streams.intake.step import Intake
from streams.metrics import EngineMetrics, IntakeMetrics, RegisterMetrics, show_clock
from streams.reference import Shown
from streams.register.register import Register
from streams.wire.records import Speaker

NONE: Mapping[int, frozenset[int]] = MappingProxyType({})


class WrongTopics(Exception):
    """The topics are not as the design says, and a worker on them would do harm; a line for each, with the remedy."""


def check_topics(settings: Settings) -> None:
    """Raise WrongTopics, or AdminError if the cluster does not answer. Copies are the cluster's operator's matter."""
    kafka = settings.kafka
    found = TopicAdmin(kafka.cluster, Layout(kafka.prefix, kafka.partitions, kafka.replication)).plan()
    wrong = [each for each in found if each.fault is not Fault.COPIES]
    if wrong:
        lines = [
            f"{each.topic}: {each.fault} {each.setting}: {each.found} instead of {each.wanted}; {each.remedy}"
            for each in wrong
        ]
        raise WrongTopics("\n".join(lines))


def worker_of(settings: Settings, skipped: Mapping[int, frozenset[int]] = NONE) -> tuple[Worker, CollectorRegistry]:
    """Return the stream worker with both its steps, and the registry of its figures; raises ReferenceError.

    `skipped` names records of `dossier.events` to pass over: partition → offsets.
    """
    kafka, how = settings.kafka, settings.worker
    group = f"{kafka.prefix}-worker" if kafka.prefix else "dunghan-worker"
    connection = Connection(kafka.cluster, kafka.prefix, group, client_id=f"{kafka.client_id}-worker")
    registry = CollectorRegistry()
    show_clock(registry, clock.now)
    known = expected_of(settings.reference.folder, now=clock.now()).named
    intake = IntakeMetrics(registry, [name for speaker, name in known if speaker is Speaker.SOURCE])
    inbox = partial(Intake, partitions=kafka.partitions, metrics=intake, replay=how.replay, known=known)
    reference = Shown(load_rulebook(settings.reference.folder), decide := RegisterMetrics(registry))

    def register(partition: int) -> Register:
        skip = skipped.get(partition, frozenset())
        return Register(partition, rules=reference, metrics=decide, replay=how.replay, skipped=skip)

    follows = {"compared": topics.TALLIES.name, "trail": topics.TRAIL.name}
    plans = (
        StepPlan(topics.INBOX.name, None, inbox),
        StepPlan(topics.EVENTS.name, topics.STATE.name, register, **follows),
    )
    worker = Worker(
        plans,
        connection=connection,
        membership=Membership(instance_id=how.instance_id, session=how.session_timeout_ms / 1000),
        pace=Pace(clock.now, spacing=how.epoch_ms / 1000),
        metrics=EngineMetrics(registry, tuple(connection.topic(plan.source) for plan in plans)),
        followed=Followed(topics.REFERENCE.name, reference.learn),
        daybook=Daybook(detailed=settings.logs.level == "debug"),
    )
    return worker, registry
