"""Who published a release stands in an act: one that no act tells of is found, whichever of the two is read first."""

from collections.abc import Callable, Sequence

import msgspec
import pytest

from deploy.rulebook import load_rulebook
from deploy.verify.differences import Difference, Kind
from deploy.verify.releases import Releases
from streams.wire.acts import ReferenceApplied, ReportFrozen
from streams.wire.reference import Document
from tests.published import SHIPPED, WARNED_LATER, applied, release
from tests.sources import at

FIRST = release(SHIPPED, counts_from=0)
SECOND = release({"policy.toml": WARNED_LATER["policy.toml"]}, counts_from=at("2020-03-04 08:00"), name="b")
LAST = str(len(FIRST) - 1)


class Office:
    """The topic and the acts as they come."""

    def __init__(self) -> None:
        self.releases, self._offset = Releases((), load_rulebook()), 0

    def publishes(self, documents: Sequence[Document]) -> "Office":
        for one in documents:
            assert self.releases.add(self._offset, one.key, msgspec.json.encode(one)) == []
            self._offset += 1
        return self

    def says(self, act: ReferenceApplied) -> "Office":
        self.releases.tell([ReportFrozen(at=1, who="a", why="b", period="2", as_of=1, sha256="", report="{}"), act])
        return self

    def found(self) -> list[Difference]:
        return list(self.releases.without_act())


def test_a_release_with_its_act_is_as_it_should_be_whichever_is_read_first() -> None:
    assert Office().publishes(FIRST).says(applied(FIRST)).found() == []
    assert Office().says(applied(FIRST)).publishes(FIRST).says(applied(SECOND)).found() == []


def test_a_release_that_no_act_tells_of_is_named_once_with_its_documents_and_its_moment() -> None:
    office = Office().publishes(FIRST).publishes(SECOND).says(applied(FIRST))
    assert office.releases.waits
    [one] = office.found()
    assert (one.kind, one.topic, one.place) == (Kind.RELEASE_WITHOUT_ACT, "reference", str(len(FIRST)))
    assert one.told == (
        "no act in office.acts says who published the release b: policy/policy/policy-3, from 2020-03-04T08:00:00+07:00"
    )
    assert office.found() == []


def other_moment(act: ReferenceApplied) -> ReferenceApplied:
    return msgspec.structs.replace(act, counts_from=act.counts_from + 1)


def other_documents(act: ReferenceApplied) -> ReferenceApplied:
    return msgspec.structs.replace(act, documents=act.documents[1:])


def closed_ones_too(act: ReferenceApplied) -> ReferenceApplied:
    return msgspec.structs.replace(act, closed_since=5)


@pytest.mark.parametrize("spoil", [other_moment, other_documents, closed_ones_too])
def test_an_act_that_tells_of_something_else_is_not_its_act(
    spoil: Callable[[ReferenceApplied], ReferenceApplied],
) -> None:
    [one] = Office().publishes(FIRST).says(spoil(applied(FIRST))).found()
    assert one.told.startswith("the act of lan for the release a tells of something else than ")
    assert one.place == LAST


def test_what_was_slipped_in_under_the_name_of_a_release_that_has_its_act_is_found() -> None:
    slipped = release({"policy.toml": WARNED_LATER["policy.toml"]}, counts_from=0, name="a")
    office = Office().publishes(FIRST).says(applied(FIRST)).publishes(slipped)
    assert [one.place for one in office.found()] == [str(len(FIRST))]
    twice = Office().publishes(FIRST).says(applied(FIRST)).publishes(FIRST)
    assert len(twice.found()) == 1, "an act answers for one release"


def test_documents_that_do_not_count_together_are_no_release_of_one_act() -> None:
    apart = [*FIRST[:-1], msgspec.structs.replace(FIRST[-1], counts_from=9)]
    assert len(Office().publishes(apart).says(applied(FIRST)).found()) == 1


def test_what_cannot_be_used_counts_for_nobody_and_needs_no_act() -> None:
    assert Office().publishes(FIRST[:-1]).found() == []
