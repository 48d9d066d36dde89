"""What was put aside, read from the cluster: rejected records, and their originals where the inbox still has them."""

from collections.abc import Iterable

import msgspec

from deploy.reading import Log, LogUnreadable, Stored
from streams.core.working_time import named
from streams.rejections import place_of, read
from streams.topics import INBOX, REJECTED
from streams.wire.records import Rejected
from streams.wire.rejected import source_of


def rejected_in(log: Log, partitions: Iterable[int] | None = None) -> list[Rejected]:
    """Return the rejected records of these partitions, or of all, by their arrival; raises LogUnreadable."""
    there = range(log.partitions(REJECTED))
    wanted = there if partitions is None else [one for one in partitions if one in there]
    try:
        records = [read(one.value) for partition in wanted for one in log.whole(REJECTED, partition)]
    except msgspec.DecodeError as error:
        raise LogUnreadable(f"a record of {REJECTED.name}: {error}") from error
    return sorted(records, key=lambda one: (one.arrived_at, one.partition, one.offset))


def originals_of(log: Log, wanted: Iterable[Rejected]) -> dict[tuple[int, int], Stored]:
    """Return what the inbox holds at the places of these records, by (partition, offset); raises LogUnreadable."""
    offsets: dict[int, set[int]] = {}
    for one in wanted:
        offsets.setdefault(one.partition, set()).add(one.offset)
    return {
        (partition, record.offset): record
        for partition, places in offsets.items()
        for record in log.some(INBOX, partition, places)
    }


def fields_of(rejected: Rejected) -> dict[str, object]:
    """Return a record as it is shown: its place, when, why, who, and what of it is kept."""
    return {
        "place": place_of(rejected),
        "arrived_at": named(rejected.arrived_at),
        "reason": rejected.reason,
        "detail": rejected.detail,
        "source": source_of(rejected),
        "size": rejected.size,
        "sha256": rejected.sha256,
        "kept": msgspec.json.decode(rejected.value or b"null"),
    }
