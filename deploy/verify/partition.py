"""One partition: its trail walked and run again, its topics compared with what comes of it, as far as there is any."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from deploy.reading import Log
from deploy.verify.chain import Walk
from deploy.verify.comparing import STATE_KINDS, TALLY_KINDS, Appended, Keyed
from deploy.verify.differences import Difference, Kind
from deploy.verify.outcomes import Outcomes
from deploy.verify.rerun import CannotRun, EpochMissing, EventMissing, Rerun, RulesMissing, RulesOf
from streams.core.moments import Moment
from streams.register.entries import PARTITION_KEY, decode_partition
from streams.topics import EVENTS, NOTICES, STATE, TALLIES, TRAIL
from streams.wire.trail import EpochLine, Skipped

EPOCH: Final = b'{"line":"epoch"'
SKIPPED: Final = b'{"line":"skipped"'
HASH: Final = 75
"""Bytes of a line that are its hash and the name before it."""
KEPT: Final = int(NOTICES.settings["retention.ms"]) // 1000
_decode_epoch = msgspec.json.Decoder(EpochLine).decode
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


class Partition:
    """One partition under verification; each `look` reads what has come since the last."""

    def __init__(self, walk: Walk, *, rules_of: RulesOf, replay: bool) -> None:
        """Begin at the first line of the trail."""
        self.number = walk.partition
        self.walk = walk
        self.rerun = Rerun(self.number, rules_of=rules_of, replay=replay)
        self.outcomes = Outcomes(self.number)
        self.stopped: Difference | None = None
        self.epochs = 0
        self._rules_of = rules_of
        self._rules = ""
        self._state = Keyed(STATE.name, self.number, STATE_KINDS)
        self._tallies = Keyed(TALLIES.name, self.number, TALLY_KINDS)
        self._notices = Appended(NOTICES.name, self.number)
        self._lines: list[tuple[int, bytes]] = []
        self._touched: set[bytes] = set()
        self._told = b""

    def look(self, logs: Logs, *, now: Moment) -> Iterator[Difference]:
        """Read on, compare, and yield what differs; raises LogUnreadable."""
        # What is read of the outputs is then no older than this end of the trail.
        sure = logs.trail.bounds(TRAIL, self.number)[1]
        self._read_outputs(logs.outputs, now)
        self.rerun.events.refill(logs.events.since(EVENTS, self.number, self.rerun.events.next_offset))
        for record in logs.trail.since(TRAIL, self.number, self.walk.offset + 1):
            yield from self.walk.take(record.offset, record.value or b"")
            self._lines.append((record.offset, record.value or b""))
            if self._lines[-1][1].startswith(EPOCH):
                lines, self._lines = self._lines, []
                yield from self._epoch(lines, sure=sure)
        self._end_of_epoch()
        yield from self._compared()

    def _compared(self) -> Iterator[Difference]:
        yield from self._tail()
        if self.stopped is not None:
            yield self.stopped
            return
        for topic in (self._state, self._tallies, self._notices):
            yield from topic.differences()
        touched, self._touched = self._touched, set()
        if (rules := self._rules_of(self._rules)) is not None:
            yield from self.outcomes.judged(self.rerun, touched, rules=rules)

    def _tail(self) -> Iterator[Difference]:
        """Yield it when the state says that there were more lines; it was read before the trail."""
        try:
            length = decode_partition(self._told).length if self._told else 0
        except msgspec.MsgspecError:
            return  # as a record of the state it differs, and that is said
        if length > self.walk.count:
            told = f"{STATE.name} was written after {length} lines; {self.walk.count} are here"
            yield Difference(Kind.TAIL_MISSING, TRAIL.name, self.number, str(self.walk.offset + 1), told)

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
            return
        if offset >= sure:
            self._end_of_epoch()
        self.epochs += 1
        self._rules = line.reference
        outputs = {topic: records for (topic, _), records in epoch.outputs.items()}
        wanted = [value or b"" for _, value in outputs.get(TRAIL.name, ())]
        yield from _unlike(lines, wanted, self.number)
        self._state.wanted(outputs.get(STATE.name, ()))
        self._tallies.wanted(outputs.get(TALLIES.name, ()))
        notices = outputs.get(NOTICES.name, ())
        self._notices.wanted(notices, at=line.clock, sure=offset < sure)
        self.outcomes.enter(notices)
        self._touched.update(key or b"" for key, _ in outputs.get(STATE.name, ()))

    def _end_of_epoch(self) -> None:
        self._state.end_of_epoch()
        self._tallies.end_of_epoch()


def _unlike(found: Sequence[tuple[int, bytes]], wanted: Sequence[bytes], partition: int) -> Iterator[Difference]:
    """Yield the lines of an epoch that are not what comes of running it again; the hash is the walk's matter."""
    if len(found) == len(wanted):
        for (offset, value), like in zip(found, wanted, strict=True):
            if value[:-HASH] != like[:-HASH]:
                told = f"says {_text(value)}; the log gives {_text(like)}"
                yield Difference(Kind.LINE_DIFFERS, TRAIL.name, partition, str(offset), told)
        return
    there, should = {value[:-HASH] for _, value in found}, {value[:-HASH] for value in wanted}
    for offset, value in found:
        if value[:-HASH] not in should:
            told = f"says {_text(value)}, which does not follow from the log"
            yield Difference(Kind.LINE_UNEXPECTED, TRAIL.name, partition, str(offset), told)
    for value in wanted:
        if value[:-HASH] not in there:
            told = f"before this epoch's last line is missing: {_text(value)}"
            yield Difference(Kind.LINE_MISSING, TRAIL.name, partition, str(found[-1][0]), told)


def _text(value: bytes) -> str:
    return value[:-HASH].decode(errors="backslashreplace") + "}"
