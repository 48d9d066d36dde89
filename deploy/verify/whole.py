"""The whole verification: every partition run again, then the mails; what differs, and how complete it is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from deploy.reading import Log
from deploy.verify.checkpoints import Checkpoint, Head
from deploy.verify.differences import Difference, Found
from deploy.verify.mails import Mails, routed
from deploy.verify.partition import Logs, Partition
from deploy.verify.proof import head_of, walk_of
from deploy.verify.rerun import RulesOf
from streams.core.moments import Moment
from streams.topics import NOTICES, TRAIL
from streams.wire.records import Notice, NoticeRecord

_decode = msgspec.json.Decoder(NoticeRecord).decode


class Source(NamedTuple):
    """Where the log is, and by what it was decided."""

    bootstrap: str
    prefix: str
    rules_of: RulesOf
    replay: bool = False


class Verified(NamedTuple):
    """What came of it: of `reached` stages of open dossiers and notices the courier has come to, `answered` ended."""

    found: Found
    heads: tuple[Head, ...]
    epochs: int
    reached: int
    answered: int

    @property
    def ratio(self) -> float:
        """How much of what should have had exactly one outcome has it; 1 where nothing should."""
        return self.answered / self.reached if self.reached else 1.0

    @property
    def lines(self) -> int:
        """How many lines of the trail were read."""
        return sum(head.count for head in self.heads)


def verified(source: Source, checkpoints: Sequence[Checkpoint] = (), *, now: Moment) -> Verified:
    """Verify everything once; raises LogUnreadable. One partition at a time is held in memory."""
    found, heads = Found(), []
    decided: Counter[str] = Counter()
    epochs = reached = answered = 0
    mails = Mails(routed(source.bootstrap, prefix=source.prefix))
    with _log(source) as outputs, _log(source) as trail, _log(source) as events:
        mails.read(outputs)
        for number in range(trail.partitions(TRAIL)):
            it = Partition(
                walk_of(number, checkpoints, prefix=source.prefix), rules_of=source.rules_of, replay=source.replay
            )
            found.add(it.look(Logs(outputs, trail, events), now=now))
            found.add(it.walk.end())
            heads.append(head_of(it.walk))
            decided += it.outcomes.decided
            if it.stopped is not None:
                # What was decided after that cannot be known here; what was told of it is taken at its word.
                decided |= Counter(notice.id for _, _, notice in notices_in(outputs, [number]))
            epochs += it.epochs
            reached, answered = reached + it.outcomes.reached, answered + it.outcomes.answered
        found.add(mails.judged(decided, notices_in(outputs, range(outputs.partitions(NOTICES)))))
    return Verified(found, tuple(heads), epochs, reached + mails.expected, answered + mails.endings)


def notices_in(log: Log, partitions: Iterable[int]) -> Iterator[tuple[int, int, Notice]]:
    """Yield every notice that is kept, with its partition and offset; what cannot be read differs, and is said so."""
    for partition in partitions:
        for record in log.whole(NOTICES, partition):
            try:
                notice = _decode(record.value or b"")
            except msgspec.MsgspecError:
                continue
            if isinstance(notice, Notice):
                yield partition, record.offset, notice


def _log(source: Source) -> Log:
    return Log(source.bootstrap, prefix=source.prefix)


__all__ = ["Difference", "Source", "Verified", "notices_in", "verified"]
