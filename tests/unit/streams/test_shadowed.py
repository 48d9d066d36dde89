"""A shadow policy: workers decide as if it were not there; who asks for it decides by it, from its moment."""

import msgspec

from deploy.rulebook import files_in, load_rulebook
from streams.reference import Reference, Shadowed
from streams.wire.reference import documents_of, named

FILES = files_in(None)
SHADOW = FILES["policy.toml"].replace('version = "', 'version = "shadow-', 1)


def document(file: str, text: str, *, at: int, gone: bool = False) -> bytes:
    [one] = documents_of({file: text}, release=f"{file}{at}{gone}", counts_from=at, gone={file} if gone else ())
    return msgspec.json.encode(one)


def knows(kind: type[Reference], *records: bytes) -> Reference:
    first = map(msgspec.json.encode, documents_of(FILES, release="1", counts_from=0))
    return kind(load_rulebook()).learn_all(enumerate([*first, *records]))


def test_for_a_worker_a_shadow_is_no_change_of_the_rules() -> None:
    known = knows(Reference, document("shadow.toml", SHADOW, at=100))
    assert len(known.known.editions) == 1
    assert known.faults == []


def test_the_shadow_stands_in_the_place_of_the_policy_from_its_moment_until_it_is_taken_away() -> None:
    gone = document("shadow.toml", SHADOW, at=200, gone=True)
    known = knows(Shadowed, document("shadow.toml", SHADOW, at=100), gone)
    assert [edition.counts_from for edition in known.known.editions] == [0, 100, 200]
    assert known.known.at(150).rules.policy.version.startswith("shadow-")
    assert known.known.at(250).rules.policy.version == load_rulebook().policy.version
    assert isinstance(known, Shadowed)
    assert known.shadow_at(99) is None
    assert known.shadow_at(199) == (100, named("shadow.toml", SHADOW)[2])
    assert known.shadow_at(200) is None


def test_a_shadow_that_cannot_be_read_is_none_and_the_release_still_counts() -> None:
    known = knows(Shadowed, document("shadow.toml", 'version = "s"\ndue_soon_working_days = "x"\n', at=100))
    assert known.faults == []
    assert known.known.at(150).rules.version == load_rulebook().version
