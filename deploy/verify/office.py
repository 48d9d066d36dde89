"""`office.acts` under verification: does each line follow, had what needs it a second person's consent?"""

from collections.abc import Iterator
from typing import NamedTuple

from deploy.consenting.people import People
from deploy.consenting.watching import Needed, without_consent
from deploy.reading import Log
from deploy.verify.chain import Walk
from deploy.verify.differences import Difference, Kind
from streams.topics import ACTS
from streams.wire.acts import AnyAct, act_in


class Consents(NamedTuple):
    """Who may consent, on which topic of acts, and for which acts it is needed."""

    people: People
    topic: str
    needed: Needed


class Office:
    """The acts as far as they were read."""

    def __init__(self, walk: Walk, consents: Consents | None) -> None:
        """Begin before the first; without `consents` nobody asks for any."""
        self.walk = walk
        self._consents = consents
        self._acts: list[tuple[int, AnyAct]] = []
        self._seen = 0

    def fresh(self) -> list[AnyAct]:
        """Return the acts that were read since the last call."""
        seen, self._seen = self._seen, len(self._acts)
        return [act for _, act in self._acts[seen:]]

    def look(self, log: Log) -> Iterator[Difference]:
        """Yield what is wrong with the acts since the last look; raises LogUnreadable."""
        seen = len(self._acts)
        for record in log.since(ACTS, 0, self.walk.offset + 1):
            yield from self.walk.take(record.offset, record.value or b"")
            try:
                self._acts.append((record.offset, act_in((record.value or b"").decode())))
            except ValueError:
                continue  # of a kind that this program does not know; the chain holds it all the same
        if self._consents is not None:
            people, topic, needed = self._consents
            acts = [act for _, act in self._acts]
            for one in without_consent(acts, people, topic=topic, needed=needed, first=seen):
                place = str(self._acts[one.number][0])
                yield Difference(Kind.ACT_WITHOUT_CONSENT, ACTS.name, 0, place, one.told)
