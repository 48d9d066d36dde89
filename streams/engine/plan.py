"""What an engine is told to drive."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.border import Step


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step of the way: where its records come from, where its state is kept, and what drives a partition.

    `trail` is the topic of the step's own trail, from which a partition that lost what it keeps of itself takes it up
    again. `compared` is a topic whose last values follow from the state: they are compared with it at each restore.
    """

    source: str
    state: str | None
    build: Callable[[int], Step]
    compared: str | None = None
    trail: str | None = None
