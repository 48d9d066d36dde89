"""Reads what is published and how every dossier stands, and publishes a release with its act in one transaction."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from deploy.acts import Beside, Provided, record_act
from deploy.consenting.desk import Desk
from deploy.consenting.rules import same
from deploy.published import read_reference
from deploy.publishing.comparing import Effect, Judging
from deploy.publishing.release import Published, Release
from deploy.reading import Log
from deploy.rulebook import files_in, load_rulebook
from deploy.settings import Settings
from streams.cluster import Address
from streams.core.moments import Moment
from streams.register.entries import PARTITION_KEY, Entry, partition_of, unpacked
from streams.register.stubs import Stub, is_stub, stub_in
from streams.topics import REFERENCE, STATE
from streams.wire.acts import ReferenceApplied


class Ahead(NamedTuple):
    """What a release would change, in all and by unit; `unreadable` names the dossiers whose state cannot be read."""

    total: Effect
    by_unit: dict[str, Effect]
    unreadable: tuple[str, ...] = ()


def published(log: Log, folder: Path | None) -> Published:
    """Return all that was published; `folder` counts before. LogUnreadable, ReferenceError."""
    return Published(load_rulebook(folder), files_in(folder), *read_reference(log))


def looked_ahead(log: Log, release: Release) -> Ahead:
    """Return what the release would change, by the state as it stands; LogUnreadable. A partition at a time is held."""
    by_unit: dict[str, Effect] = {}
    unreadable: list[str] = []
    for partition in range(log.partitions(STATE)):
        last = {one.key: one.value for one in log.whole(STATE, partition) if one.key is not None}
        kept = partition_of(last.pop(PARTITION_KEY, None))
        at = release.counts_from if kept is None else max(release.counts_from, kept.now)
        now, then = release.before.at(at).rules, release.after.at(at).rules
        if now.version == then.version:
            continue
        judging = Judging(now, then, at=at, closed_since=release.closed_since)
        current = kept is not None and kept.cursor is None and kept.reference == now.version
        for key, held in _entries(last, unreadable):
            found = judging.left(held) if isinstance(held, Stub) else judging.of(key, held, current=current)
            if found is not None:
                unit = held.counted.unit if isinstance(held, Stub) else held.dossier.unit or ""
                by_unit[unit] = by_unit.get(unit, Effect()).plus(found)
    total = Effect()
    for found in by_unit.values():
        total = total.plus(found)
    return Ahead(total, dict(sorted(by_unit.items())), tuple(unreadable))


def publish(
    bootstrap: Address,
    prefix: str,
    *,
    release: Release,
    published: Published,
    act: ReferenceApplied,
    provided: Provided | None = None,
) -> None:
    """Publish a release, with its act, in one transaction.

    Raises LogUnreadable, BrokenChain, or what `provided` raises (deploy.acts), and then nothing stands.
    """
    records = [(one.key, msgspec.json.encode(one)) for one in release.documents]
    record_act(bootstrap, act, prefix=prefix, beside=Beside(REFERENCE, published.end, records), provided=provided)


def publish_agreed(
    settings: Settings, *, release: Release, published: Published, act: ReferenceApplied
) -> ReferenceApplied:
    """Publish it, where consent is needed with the one given to just this; raises also what the consent's Desk does."""
    desk, kafka, provided = Desk(settings), settings.kafka, None
    if desk.needs("apply"):
        case = desk.consented(ReferenceApplied, lambda other: same(act, other), now=act.at)
        act, provided = msgspec.structs.replace(act, agreed=case.agreed), desk.provided(case, now=act.at)
    publish(kafka.cluster, kafka.prefix, release=release, published=published, act=act, provided=provided)
    return act


def act_of(release: Release, *, at: Moment, who: str, why: str) -> ReferenceApplied:
    """Return what is written down of a release."""
    return ReferenceApplied(
        at=at,
        who=who,
        why=why,
        release=release.documents[0].release,
        counts_from=release.counts_from,
        sha256=release.sha256,
        documents=release.names,
        closed_since=release.closed_since,
    )


def _entries(last: dict[bytes, bytes | None], unreadable: list[str]) -> Iterator[tuple[str, Entry | Stub]]:
    for key, value in last.items():
        if value is None:
            continue
        try:
            yield key.decode(), stub_in(value) if is_stub(value) else unpacked(value)
        except (msgspec.DecodeError, ValueError) as wrong:
            unreadable.append(f"{key.decode(errors='replace')}: {wrong}")
