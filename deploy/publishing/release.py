"""Which documents of a folder are to be published, as one release, and why they may not be; touches nothing."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from deploy.publishing.folder import Faulty, hash_of
from streams.core.editions import Timetable
from streams.core.moments import Moment, datetime_of
from streams.core.rulebook import Rulebook
from streams.reference import Reference
from streams.wire.reference import POLICY, SHADOW, Document, documents_of, named, sha256_of

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
        values = map(msgspec.json.encode, more)
        return Reference(self.first).learn_all(self.records).learn_all(enumerate(values, self.end))


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
        return tuple(one.listed for one in self.documents)


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
    changed, lost = _changed(files, known, asked.begins)
    folder = hash_of(files)
    if faults and (changed or lost):
        raise Faulty(faults)
    name = f"{asked.now}-{sha256_of(f'{folder} {asked.begins} {published.end}')[:12]}"
    documents = documents_of(
        changed | lost, release=name, counts_from=asked.begins, closed_since=asked.closed_since, gone=lost
    )
    then = published.reference(documents)
    if faults := then.faults[len(known.faults) :]:
        raise Faulty(faults)
    return Release(asked.begins, folder, documents, known.known, then.known, asked.closed_since)


def _changed(files: Mapping[str, str], known: Reference, begins: Moment) -> tuple[dict[str, str], dict[str, str]]:
    """Return the documents that would not say this at the moment, or at one after it, were nothing published.

    First those to publish, then those to take away, which are not in the folder; file → text.
    """
    moments = {begins} | {one.counts_from for one in known.documents if one.counts_from > begins}
    counting = [known.files_at(moment) for moment in sorted(moments)]
    changed = {file: text for file, text in sorted(files.items()) if any(then.get(file) != text for then in counting)}
    lost = {file: text for then in counting for file, text in then.items() if file not in files}
    return changed, dict(sorted(lost.items()))


def _reused(files: Mapping[str, str], known: Reference, published: Published) -> list[str]:
    """Return a fault for each document whose version has said something else before."""
    earlier: dict[tuple[str, str], set[str]] = {}
    for one in known.documents:
        earlier.setdefault((_named_as(one.file), one.revision), set()).add(one.sha256)
    if not known.documents:
        earlier = {_version(file, text): {sha256_of(text)} for file, text in published.first_files.items()}
    faults = []
    for file, text in sorted(files.items()):
        said = earlier.get(_version(file, text))
        if said and sha256_of(text) not in said:
            version = named(file, text)[2]
            faults.append(f"{file}: version {version} has other content already; give this one the next version")
    return faults


def _version(file: str, text: str) -> tuple[str, str]:
    return _named_as(file), named(file, text)[2]


def _named_as(file: str) -> str:
    """Return among which documents a version is one: rules are told apart by it, whether of a policy or a shadow."""
    return POLICY if file == SHADOW else file


def _too_early(known: Reference, asked: Asked) -> list[str]:
    soonest = asked.now + LEAD
    if not known.documents or asked.begins >= soonest:
        return []
    said, may = (datetime_of(moment).isoformat() for moment in (asked.begins, soonest))
    return [f"{said} is too early: workers must have heard of it before; the soonest is {may}"]
