"""Lays a backup on an empty cluster: every record where it was, every group as far as it had come."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from deploy.admin import TopicAdmin
from deploy.backup.chains import is_last, kept_of, walked
from deploy.backup.groups import Groups
from deploy.backup.laying import dense, laid
from deploy.backup.manifest import NAME, Manifest, Place, manifest_in
from deploy.backup.pieces import Damaged, Kept, digest
from deploy.backup.writing import Lane, Layer
from deploy.layout import Fault, Layout
from deploy.reading import Log, LogUnreadable
from streams.cluster import Address
from streams.topics import INBOX, TOPICS, TRAIL, prefixed

AS_SENT: Final = {"message.timestamp.type": "CreateTime"}
"""While it is laid, the inbox keeps the arrival that its records have; nobody else may write to it so."""
_BY_NAME: Final = {topic.name: topic for topic in TOPICS}


class NotEmpty(Exception):
    """Where the backup should go there is something already; the message names it."""


class Target(NamedTuple):
    """Where it goes: the topics of a layout on a cluster."""

    bootstrap: Address
    layout: Layout


def checked(folder: Path) -> Manifest:
    """Return the manifest of a backup of which every file is what was written; raises Damaged, OSError."""
    manifest = manifest_in(folder)
    if manifest is None:
        raise Damaged(f"{folder} has no {NAME}")
    if unknown := {place.topic for place in manifest.places} - _BY_NAME.keys():
        raise Damaged(f"{NAME}: {', '.join(sorted(unknown))}: not known to this release")
    for place in manifest.places:
        _check(folder, place)
    heads, acts, _ = walked(folder, manifest.places)
    if (heads, acts) != (manifest.heads, manifest.acts):
        raise Damaged(f"{NAME}: the trail comes to other hashes than it says")
    return manifest


def _check(folder: Path, place: Place) -> None:
    for piece in place.pieces:
        if not (folder / piece.name).exists():
            raise Damaged(f"{piece.name}: missing")
        if digest(folder / piece.name) != piece.sha256:
            raise Damaged(f"{piece.name}: not what was written")
    for _ in laid(_records(folder, place), end=_end(place)):
        pass


def restore(manifest: Manifest, folder: Path, target: Target) -> None:
    """Write everything; raises NotEmpty, LogUnreadable, AdminError, Damaged, OSError.

    No worker starts on what was left half done: the inbox gets its setting last, and a worker wants it.
    """
    prefix = target.layout.prefix
    with Groups(target.bootstrap, prefix=prefix) as groups:
        _empty(manifest, target, groups)
        groups.make(INBOX, target.layout, INBOX.settings | AS_SENT)
        others = tuple(topic for topic in TOPICS if topic is not INBOX)
        TopicAdmin(target.bootstrap, target.layout, topics=others).apply()
        lanes = [
            Lane(prefixed(prefix, _BY_NAME[one.topic]), one.partition, laid(_records(folder, one), end=_end(one)))
            for one in manifest.places
        ]
        with Layer(target.bootstrap, name=f"{prefix or 'dunghan'}-restore") as layer:
            layer.lay(lanes)
        groups.begin({(one.topic, one.partition): first for one in manifest.places if (first := _first(one))})
        groups.put(manifest.reached)
    _compare(manifest, target)
    TopicAdmin(target.bootstrap, target.layout).apply()


def fits(manifest: Manifest, target: Target) -> None:
    """Raise NotEmpty unless the backup could be laid there now; raises LogUnreadable, AdminError."""
    with Groups(target.bootstrap, prefix=target.layout.prefix) as groups:
        _empty(manifest, target, groups)


def _empty(manifest: Manifest, target: Target, groups: Groups) -> None:
    layout = target.layout
    if manifest.partitions != layout.partitions:
        raise NotEmpty(f"the backup has {manifest.partitions} partitions: set DUNGHAN_KAFKA__PARTITIONS to it")
    found = TopicAdmin(target.bootstrap, layout).plan()
    if other := [one for one in found if one.fault is Fault.PARTITIONS]:
        raise NotEmpty(f"{other[0].topic} is there with {other[0].found} partitions: delete it, it is made anew")
    missing = {one.topic for one in found if one.fault is Fault.MISSING}
    with Log(target.bootstrap, prefix=layout.prefix, also_aborted=True) as log:
        for topic in TOPICS:
            if prefixed(layout.prefix, topic) in missing:
                continue
            for partition in range(log.partitions(topic)):
                if (end := log.bounds(topic, partition)[1]) > 0:
                    raise NotEmpty(f"{topic.name}/{partition} has been written to, up to offset {end}")
    if reached := groups.reached():
        raise NotEmpty(f"the group {reached[0].group} has read {reached[0].topic} already")


def _records(folder: Path, place: Place) -> Iterator[Kept]:
    kept = kept_of(folder, place)
    return dense(kept) if place.dense else kept


def _end(place: Place) -> int:
    return place.records if place.dense else place.end


def _first(place: Place) -> int:
    """Return the offset before which nothing is kept of a partition."""
    if place.dense:
        return 0
    return max(place.start, place.pieces[0].first) if place.pieces else place.end


def _compare(manifest: Manifest, target: Target) -> None:
    with Log(target.bootstrap, prefix=target.layout.prefix) as log:
        for place in manifest.places:
            _, end = log.bounds(_BY_NAME[place.topic], place.partition)
            if end != _end(place):
                raise LogUnreadable(f"{place.topic}/{place.partition} ends at {end}, not at {_end(place)}")
        for head in manifest.heads:
            if head.count:
                last = [one.value for one in log.some(TRAIL, head.partition, [head.offset])]
                if not last or not is_last(head, last[0]):
                    raise LogUnreadable(f"{TRAIL.name}/{head.partition}: not the line that was at {head.offset}")
