"""Rejected records read again: what they were counted by, and which originals may go back to the inbox.

An original goes back as it was sent, under its own id, so a second replay is a repeat, and the fold knows repeats.
"""

import enum
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, Generic, TypeVar

import msgspec

from streams.border import Incoming
from streams.core.moments import Moment
from streams.wire import cloudevents
from streams.wire.acts import RejectedReplayed
from streams.wire.malformed import Malformed
from streams.wire.records import Rejected
from streams.wire.rejected import source_of

I = TypeVar("I", bound=Incoming)  # noqa: E741 - the kind of record that the reader gives
_REJECTED: Final = msgspec.json.Decoder(Rejected)


class Fate(enum.StrEnum):
    """What a replay does with a rejected record, and why."""

    AGAIN = "again"
    """It is sent once more."""
    GONE = "gone"
    """The inbox no longer holds it (7 days)."""
    REPLACED = "replaced"
    """Another record stands at its place: the inbox was made anew."""
    STILL_WRONG = "still_wrong"
    """It would be rejected again; `detail` says why."""
    TWICE = "twice"
    """The same record, rejected twice, is sent once."""


class Planned(msgspec.Struct, Generic[I], frozen=True):
    """One rejected record, what becomes of it, and its original where it is sent again."""

    rejected: Rejected
    fate: Fate
    detail: str = ""
    original: I | None = None


class Tally(msgspec.Struct, frozen=True):
    """How many were rejected for one reason from one source; the source is empty where nothing of it may be kept."""

    reason: str
    source: str
    count: int


def read(value: bytes | None) -> Rejected:
    """Return a record of `dossier.rejected`; raises msgspec.DecodeError."""
    return _REJECTED.decode(value or b"")


def place_of(rejected: Rejected) -> str:
    """Return where the original stood in the inbox, `PARTITION:OFFSET`, the name of a rejected record."""
    return f"{rejected.partition}:{rejected.offset}"


def chosen(
    records: Iterable[Rejected], *, reasons: Collection[str] = (), sources: Collection[str] = ()
) -> list[Rejected]:
    """Return the records of these reasons and of these sources, in their order; nothing named chooses all."""
    return [
        one for one in records if (not reasons or one.reason in reasons) and (not sources or source_of(one) in sources)
    ]


def act_of(plan: Iterable[Planned[I]], *, at: Moment, who: str, why: str) -> RejectedReplayed | None:
    """Return the act that sending this plan is; None where it sends nothing."""
    again = [one.rejected for one in plan if one.fate is Fate.AGAIN]
    if not again:
        return None
    places = "".join(f"{place_of(one)}\n" for one in again)
    return RejectedReplayed(
        at=at,
        who=who,
        why=why,
        records=len(again),
        reasons=tuple(sorted({one.reason for one in again})),
        sources=tuple(sorted({source_of(one) for one in again})),
        sha256=hashlib.sha256(places.encode()).hexdigest(),
    )


def tallied(records: Sequence[Rejected]) -> tuple[Tally, ...]:
    """Return how many were rejected by reason and source, the most frequent first."""
    counts = Counter((one.reason, source_of(one)) for one in records)
    return tuple(Tally(*key, count) for key, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def planned(
    wanted: Sequence[Rejected], originals: Mapping[tuple[int, int], I], *, now: Moment
) -> tuple[Planned[I], ...]:
    """Return what becomes of each rejected record; `originals` is what the inbox holds, by (partition, offset)."""
    seen: set[tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]] = set()
    plan: list[Planned[I]] = []
    for rejected in wanted:
        original = originals.get((rejected.partition, rejected.offset))
        fate, detail = _fate(rejected, original, now)
        if original is not None and fate is Fate.AGAIN:
            whole = (original.key, original.value, tuple(original.headers))
            fate = Fate.TWICE if whole in seen else fate
            seen.add(whole)
        plan.append(Planned(rejected, fate, detail, original if fate is Fate.AGAIN else None))
    return tuple(plan)


def _fate(rejected: Rejected, original: Incoming | None, now: Moment) -> tuple[Fate, str]:
    if original is None:
        return Fate.GONE, ""
    if hashlib.sha256(original.value or b"").hexdigest() != rejected.sha256:
        return Fate.REPLACED, ""
    try:
        cloudevents.check_time(cloudevents.received(original.value, original.headers), now)
    except Malformed as error:
        return Fate.STILL_WRONG, str(error)
    return Fate.AGAIN, ""
