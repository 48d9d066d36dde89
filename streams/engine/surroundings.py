"""What a lane stands among: the consumer that feeds it, the clock, the cluster, the figures."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from streams.core.moments import Moment
from streams.engine.connection import Connection
from streams.engine.daybook import Daybook
from streams.metrics import EngineMetrics


@dataclass(frozen=True, slots=True)
class Reader:
    """What a lane may ask of the consumer that feeds it."""

    committed: Callable[[TopicPartition], Awaitable[int]]
    end: Callable[[TopicPartition], Awaitable[int]]
    seek: Callable[[TopicPartition, int], Awaitable[None]]
    pause: Callable[[TopicPartition], None]
    resume: Callable[[TopicPartition], None]
    position: Callable[[TopicPartition], int | None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How time enters: the clock, and how far apart the epochs of one partition begin (seconds)."""

    clock: Callable[[], Moment]
    spacing: float = 0.05
    patience: float = 2.0
    """Seconds after which a position that passed without its records is taken back."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all lanes of a worker share."""

    connection: Connection
    reader: Reader
    pace: Pace
    metrics: EngineMetrics
    daybook: Daybook = field(default_factory=Daybook)
