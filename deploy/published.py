"""What is published in the topic `reference`, read whole from the log."""

from typing import TypeVar

from deploy.reading import Log
from streams.core.rulebook import Rulebook
from streams.reference import Reference
from streams.topics import REFERENCE

R = TypeVar("R", bound=Reference)
Records = tuple[tuple[int, bytes | None], ...]
"""Offset and value of each, in their order."""


def read_reference(log: Log) -> tuple[Records, int]:
    """Return all that is published, and where the topic ends; raises LogUnreadable."""
    start, end = log.bounds(REFERENCE, 0)
    return tuple((one.offset, one.value) for one in log.between(REFERENCE, 0, (start, end))), end


def known_in(log: Log, first: Rulebook, *, kind: type[R]) -> R:
    """Return what is known of all that is published; before any of it the `first` rules count. LogUnreadable."""
    return kind(first).learn_all(read_reference(log)[0])
