"""Every dossier past a stage has exactly one outcome for it: judged here once more, from its history and the rules.

The register keeps appointments; this asks without them. So a deadline that the register forgot is found here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from deploy.verify.differences import Difference, Kind
from deploy.verify.rerun import Rerun
from streams.border import KeyValue
from streams.core.dating import ranking_moments
from streams.core.judgement import judge
from streams.core.moments import datetime_of
from streams.core.rulebook import Rulebook
from streams.core.stages import Stage, stage_id
from streams.register.entries import PARTITION_KEY, Entry
from streams.register.telling import case
from streams.topics import NOTICES
from streams.wire.records import Notice, NoticeRecord, Withdrawal

_decode = msgspec.json.Decoder(NoticeRecord).decode


class Outcomes:
    """One partition: what has been decided, what of it still stands, and for how many stages that is right."""

    def __init__(self, partition: int) -> None:
        """Begin with nothing decided."""
        self.partition = partition
        self.decided: Counter[str] = Counter()
        self._standing: dict[str, dict[str, int]] = {}
        self.reached = 0
        """How many stages open dossiers have passed."""
        self.answered = 0
        """How many of them have exactly one notice that stands."""
        self._counted: dict[bytes, tuple[int, int]] = {}
        self._wrong: set[bytes] = set()

    def forget(self) -> None:
        """Let go of all but what was decided and counted."""
        self._standing, self._counted = {}, {}

    def enter(self, records: Sequence[KeyValue]) -> None:
        """Enter the notices and withdrawals of an epoch."""
        for _, value in records:
            match _decode(value or b""):
                case Notice(id=name, dossier=dossier):
                    standing = self._standing.setdefault(dossier, {})
                    standing[name] = standing.get(name, 0) + 1
                    self.decided[name] += 1
                case Withdrawal(id=name, dossier=dossier):
                    self._standing.get(dossier, {}).pop(name, None)
                case _:
                    continue  # a mark of a replay decides nothing

    def judged(self, rerun: Rerun, keys: Iterable[bytes], *, rules: Rulebook) -> Iterator[Difference]:
        """Judge the dossiers of these keys, and those that were wrong; yields stages without exactly one outcome."""
        again, self._wrong = self._wrong.union(keys), set()
        for key in again:
            entry = None if key == PARTITION_KEY else rerun.entry(key)
            if entry is None or (entry.next_at is not None and entry.next_at <= rerun.register.now):
                self._count(key, 0, 0)  # gone, or about to be decided
                continue
            yield from self._judge(key, entry, rerun.register.now, rules=rules)

    def _judge(self, key: bytes, entry: Entry, now: int, *, rules: Rulebook) -> Iterator[Difference]:
        name, dossier = key.decode(), entry.dossier
        standing = judge(dossier, now=now, rules=rules, dues=ranking_moments(dossier, rules=rules))
        this = case(name, dossier, standing, rules=rules)
        told = self._standing.get(name, {})
        reached = answered = 0
        for point in this.stages:
            if point.at > now:
                continue
            reached += 1
            id_ = stage_id(name, started_at=this.started_at, point=point, unit=this.unit, officer=dossier.officer)
            count = told.get(id_, 0)
            answered += count == 1
            if count != 1:
                self._wrong.add(key)
                yield self._untold(name, point.stage, id_, at=point.at, count=count)
        self._count(key, reached, answered)

    def _count(self, key: bytes, reached: int, answered: int) -> None:
        before = self._counted.pop(key, (0, 0))
        if reached:
            self._counted[key] = (reached, answered)
        self.reached += reached - before[0]
        self.answered += answered - before[1]

    def _untold(self, dossier: str, stage: Stage, name: str, *, at: int, count: int) -> Difference:
        kind = Kind.STAGE_TOLD_TWICE if count else Kind.STAGE_UNTOLD
        told = f"{stage} {name} was reached at {datetime_of(at).isoformat()}, and {count} notices stand"
        return Difference(kind, NOTICES.name, self.partition, dossier, told)
