"""What a topic should hold against what it holds, while both grow.

A log is read topic by topic, so on a living one what was read of the outputs may be behind what was run again. So the
two are compared at every end of an epoch: a topic is right if it was as it should be at one such end which is no older
than the moment at which reading began.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from deploy.verify.differences import Difference, Kind
from streams.border import KeyValue
from streams.core.moments import Moment

STATE_KINDS = (Kind.STATE_MISSING, Kind.STATE_UNEXPECTED, Kind.STATE_DIFFERS)
TALLY_KINDS = (Kind.TALLY_MISSING, Kind.TALLY_UNEXPECTED, Kind.TALLY_DIFFERS)
"""What is said where a key is missing, should not be there, or has another value."""


class Keyed:
    """One partition of a compacted topic: the last value of each key counts; values are kept as hashes."""

    def __init__(self, topic: str, partition: int, kinds: tuple[Kind, Kind, Kind]) -> None:
        """Begin empty on both sides."""
        self._topic, self._partition, self._kinds = topic, partition, kinds
        self._wanted: dict[bytes, bytes] = {}
        self._found: dict[bytes, bytes] = {}
        self._places: dict[bytes, int] = {}
        self._unlike: set[bytes] = set()
        self._least: frozenset[bytes] | None = None
        self.next_offset = 0

    def found(self, offset: int, key: bytes, value: bytes | None) -> None:
        """Enter a record as the topic holds it."""
        self._put(self._found, key, value)
        self._places[key] = offset
        self.next_offset = offset + 1

    def wanted(self, records: Sequence[KeyValue]) -> None:
        """Enter what an epoch should have written."""
        for key, value in records:
            self._put(self._wanted, key or b"", value)

    def end_of_epoch(self) -> None:
        """Take note of how the two stand now; called only for ends that may count."""
        if self._least is None or len(self._unlike) < len(self._least):
            self._least = frozenset(self._unlike)

    def differences(self) -> Iterator[Difference]:
        """Yield in what the topic differed at the best end since the last call (now, if there was none)."""
        unlike = self._least if self._least is not None else self._unlike
        self._least = None
        missing, unexpected, differs = self._kinds
        for key in sorted(unlike & self._unlike):
            kind = missing if key not in self._found else unexpected if key not in self._wanted else differs
            place = f"{self._places[key]} ({_shown(key)})" if key in self._places else _shown(key)
            yield Difference(kind, self._topic, self._partition, place, _WORDS[self._kinds.index(kind)])

    def _put(self, side: dict[bytes, bytes], key: bytes, value: bytes | None) -> None:
        if value is None:
            side.pop(key, None)
        else:
            side[key] = hashlib.blake2b(value, digest_size=16).digest()
        if self._wanted.get(key) == self._found.get(key):
            self._unlike.discard(key)
        else:
            self._unlike.add(key)


_WORDS = (
    "the record is not there",
    "nothing in the log gives this record",
    "the bytes are not those that follow from the log",
)


def _shown(key: bytes) -> str:
    return key.decode(errors="backslashreplace")


class _Wanted(NamedTuple):
    value: bytes
    at: Moment
    sure: bool


class Appended:
    """One partition of a topic to which is only added; what it should hold is given epoch by epoch.

    The topic may begin later than the log (`kept_since`): what was decided before that need not be there.
    """

    def __init__(self, topic: str, partition: int) -> None:
        """Begin empty on both sides."""
        self._topic, self._partition = topic, partition
        self._wanted: deque[_Wanted] = deque()
        self._found: deque[tuple[int, bytes]] = deque()
        self._seen: set[bytes] = set()
        self.next_offset = 0
        self.kept_since: Moment | None = None

    def found(self, offset: int, value: bytes) -> None:
        """Enter a record as the topic holds it."""
        self._found.append((offset, value))
        self.next_offset = offset + 1

    def wanted(self, records: Sequence[KeyValue], *, at: Moment, sure: bool) -> None:
        """Enter what an epoch at a moment should have written; `sure`: it was there before we read the topic."""
        self._wanted.extend(_Wanted(value or b"", at, sure) for _, value in records)
        self._settle()

    def _settle(self) -> None:
        while self._wanted and self._found:
            if self._wanted[0].value == self._found[0][1]:
                self._seen.add(_id(self._found[0][1]))
                self._wanted.popleft()
                self._found.popleft()
            elif self.kept_since is not None and self._wanted[0].at < self.kept_since:
                self._wanted.popleft()
            else:
                return

    def differences(self) -> Iterator[Difference]:
        """Yield in what the topic differs, and go on after it."""
        self._settle()
        there = Counter(value for _, value in self._found)
        sure = Counter(one.value for one in self._wanted if one.sure and not self._too_old(one))
        missing, over = sure - there, there - Counter(one.value for one in self._wanted)
        for value, count in missing.items():
            yield from [self._at(Kind.NOTICE_MISSING, (self._end(), value), "is not there")] * count
        moved = not missing and not over
        # Of what stands there twice the later one is the repeat.
        for offset, value in reversed(self._found):
            if _took(over, value):
                yield self._over(offset, value)
        if self._found and moved:
            yield self._at(Kind.NOTICE_MOVED, self._found[0], "does not stand in the order of the log")
        self._seen.update(_id(value) for value in there)
        self._wanted = deque(one for one in self._wanted if not one.sure and not _took(there, one.value))
        self._found.clear()

    def _over(self, offset: int, value: bytes) -> Difference:
        if _id(value) in self._seen or any(one.value == value for one in self._wanted):
            return self._at(Kind.NOTICE_REPEATED, (offset, value), "stands there again")
        return self._at(Kind.NOTICE_UNEXPECTED, (offset, value), "nothing in the log gives it")

    def _too_old(self, one: _Wanted) -> bool:
        return self.kept_since is not None and one.at < self.kept_since

    def _end(self) -> int:
        return self._found[0][0] if self._found else self.next_offset

    def _at(self, kind: Kind, record: tuple[int, bytes], told: str) -> Difference:
        offset, value = record
        return Difference(kind, self._topic, self._partition, str(offset), f"{_named(value)} {told}")


def _took(there: Counter[bytes], value: bytes) -> bool:
    """Return whether the value is still among these, and take it out."""
    if there[value] > 0:
        there[value] -= 1
        return True
    return False


def _named(value: bytes) -> str:
    try:
        fields = msgspec.json.decode(value, type=dict[str, object])
    except msgspec.MsgspecError:
        return f"{len(value)} bytes"
    return " ".join(str(fields[name]) for name in ("action", "stage", "dossier", "id") if name in fields)


def _id(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=16).digest()
