"""What the topic `reference` says, record by record: the documents of every moment, and the rules that follow.

Invariant: what is known follows from the records up to `position` alone, so every reader who has come there knows the
same. A record or a release that cannot be used is left out, by everybody, and named in `faults`.
"""

from collections.abc import Iterable, Mapping
from typing import Self

import msgspec
import structlog

from streams.core.editions import Edition, Timetable
from streams.core.moments import Moment
from streams.core.rulebook import Rulebook
from streams.metrics import RegisterMetrics
from streams.wire.reference import POLICY, SHADOW, BadReference, Document, named, rulebook_of, sha256_of

log = structlog.get_logger(__name__)
_decode = msgspec.json.Decoder(Document).decode


class Reference:
    """The reference as far as it was read; before anything was published the `first` rules count."""

    def __init__(self, first: Rulebook) -> None:
        """Know nothing but the first rules."""
        self.faults: list[str] = []
        self.documents: list[Document] = []
        self._first = first
        self._open: dict[str, list[Document]] = {}
        self._rules: dict[tuple[tuple[str, str], ...], Rulebook] = {}
        self.known = Timetable((Edition(0, first),))

    def learn(self, offset: int, value: bytes | None) -> None:
        """Take the record at an offset; what it completes counts from its moment on."""
        position, before = offset + 1, len(self.documents)
        try:
            self._take(_decode(value or b""))
        except (msgspec.DecodeError, BadReference) as wrong:
            self.faults.append(f"reference, offset {offset}: {wrong}")
        if len(self.documents) == before:
            self.known = self.known.known_at(position)
        else:
            self.known = Timetable(self._editions(), position=position, before=self.known)

    def learn_all(self, records: Iterable[tuple[int, bytes | None]]) -> Self:
        """Take records, each with its offset, in their order; return what knows of them."""
        for offset, value in records:
            self.learn(offset, value)
        return self

    def files_at(self, now: Moment) -> dict[str, str]:
        """Return the documents that count at a moment, file → text; empty before anything was published."""
        last: dict[str, Document] = {}
        for document in self.documents:
            if document.counts_from <= now:
                last[document.file] = document
        return {name: document.text for name, document in last.items() if not document.gone}

    def _take(self, document: Document) -> None:
        if not document.gone and sha256_of(document.text) != document.sha256:
            raise BadReference(f"{document.file}: its text is not what its hash was taken of")
        parts = self._open.setdefault(document.release, [])
        parts.append(document)
        if len(parts) < document.parts:
            return
        del self._open[document.release]
        before = len(self.documents)
        self.documents += parts
        try:
            for moment in {part.counts_from for part in self.documents}:
                self._rulebook(self.files_at(moment))
        except BadReference:
            del self.documents[before:]
            raise

    def _editions(self) -> list[Edition]:
        editions = [Edition(0, self._first)] if self._begins() > 0 else []
        for moment in sorted({document.counts_from for document in self.documents}):
            since = [one.closed_since for one in self.documents if one.counts_from == moment and one.closed_since]
            rules = self._rulebook(self.files_at(moment))
            editions.append(Edition(moment, rules, min(since, default=None)))
        return editions

    def _begins(self) -> Moment:
        return min(document.counts_from for document in self.documents)

    def _rulebook(self, files: Mapping[str, str]) -> Rulebook:
        ruling = tuple(sorted(pair for pair in files.items() if pair[0].endswith(".toml")))
        if ruling not in self._rules:
            self._rules[ruling] = rulebook_of(files)
        return self._rules[ruling]


class Shadowed(Reference):
    """The same with the shadow policy in the place of the one that counts, where there is a shadow."""

    def shadow_at(self, now: Moment) -> tuple[Moment, str] | None:
        """Return since when the shadow of a moment has been one, and its version; None where there is none."""
        found: tuple[Moment, str] | None = None
        for moment in sorted({one.counts_from for one in self.documents if one.counts_from <= now}):
            text = self.files_at(moment).get(SHADOW)
            version = None if text is None else named(SHADOW, text)[2]
            found = None if version is None else found if found and found[1] == version else (moment, version)
        return found

    def _rulebook(self, files: Mapping[str, str]) -> Rulebook:
        counting = super()._rulebook(files)
        if SHADOW not in files:
            return counting
        try:
            return super()._rulebook({**files, POLICY: files[SHADOW]})
        except BadReference:
            return counting  # workers know nothing of shadows, so a release is not left out for one


class Shown(Reference):
    """The same, shown: what is left out is logged and counted, until documents that can be used are published."""

    def __init__(self, first: Rulebook, metrics: RegisterMetrics) -> None:
        """Know nothing but the first rules."""
        super().__init__(first)
        self._left_out = metrics.left_out

    def learn(self, offset: int, value: bytes | None) -> None:
        """Take the record at an offset, and say what became of it."""
        documents, faults = len(self.documents), len(self.faults)
        super().learn(offset, value)
        for fault in self.faults[faults:]:
            log.error("reference_left_out", reason=fault)
            self._left_out.inc()
        if len(self.documents) > documents:
            log.info("reference_published", documents=len(self.documents) - documents, position=self.known.position)
            self._left_out.set(0)
