"""The engine without Kafka: topics are lists in memory, an epoch is applied at once; for replays and tests.

Same border, same promises: records in order, each once, outputs and position together, state restored from its topic.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from streams.border import Destination, Epoch, KeyValue, Step
from streams.core.moments import Moment
from streams.engine.plan import StepPlan

SLICE = 2_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as a reader of a topic in memory sees it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(slots=True)
class Topics:
    """What outlives a worker: the records of every partition, and the positions that were committed with them."""

    records: dict[Destination, list[Stored]] = field(default_factory=lambda: defaultdict(list))
    positions: dict[Destination, int] = field(default_factory=lambda: defaultdict(int))

    def append(self, to: Destination, records: list[KeyValue], *, now: Moment) -> None:
        """Add records at the end of a partition, stamped with the time."""
        kept = self.records[to]
        kept += [Stored(place, now * 1000, *record) for place, record in enumerate(records, start=len(kept))]

    def last(self, topic: str, partition: int) -> dict[bytes, bytes]:
        """Return the last value of every key of a partition that is not deleted."""
        values = {record.key: record.value for record in self.records.get((topic, partition), ())}
        return {key: value for key, value in values.items() if key is not None and value is not None}


class MemoryEngine:
    """Drives steps over the topics; a new one over the same topics is a worker that starts again."""

    def __init__(self, topics: Topics, plans: tuple[StepPlan, ...], *, partitions: int) -> None:
        """Restore every partition of every plan from the topics; `differences` are those a step found at it."""
        self._topics = topics
        self.differences: list[str] = []
        self._steps: dict[Destination, Step] = {}
        for plan in plans:
            for partition in range(partitions):
                step = self._steps[plan.source, partition] = plan.build(partition)
                state = topics.records.get((plan.state, partition), []) if plan.state else []
                step.restore([(record.key, record.value) for record in state if record.key is not None])
                if plan.trail and step.headless:
                    step.follow(record.value or b"" for record in topics.records.get((plan.trail, partition), ()))
                self.differences += step.compare(topics.last(plan.compared, partition)) if plan.compared else ()

    def run(self, now: Moment) -> int:
        """Take all that is there, let time pass to `now`, and return how many epochs it took."""
        epochs = 0
        while sum(self._once(source, step, now) for source, step in self._steps.items()):
            epochs += 1
        return epochs

    def steps(self, source: str) -> Iterator[Step]:
        """Yield the steps over a topic, partition by partition."""
        return (step for (topic, _), step in self._steps.items() if topic == source)

    def _once(self, source: Destination, step: Step, now: Moment) -> bool:
        position, records = self._topics.positions[source], self._topics.records[source]
        batch = records[position : position + SLICE]
        if not batch and (step.next_at is None or step.next_at > now):
            return False
        if batch and (offsets := step.needs(batch)):
            step.give_back([records[offset] for offset in offsets])
        epoch = step.take(batch, now=now, behind=position + len(batch) < len(records)) if batch else step.tick(now)
        self._commit(source, epoch, position + epoch.taken, now=now)
        return bool(epoch.taken or epoch.outputs)

    def _commit(self, source: Destination, epoch: Epoch, position: int, *, now: Moment) -> None:
        for to, records in epoch.outputs.items():
            self._topics.append(to, records, now=now)
        self._topics.positions[source] = position
