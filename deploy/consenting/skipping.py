"""Passing over a record of `dossier.events` is an act: who, why, which bytes; once for each record."""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from deploy.acts import record_act
from deploy.consenting.desk import Desk
from deploy.consenting.rules import Refused, same
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
    """Write the act down, unless each of its records is passed over already; raises Refused where consent is missing.

    Each worker that is told to pass over the same records asks for it, at every start; the first writes the act.
    """
    desk = Desk(settings)
    if (act := _left(desk, act)).records:
        try:
            _done(settings, desk, act)
        except Refused:
            # Another worker may have done it in the same moment.
            if _left(desk, act).records:
                raise


def _left(desk: Desk, act: RecordsSkipped) -> RecordsSkipped:
    agreed = desk.needs("skip")
    done = {record for each in _skips(desk.acts()) if each.agreed or not agreed for record in each.records}
    return msgspec.structs.replace(act, records=tuple(one for one in act.records if one not in done))


def _skips(acts: Iterable[AnyAct]) -> Iterable[RecordsSkipped]:
    return (act for act in acts if isinstance(act, RecordsSkipped))


def _done(settings: Settings, desk: Desk, act: RecordsSkipped) -> None:
    provided = None
    if desk.needs("skip"):
        case = desk.consented(RecordsSkipped, lambda other: same(act, other), now=act.at)
        act, provided = msgspec.structs.replace(act, agreed=case.agreed), desk.provided(case, now=act.at)
    record_act(settings.kafka.cluster, act, prefix=settings.kafka.prefix, provided=provided)


def _hash(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
