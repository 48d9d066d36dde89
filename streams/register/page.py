"""The page of the register that one epoch writes: its outputs, and the lines of the trail that say what was done."""

from collections.abc import Sequence

import msgspec

from streams import topics
from streams.border import Epoch, KeyValue
from streams.core.moments import Moment
from streams.register.entries import PARTITION_KEY, VERSION, Partition, Rules, encode_partition
from streams.wire import trail
from streams.wire.records import NoticeRecord

_encode = msgspec.json.Encoder().encode


class Page:
    """What one partition writes, epoch after epoch; the chain of the trail goes on from page to page."""

    def __init__(self, partition: int) -> None:
        """Begin with an empty page and the beginning of the chain."""
        self.partition = partition
        self.chain = trail.Chain()
        self.decisions = 0
        self.begun = False
        self._epoch = Epoch(0, {})
        self._lines: list[KeyValue] = []

    def take_up(self, kept: Partition | None) -> Moment:
        """Go on behind what the partition kept of itself, and return the time that it had come to; 0 without any."""
        self.begun = kept is not None
        self.chain = trail.Chain() if kept is None else trail.Chain(kept.head, kept.length)
        return 0 if kept is None else kept.now

    def turn(self) -> None:
        """Begin the page of the next epoch."""
        self.decisions = 0
        self._lines = []
        self._epoch = Epoch(0, {})

    @property
    def blank(self) -> bool:
        """Whether nothing has been written on it."""
        return not self._lines and not self._epoch.outputs

    def say(self, line: trail.Line) -> None:
        """Add a line to the trail."""
        self._lines.append((None, self.chain.add(line)))

    def notify(self, key: bytes | None, notice: NoticeRecord) -> None:
        """Add a record to the notices."""
        self.write(topics.NOTICES, key, _encode(notice))

    def write(self, topic: topics.Topic, key: bytes | None, value: bytes | None) -> None:
        """Add a record to this partition of a topic."""
        self._epoch.write((topic.name, self.partition), key, value)

    def fill(self, topic: topics.Topic, records: Sequence[KeyValue]) -> None:
        """Add records to this partition of a topic."""
        if records:
            self._epoch.outputs.setdefault((topic.name, self.partition), []).extend(records)

    def close(self, taken: int, now: Moment, rules: Rules) -> Epoch:
        """Return all that was written, as the epoch that took so many records and came to `now` under these rules."""
        kept = Partition(VERSION, self.chain.head, self.chain.length, now, *rules)
        self.write(topics.STATE, PARTITION_KEY, encode_partition(kept))
        if self._lines:
            self._epoch.outputs[topics.TRAIL.name, self.partition] = self._lines
        self._epoch.taken = taken
        return self._epoch
