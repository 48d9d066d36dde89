"""Passing over a record of `dossier.events` is an act: who, why, which bytes; once for each record."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from deploy.acts import Provided, record_act
from deploy.consenting.desk import Desk
from deploy.consenting.rules import Refusal, Refused
from deploy.reading import Log, LogUnreadable
from deploy.settings import Settings
from streams.core.moments import Moment
from streams.topics import EVENTS
from streams.wire.acts import AnyAct, PassedOver, RecordsSkipped

Places = Mapping[int, frozenset[int]]
"""Partition → offsets."""


def skipping(settings: Settings, places: Places, *, who: str, why: str, now: Moment) -> RecordsSkipped:
    """Return the act of passing over these records; raises LogUnreadable where there is none at a place.

    What is no longer kept is nobody's to pass over, and no part of it.
    """
    records: list[PassedOver] = []
    with Log(settings.kafka.cluster, prefix=settings.kafka.prefix) as log:
        for partition, offsets in sorted(places.items()):
            start = log.bounds(EVENTS, partition)[0]
            found = {one.offset: one.value or b"" for one in log.some(EVENTS, partition, offsets)}
            if missing := sorted(offset for offset in offsets - found.keys() if offset >= start):
                raise LogUnreadable(f"dossier.events has no record at {partition}:{missing[0]}")
            records += (PassedOver(partition, offset, _hash(value)) for offset, value in sorted(found.items()))
    return RecordsSkipped(at=now, who=who, why=why, records=tuple(records))


def allow(settings: Settings, act: RecordsSkipped) -> None:
    """Write the act down, for those of its records that are not passed over yet; raises Refused, LogUnreadable.

    Where consent is needed each proposal that was consented to is an act of its own, so that records proposed one by
    one, or some of them earlier, are passed over by one worker too. Each worker that is told to pass over the same
    records asks for it, at every start; the first writes the act.
    """
    desk = Desk(settings)
    while (left := left_of(desk, act)).records:
        try:
            _done(settings, desk, left)
        except (Refused, LogUnreadable):
            # Another worker may have done it in the same moment.
            if left_of(desk, act).records == left.records:
                raise


def left_of(desk: Desk, act: RecordsSkipped) -> RecordsSkipped:
    """Return the act of passing over those of its records that are not passed over yet."""
    return _left(desk, desk.acts(), act)


def _left(desk: Desk, acts: Iterable[AnyAct], act: RecordsSkipped) -> RecordsSkipped:
    skips = [one for one in acts if isinstance(one, RecordsSkipped)]
    done = {record for one in skips if one.agreed or not desk.needs("skip", at=one.at) for record in one.records}
    return msgspec.structs.replace(act, records=tuple(one for one in act.records if one not in done))


def _done(settings: Settings, desk: Desk, act: RecordsSkipped) -> None:
    def unused(acts: Sequence[AnyAct]) -> None:
        if _left(desk, acts, act).records != act.records:
            raise Refused(Refusal.DONE, "a record is passed over already")

    done, provided = _agreed(desk, act) if desk.needs("skip") else (act, unused)
    record_act(settings.kafka.cluster, done, prefix=settings.kafka.prefix, provided=provided)


def _agreed(desk: Desk, act: RecordsSkipped) -> tuple[RecordsSkipped, Provided]:
    case = desk.consented(RecordsSkipped, lambda other: _within(other, act), now=act.at)
    assert isinstance(case.act, RecordsSkipped)  # noqa: S101 - it is of the act's own type
    return msgspec.structs.replace(act, records=case.act.records, agreed=case.agreed), desk.provided(case, now=act.at)


def _within(proposed: AnyAct, act: RecordsSkipped) -> bool:
    return isinstance(proposed, RecordsSkipped) and set() < set(proposed.records) <= set(act.records)


def _hash(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
