"""One partition: its trail walked and run again, its topics compared with what comes of it, as far as there is any."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import msgspec

from deploy.reading import Log
from deploy.verify.chain import Walk
from deploy.verify.comparing import STATE_KINDS, TALLY_KINDS, Appended, Keyed
from deploy.verify.differences import Difference, Kind
from deploy.verify.lines import unlike
from deploy.verify.mails import Awaited
from deploy.verify.outcomes import Outcomes
from deploy.verify.rerun import CannotRun, EpochMissing, EventMissing, Rerun, RulesMissing
from deploy.verify.ruling import Ruling
from streams.core.moments import Moment
from streams.register.entries import PARTITION_KEY, decode_partition
from streams.topics import EVENTS, NOTICES, STATE, TALLIES, TRAIL
from streams.wire.records import Notice, NoticeRecord
from streams.wire.trail import EpochLine, Skipped

EPOCH: Final = b'{"line":"epoch"'
SKIPPED: Final = b'{"line":"skipped"'
AGAIN: Final = 0.2
"""Seconds before the trail is read again where the state knows of more lines."""
KEPT: Final = int(NOTICES.settings["retention.ms"]) // 1000
_decode_epoch = msgspec.json.Decoder(EpochLine).decode
_decode_notice = msgspec.json.Decoder(NoticeRecord).decode
_decode_skipped = msgspec.json.Decoder(Skipped).decode
_WHY: Final[dict[type[Exception], Kind]] = {
    EventMissing: Kind.EVENT_MISSING,
    EpochMissing: Kind.EPOCH_MISSING,
    RulesMissing: Kind.RULES_MISSING,
}


class Logs(msgspec.Struct, frozen=True):
    """Readers of the same log, one for each topic that is read side by side."""

    outputs: Log
    trail: Log
    events: Log
    reference: Log


class Partition:
    """One partition under verification; each `look` reads what has come since the last."""

    def __init__(self, walk: Walk, rerun: Rerun, *, ruling: Ruling) -> None:
        """Begin at the first line of the trail, and of what is run again."""
        self.number = walk.partition
        self.walk = walk
        self.rerun = rerun
        self.outcomes = Outcomes(self.number)
        self.stopped: Difference | None = None
        self.epochs = 0
        self._ruling = ruling
        self._rules = self._judged_by = ""
        self._state = Keyed(STATE.name, self.number, STATE_KINDS)
        self._tallies = Keyed(TALLIES.name, self.number, TALLY_KINDS)
        self._notices = Appended(NOTICES.name, self.number)
        self._lines: list[tuple[int, bytes]] = []
        self._touched: set[bytes] = set()
        self._fresh: list[Awaited] = []
        self._believed: set[str] = set()
        self._told = b""

    def fresh(self) -> list[Awaited]:
        """Return the notices that the last look read in their topic."""
        fresh, self._fresh = self._fresh, []
        if self.stopped is not None:
            # What was decided since cannot be known here: that it was is taken from the topic.
            self._believed.update(one.id for one in fresh)
        return fresh

    def decided(self, notice: str) -> int:
        """Return how often the notice was decided here."""
        return self.outcomes.decided[notice] or int(notice in self._believed)

    def forget(self) -> None:
        """Let go of everything but the counts; nothing can be looked at afterwards."""
        self.rerun = Rerun(self.number, ruling=self._ruling)
        self._state = Keyed(STATE.name, self.number, STATE_KINDS)
        self._tallies = Keyed(TALLIES.name, self.number, TALLY_KINDS)
        self._notices = Appended(NOTICES.name, self.number)
        self.outcomes.forget()

    def look(self, logs: Logs, *, sure: int, now: Moment) -> Iterator[Difference]:
        """Read on, compare, and yield what differs; raises LogUnreadable.

        The outputs of what stands in the trail before `sure` must be there.
        """
        self._read_outputs(logs.outputs, now)
        for last in (False, False, True):
            yield from self._read_trail(logs, sure=sure)
            if last or self._length() <= self.walk.count:
                break
            time.sleep(AGAIN)  # the end of a transaction shows in one partition a little before the other
        self._end_of_epoch()
        yield from self._compared()

    def _read_trail(self, logs: Logs, *, sure: int) -> Iterator[Difference]:
        records = logs.trail.since(TRAIL, self.number, self.walk.offset + 1)
        # After the trail: whatever its lines took is there.
        self.rerun.events.refill(logs.events.since(EVENTS, self.number, self.rerun.events.next_offset))
        self.rerun.earlier = partial(logs.outputs.some, EVENTS, self.number)
        for record in records:
            yield from self.walk.take(record.offset, record.value or b"")
            self._lines.append((record.offset, record.value or b""))
            if self._lines[-1][1].startswith(EPOCH):
                lines, self._lines = self._lines, []
                yield from self._epoch(lines, sure=sure)

    def _compared(self) -> Iterator[Difference]:
        yield from self._tail()
        if self.stopped is not None:
            return
        for topic in (self._state, self._tallies, self._notices):
            yield from topic.differences()
        yield from self._judged()

    def _judged(self) -> Iterator[Difference]:
        """Judge what was touched; all, once all have been judged by other rules than at the last look."""
        if (rules := self._ruling.named(self._rules)) is None or not self.rerun.settled:
            return
        if self._judged_by not in {"", self._rules}:
            self._touched.update(self.rerun.state)
        touched, self._touched, self._judged_by = self._touched, set(), self._rules
        yield from self.outcomes.judged(self.rerun, touched, rules=rules)

    def _tail(self) -> Iterator[Difference]:
        if (length := self._length()) > self.walk.count:
            told = f"{STATE.name} was written after {length} lines; {self.walk.count} are here"
            yield Difference(Kind.TAIL_MISSING, TRAIL.name, self.number, str(self.walk.offset + 1), told)
        # A worker writes an epoch whole, its last line with it; whoever added lines by hand has not.
        lines, self._lines = self._lines, []
        for offset, _ in lines:
            told = "stands after the last epoch's last line, so no epoch wrote it"
            yield Difference(Kind.LINE_UNEXPECTED, TRAIL.name, self.number, str(offset), told)

    def _length(self) -> int:
        """Return how many lines of the trail the state, which was read before it, knows of."""
        try:
            return decode_partition(self._told).length if self._told else 0
        except msgspec.MsgspecError:
            return 0  # as a record of the state it differs, and that is said

    def _read_outputs(self, log: Log, now: Moment) -> None:
        for topic, keyed in ((STATE, self._state), (TALLIES, self._tallies)):
            for record in log.since(topic, self.number, keyed.next_offset):
                keyed.found(record.offset, record.key or b"", record.value)
                if record.key == PARTITION_KEY and record.value:
                    self._told = record.value
        if log.bounds(NOTICES, self.number)[0]:
            self._notices.kept_since = now - KEPT
        for record in log.since(NOTICES, self.number, self._notices.next_offset):
            self._notices.found(record.offset, record.value or b"")
            with contextlib.suppress(msgspec.MsgspecError):  # as a record that nothing gives, it is told of
                if isinstance(notice := _decode_notice(record.value or b""), Notice):
                    self._fresh.append(Awaited(self.number, record.offset, notice.id, notice.stage, notice.dossier))

    def _epoch(self, lines: Sequence[tuple[int, bytes]], *, sure: int) -> Iterator[Difference]:
        """Run one epoch again and compare its lines; the topics are compared when the trail has been read."""
        if self.stopped is not None:
            return
        offset, last = lines[-1]
        try:
            line = _decode_epoch(last)
            skipped = [_decode_skipped(value).offset for _, value in lines if value.startswith(SKIPPED)]
            epoch = self.rerun.run(line, skipped)
        except (CannotRun, msgspec.MsgspecError) as error:
            kind = _WHY.get(type(error), Kind.CANNOT_RUN)
            told = f"{error}; the partition is not verified from here on"
            self.stopped = Difference(kind, TRAIL.name, self.number, str(offset), told)
            yield self.stopped
            return
        if offset >= sure:
            self._end_of_epoch()
        self.epochs += 1
        self._rules = line.reference
        outputs = {topic: records for (topic, _), records in epoch.outputs.items()}
        wanted = [value or b"" for _, value in outputs.get(TRAIL.name, ())]
        yield from unlike(lines, wanted, self.number)
        self._state.wanted(outputs.get(STATE.name, ()))
        self._tallies.wanted(outputs.get(TALLIES.name, ()))
        notices = outputs.get(NOTICES.name, ())
        self._notices.wanted(notices, at=line.clock, sure=offset < sure)
        self.outcomes.enter(notices)
        self._touched.update(key or b"" for key, _ in outputs.get(STATE.name, ()))

    def _end_of_epoch(self) -> None:
        self._state.end_of_epoch()
        self._tallies.end_of_epoch()
