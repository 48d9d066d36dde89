"""Composition: from settings to a worker that can run. Nothing is built anywhere else."""

from functools import partial

from prometheus_client import CollectorRegistry

from deploy import clock
from deploy.rulebook import load_rulebook
from deploy.settings import Settings
from streams import topics
from streams.engine.connection import Connection
from streams.engine.plan import StepPlan
from streams.engine.surroundings import Pace
from streams.engine.worker import Membership, Worker
from streams.intake.step import Intake
from streams.metrics import EngineMetrics, IntakeMetrics, RegisterMetrics, show_clock
from streams.register.register import Register


def worker_of(settings: Settings) -> tuple[Worker, CollectorRegistry]:
    """Return the stream worker with both its steps, and the registry of its figures; raises ReferenceError."""
    kafka, how = settings.kafka, settings.worker
    group = f"{kafka.prefix}-worker" if kafka.prefix else "dunghan-worker"
    connection = Connection(kafka.bootstrap, kafka.prefix, group, client_id=f"{kafka.client_id}-worker")
    registry = CollectorRegistry()
    show_clock(registry, clock.now)
    intake, decide = IntakeMetrics(registry), RegisterMetrics(registry)
    plans = (
        StepPlan(
            topics.INBOX.name, None, partial(Intake, partitions=kafka.partitions, metrics=intake, replay=how.replay)
        ),
        StepPlan(
            topics.EVENTS.name,
            topics.STATE.name,
            partial(Register, rules=load_rulebook(settings.reference.folder), metrics=decide, replay=how.replay),
        ),
    )
    worker = Worker(
        plans,
        connection=connection,
        membership=Membership(instance_id=how.instance_id, session=how.session_timeout_ms / 1000),
        pace=Pace(clock.now, spacing=how.epoch_ms / 1000),
        metrics=EngineMetrics(registry, tuple(connection.topic(plan.source) for plan in plans)),
    )
    return worker, registry
