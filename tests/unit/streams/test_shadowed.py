"""A shadow policy: workers decide as if it were not there; who asks for it decides by it, from its moment."""

import msgspec

from deploy.rulebook import files_in, load_rulebook
from streams.reference import Reference, Shadowed
from streams.wire.reference import Document, named, sha256_of

FILES = files_in(None)
SHADOW = FILES["policy.toml"].replace('version = "', 'version = "shadow-', 1)


def document(file: str, text: str, *, at: int, gone: bool = False) -> bytes:
    kind, name, revision, source = named(file, text)
    return msgspec.json.encode(
        Document(kind=kind, id=name, revision=revision, file=file, counts_from=at, source=source,
                 sha256=sha256_of(text), text=text, release=f"{file}{at}{gone}", part=1, parts=1, gone=gone)
    )  # fmt: skip


def whole(*more: bytes) -> list[bytes]:
    parts = [document(file, text, at=0) for file, text in FILES.items()]
    first = [
        msgspec.json.encode(msgspec.structs.replace(msgspec.json.decode(one, type=Document), release="1", part=number,
                                                    parts=len(parts)))
        for number, one in enumerate(parts, 1)
    ]  # fmt: skip
    return [*first, *more]


def knows(kind: type[Reference], *records: bytes) -> Reference:
    known = kind(load_rulebook())
    for offset, value in enumerate(whole(*records)):
        known.learn(offset, value)
    return known


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
