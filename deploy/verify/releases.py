"""The releases of `reference` against the acts of `office.acts`: who published each, when and why, must stand there."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from deploy.verify.chain import Sealed
from deploy.verify.checkpoints import Head
from deploy.verify.differences import Difference, Kind
from streams.core.moments import Moment, datetime_of
from streams.core.rulebook import Rulebook
from streams.reference import Reference
from streams.topics import ACTS, REFERENCE
from streams.wire.acts import AnyAct, ReferenceApplied
from streams.wire.reference import Document

What = tuple[str, Moment, Moment | None, tuple[str, ...]]
"""Release, from when it counts, since when closed dossiers are judged again, documents: the same in both."""
NAMED = 3
"""Documents of a release that are named."""


class Releases(Sealed):
    """The topic as far as it was read: what counts of it is held against the acts, each of which answers for one.

    What cannot be used counts for nobody, and is not asked about.
    """

    def __init__(self, signed: Iterable[tuple[Moment, Head]], first: Rulebook) -> None:
        """Begin before the first record; `signed` is what kept checkpoints say."""
        super().__init__(0, signed, topic=REFERENCE)
        self._known = Reference(first)
        self._open: list[tuple[int, Sequence[Document]]] = []
        self._acts: Counter[What] = Counter()
        self._by: dict[str, ReferenceApplied] = {}

    @property
    def waits(self) -> bool:
        """Whether the act of a release is still to be read."""
        return bool(self._open)

    def add(self, offset: int, key: bytes, value: bytes) -> list[Difference]:
        """Take the next record; returns what is wrong with it."""
        known = len(self._known.documents)
        self._known.learn(offset, value)
        if release := self._known.documents[known:]:
            self._open.append((offset, release))
        return super().add(offset, key, value)

    def tell(self, acts: Iterable[AnyAct]) -> None:
        """Take the acts that were read since, and let go of the releases that they tell of."""
        for act in acts:
            if isinstance(act, ReferenceApplied):
                self._acts[act.release, act.counts_from, act.closed_since, act.documents] += 1
                self._by[act.release] = act
        self._open = [one for one in self._open if not self._answered(one[1])]

    def without_act(self) -> Iterator[Difference]:
        """Yield each release of which no act tells, and let go of it."""
        left, self._open = self._open, []
        for offset, release in left:
            yield Difference(Kind.RELEASE_WITHOUT_ACT, REFERENCE.name, 0, str(offset), self._said(release))

    def _answered(self, release: Sequence[Document]) -> bool:
        what = _what(release)
        if len(what) != 1 or not self._acts[what[0]]:
            return False
        self._acts[what[0]] -= 1
        return True

    def _said(self, release: Sequence[Document]) -> str:
        one, names = release[0], [each.listed for each in release]
        listed = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        said = f"{listed}, from {datetime_of(one.counts_from).isoformat()}"
        if (act := self._by.get(one.release)) is None:
            return f"no act in {ACTS.name} says who published the release {one.release}: {said}"
        return f"the act of {act.who} for the release {one.release} tells of something else than {said}"


def _what(release: Sequence[Document]) -> list[What]:
    """Return what is published; several where its documents do not count together."""
    names = tuple(one.listed for one in release)
    return list({(one.release, one.counts_from, one.closed_since, names) for one in release})
