"""Which documents of a folder are to be published, as one release, and why they may not be; touches nothing."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from deploy.publishing.folder import Faulty, hash_of
from streams.core.editions import Timetable
from streams.core.moments import Moment, datetime_of
from streams.core.rulebook import Rulebook
from streams.reference import Reference
from streams.wire.reference import Document, named, sha256_of

LEAD: Final = 60
"""Seconds that workers have to hear of a release before it counts, so that all of them turn at the same moment."""


class Published(NamedTuple):
    """What was published: the records up to `end`; without any the `first` documents count, those of the settings."""

    first: Rulebook
    first_files: Mapping[str, str]
    records: tuple[tuple[int, bytes | None], ...] = ()
    end: int = 0

    def reference(self, more: Iterable[Document] = ()) -> Reference:
        """Return what a worker knows that has read all of it, and these."""
        known = Reference(self.first)
        for offset, value in self.records:
            known.learn(offset, value)
        for place, document in enumerate(more):
            known.learn(self.end + place, msgspec.json.encode(document))
        return known


class Release(NamedTuple):
    """Documents that count together from a moment; `sha256` is the folder's hash, `closed_since` see Document."""

    counts_from: Moment
    sha256: str
    documents: tuple[Document, ...]
    before: Timetable
    after: Timetable
    closed_since: Moment | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The keys of its documents; `-` before one that is taken away."""
        return tuple(("-" if one.gone else "") + one.key.decode() for one in self.documents)


class Asked(NamedTuple):
    """When it was asked, from when the folder shall count, and since when closed dossiers are judged again."""

    now: Moment
    counts_from: Moment | None = None
    closed_since: Moment | None = None

    @property
    def begins(self) -> Moment:
        """From when it counts: as was said, else the first full minute after the lead."""
        return self.counts_from if self.counts_from is not None else -(-(self.now + LEAD) // 60) * 60


def release_of(files: Mapping[str, str], published: Published, asked: Asked) -> Release:
    """Return the release that makes the folder count; one without documents where nothing changes. Raises Faulty."""
    known = published.reference()
    faults = [*_reused(files, known, published), *_too_early(known, asked)]
    changed = _changed(files, known, asked.begins)
    folder = hash_of(files)
    if faults and changed:
        raise Faulty(faults)
    name = f"{asked.now}-{sha256_of(f'{folder} {asked.begins} {published.end}')[:12]}"
    documents = tuple(
        _document(pair, asked, release=name, part=(number, len(changed))) for number, pair in enumerate(changed, 1)
    )
    then = published.reference(documents)
    if faults := then.faults[len(known.faults) :]:
        raise Faulty(faults)
    return Release(asked.begins, folder, documents, known.known, then.known, asked.closed_since)


Pair = tuple[str, str, bool]
"""File, text, and whether the document is taken away."""


def _changed(files: Mapping[str, str], known: Reference, begins: Moment) -> list[Pair]:
    """Return the documents that would not say this at the moment, or at one after it, were nothing published."""
    moments = {begins} | {one.counts_from for one in known.documents if one.counts_from > begins}
    counting = [known.files_at(moment) for moment in sorted(moments)]
    pairs = [(file, text, False) for file, text in sorted(files.items())
             if any(then.get(file) != text for then in counting)]  # fmt: skip
    lost = {file: text for then in counting for file, text in then.items() if file not in files}
    return pairs + [(file, text, True) for file, text in sorted(lost.items())]


def _document(pair: Pair, asked: Asked, *, release: str, part: tuple[int, int]) -> Document:
    file, text, gone = pair
    kind, name, revision, source = named(file, text)
    return Document(
        kind=kind,
        id=name,
        revision=revision,
        file=file,
        counts_from=asked.begins,
        source=source,
        sha256=sha256_of(text),
        text=text,
        release=release,
        part=part[0],
        parts=part[1],
        closed_since=asked.closed_since,
        gone=gone,
    )


def _reused(files: Mapping[str, str], known: Reference, published: Published) -> list[str]:
    """Return a fault for each document whose version has said something else before."""
    earlier = {(one.file, one.revision): one.sha256 for one in known.documents}
    if not known.documents:
        earlier = {(file, named(file, text)[2]): sha256_of(text) for file, text in published.first_files.items()}
    faults = []
    for file, text in sorted(files.items()):
        version = named(file, text)[2]
        if earlier.get((file, version), sha256_of(text)) != sha256_of(text):
            faults.append(f"{file}: version {version} has other content already; give this one the next version")
    return faults


def _too_early(known: Reference, asked: Asked) -> list[str]:
    soonest = asked.now + LEAD
    if not known.documents or asked.begins >= soonest:
        return []
    said, may = (datetime_of(moment).isoformat() for moment in (asked.begins, soonest))
    return [f"{said} is too early: workers must have heard of it before; the soonest is {may}"]
