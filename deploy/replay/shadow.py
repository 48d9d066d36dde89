"""The shadow policy beside the one that counts: the same log by both, and who would have been told otherwise.

Both run in this process, led by the epoch lines of the trail, each with what was known of the reference at each line.
They differ in the policy alone. Nothing is written: the workers know nothing of it.
"""

import enum
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from deploy.published import known_in
from deploy.reading import Log
from deploy.replay.daybook import ALWAYS, SPOKEN, Daybook, What
from deploy.replay.differing import Difference, How, differing
from deploy.replay.once_more import OnceMore
from deploy.verify.partition import EPOCH, SKIPPED, Logs
from deploy.verify.rerun import CannotRun, RulesMissing
from deploy.verify.ruling import Followed, Ruling
from streams.core.editions import Timetable
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.reference import Reference, Shadowed
from streams.topics import EVENTS, REFERENCE, TRAIL
from streams.wire.trail import EpochLine, Skipped

_decode_epoch = msgspec.json.Decoder(EpochLine).decode
_decode_skipped = msgspec.json.Decoder(Skipped).decode


class Change(enum.StrEnum):
    """How what the shadow would have told differs."""

    MORE = "more"
    LESS = "less"
    SOONER = "sooner"
    LATER = "later"
    OTHERWISE = "otherwise"


class Span(NamedTuple):
    """From which moment of the register's time decisions are compared, and before which."""

    since: Moment
    until: Moment = ALWAYS


def change_of(one: Difference) -> Change:
    """Return how a notice or a withdrawal differs; `now` is the shadow's. Otherwise: to somebody else."""
    if one.then is None or one.now is None:
        return Change.MORE if one.how is How.ONLY_NOW else Change.LESS
    counts, shadows = (each.stage_at or each.at for each in (one.then, one.now))
    if shadows == counts:
        return Change.OTHERWISE
    return Change.SOONER if shadows < counts else Change.LATER


class _Side:
    """One partition by one of both."""

    def __init__(self, ruling: Ruling, partition: int, *, span: Span, replay: bool) -> None:
        self._ruling = ruling
        self._known = Followed(_known(ruling, -1))
        self.again = OnceMore(Daybook(*span), partition=partition, rules=self._known, replay=replay)

    def run(self, line: EpochLine, skipped: Sequence[int]) -> None:
        self._known.known = _known(self._ruling, line.position)
        self.again.run(line, skipped)


def _known(ruling: Ruling, position: int) -> Timetable:
    known = ruling.at(position)
    if known is None:
        raise RulesMissing(f"the reference does not end at position {position}")
    return known


class Partition:
    """One partition by both, as far as its trail was read."""

    def __init__(self, number: int, rulings: Sequence[Ruling], *, span: Span, replay: bool) -> None:
        """Begin at the first line; raises RulesMissing."""
        self._number = number
        self._sides = [_Side(ruling, number, span=span, replay=replay) for ruling in rulings]
        self._offset = 0
        self._lines: list[bytes] = []

    @property
    def books(self) -> tuple[Daybook, Daybook]:
        """What was decided by the policy that counts, and by the shadow."""
        counts, shadows = (side.again.daybook for side in self._sides)
        return counts, shadows

    def follow(self, logs: Logs) -> None:
        """Run what the trail has more, until the span is over; raises LogUnreadable, CannotRun, msgspec errors."""
        trail = logs.trail.since(TRAIL, self._number, self._offset)
        # After the trail: whatever its lines took is there.
        for side, log in zip(self._sides, (logs.events, logs.outputs), strict=True):
            side.again.events.refill(log.since(EVENTS, self._number, side.again.events.next_offset))
            # The one reader that nothing is read from between two records.
            side.again.earlier = partial(logs.reference.some, EVENTS, self._number)
        for record in trail:
            self._offset = record.offset + 1
            self._lines.append(record.value or b"")
            if self._lines[-1].startswith(EPOCH):
                self._epoch(_decode_epoch(self._lines[-1]))
                if all(book.over for book in self.books):
                    return

    def _epoch(self, line: EpochLine) -> None:
        skipped = [_decode_skipped(value).offset for value in self._lines if value.startswith(SKIPPED)]
        self._lines = []
        for side in self._sides:
            side.run(line, skipped)

    def pass_to(self, now: Moment) -> None:
        """Let time pass on both sides, as for a worker that has nothing more to take."""
        for side in self._sides:
            side.again.pass_to(now)


class Beside:
    """Every partition by both policies."""

    def __init__(self, logs: Logs, first: Rulebook, *, span: Span, replay: bool = False) -> None:
        """Prepare; nothing is read."""
        self._logs, self._span, self._replay = logs, span, replay
        since = partial(logs.reference.since, REFERENCE, 0)
        self._rulings = tuple(Ruling(first, since, kind=kind) for kind in (Reference, Shadowed))
        self._partitions: dict[int, Partition] = {}

    def whole(self) -> tuple[list[Difference], int, int]:
        """Return what differs in the whole span, and how many notices both told; one partition is held at a time.

        Raises LogUnreadable, CannotRun.
        """
        found: list[Difference] = []
        told = [0, 0]
        for number in range(self._logs.trail.partitions(TRAIL)):
            with _named(number):
                it = self._begin(number)
                it.follow(self._logs)
                it.pass_to(self._span.until - 1)
            found += _told(it.books)
            told = [before + _notices(book) for before, book in zip(told, it.books, strict=True)]
        return found, told[0], told[1]

    def look(self) -> Iterator[Difference]:
        """Yield what differs in the epochs since the last look; raises LogUnreadable, CannotRun."""
        for number in range(self._logs.trail.partitions(TRAIL)):
            with _named(number):
                it = self._partitions.get(number) or self._begin(number)
                self._partitions[number] = it
                it.follow(self._logs)
            yield from _told(it.books)
            for book in it.books:
                book.decisions.clear()

    def _begin(self, number: int) -> Partition:
        return Partition(number, self._rulings, span=self._span, replay=self._replay)


class _named:  # noqa: N801 - read as a word: with _named(partition)
    """Says in which partition something cannot be run."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (CannotRun, msgspec.MsgspecError)):
            raise CannotRun(f"partition {self._number}: {error}; `dunghan verify` says more") from error


def _told(books: tuple[Daybook, Daybook]) -> Iterator[Difference]:
    counts, shadows = ([one for one in book.decisions if one.what in SPOKEN] for book in books)
    return (one for one in differing(counts, shadows) if not _same(one))


def _same(one: Difference) -> bool:
    """Return whether both told the same of the same to the same at the same moment, for other reasons."""
    then, now = one.then, one.now
    return then is not None and now is not None and (then.id, then.stage_at) == (now.id, now.stage_at)


def _notices(book: Daybook) -> int:
    return sum(one.what is What.NOTICE for one in book.decisions)


def shadow_of(log: Log, first: Rulebook, *, now: Moment) -> tuple[Moment, str] | None:
    """Return since when the shadow of a moment has been one, and its version; None without one; LogUnreadable."""
    return known_in(log, first, kind=Shadowed).shadow_at(now)
