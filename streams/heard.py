"""Who was heard of in a batch: sources and units, how much of it was rejected or late, and what is written of it.

A source is heard when an event of its own is taken, a unit when one that names it is (`submitted`, `accepted`,
`transferred`, `observed`; the others do not say whose dossier it is). Silence is judged by these moments of arrival,
so they are kept in `dossier.heard` and not only in the memory of a worker.
"""

from collections import Counter
from collections.abc import Container, Iterator
from typing import Final, NamedTuple

import msgspec

from streams.core.moments import Moment
from streams.wire.cloudevents import Sent
from streams.wire.records import Heard, Speaker

LATE: Final = 86_400
"""Seconds between what happened and its arrival beyond which an event was synchronised late (as R11: 24 hours)."""
SPACING: Final = 60
"""Seconds between two records of one speaker at the least: a silence is counted in hours."""
MOST: Final = 1_000
"""Speakers of a partition that are written of beside those known beforehand: whoever may write can invent names."""
UNNAMED: Final = "?"
"""The source of what names none that may be shown."""


class Spoken(NamedTuple):
    """How many events of a speaker were taken, how many of them were late, and when the last arrived."""

    times: int
    late: int
    last: Moment


class Batch:
    """The speakers of one batch."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.rejected: Counter[str] = Counter()
        # How many, how many of them late, and the last arrival, by source and unit: one look for each event.
        self._pairs: dict[tuple[str, str | None], tuple[int, int, Moment]] = {}

    def take(self, sent: Sent, arrived_at: Moment, *, age: int) -> None:
        """Count an event that was taken, `age` seconds after it happened, for its source and the unit that it names."""
        pair = sent.envelope.source, getattr(sent.data, "unit", None)
        times, late, last = self._pairs.get(pair, (0, 0, arrived_at))
        self._pairs[pair] = times + 1, late + (age > LATE), max(last, arrived_at)

    def reject(self, source: str) -> None:
        """Count a record that was rejected; an empty source is one that cannot be told."""
        self.rejected[source or UNNAMED] += 1

    def spoken(self) -> dict[tuple[Speaker, str], Spoken]:
        """Return what each speaker said."""
        found: dict[tuple[Speaker, str], Spoken] = {}
        for (source, unit), (times, late, last) in self._pairs.items():
            for who in ((Speaker.SOURCE, source), (Speaker.UNIT, unit)):
                if who[1] is not None:
                    before = found.get((who[0], who[1]), Spoken(0, 0, last))
                    after = Spoken(before.times + times, before.late + late, max(before.last, last))
                    found[who[0], who[1]] = after
        return found


class Minutes:
    """What a partition of the inbox has written of its speakers: each at most once in SPACING, MOST of them.

    Those that are `known` beforehand are written of however many there are: nobody's inventions make them fall silent.
    What was said by the others beyond MOST is counted in `left_out`, by kind of speaker.
    """

    def __init__(self, partition: int, known: Container[tuple[Speaker, str]] = ()) -> None:
        """Begin with nothing written; after a restart each speaker is written of again with its next event."""
        self.left_out: Counter[Speaker] = Counter()
        self._partition, self._known, self._strangers = partition, known, 0
        self._written: dict[tuple[Speaker, str], Moment] = {}

    def records(self, batch: Batch) -> Iterator[tuple[bytes, bytes]]:
        """Yield the records of `dossier.heard` that a batch gives rise to."""
        for (speaker, name), (times, _, at) in batch.spoken().items():
            before = self._written.get((speaker, name))
            if before is None and not self._admit(speaker, name):
                self.left_out[speaker] += times
            # Backwards too: where a broker's clock was ahead, the moments after its mending are the true ones.
            elif before is None or abs(at - before) >= SPACING:
                self._written[speaker, name] = at
                heard = Heard(partition=self._partition, speaker=speaker, name=name, at=at)
                yield f"{self._partition}/{speaker}/{name}".encode(), msgspec.json.encode(heard)

    def _admit(self, speaker: Speaker, name: str) -> bool:
        if (speaker, name) in self._known:
            return True
        self._strangers += 1
        return self._strangers <= MOST
