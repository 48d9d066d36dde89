"""The reference as an epoch line names it: by how far its topic was known when the epoch was decided."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from deploy.reading import Stored
from streams.core.editions import Timetable
from streams.core.rulebook import Rulebook
from streams.reference import Reference

Since: TypeAlias = Callable[[int], Iterable[Stored]]
"""The records of the topic from an offset on, as far as there are any now."""


class Ruling:
    """What was known at each position of `reference`; shared by all partitions, each of which is at another.

    The topic is read on where a line names a position that has not been read: what a line knew was there before it.
    """

    def __init__(self, first: Rulebook, since: Since = lambda _: (), *, kind: type[Reference] = Reference) -> None:
        """Know the rules that count before anything was published; `kind` is what makes rules of the records."""
        self._reference = kind(first)
        self._since = since
        self._next = 0
        self._known: dict[int, Timetable] = {}
        self._named: dict[str, Rulebook] = {}
        self._keep()

    @property
    def faults(self) -> tuple[str, ...]:
        """The records that were left out because they cannot be used, each with its reason."""
        return tuple(self._reference.faults)

    def at(self, position: int) -> Timetable | None:
        """Return what was known at a position; None where no record of the topic ends there."""
        if position not in self._known:
            for record in self._since(self._next):
                self._reference.learn(record.offset, record.value)
                self._next = record.offset + 1
                self._keep()
        return self._known.get(position)

    def named(self, version: str) -> Rulebook | None:
        """Return the rules of a version that was known at any position; None where there are none."""
        return self._named.get(version)

    def _keep(self) -> None:
        known = self._reference.known
        self._known[known.position] = known
        for edition in known.editions:
            self._named.setdefault(edition.rules.version, edition.rules)


class Followed:
    """What one partition knows of it; whoever runs the partition again says how far it had read."""

    def __init__(self, known: Timetable) -> None:
        """Begin with this."""
        self.known = known
