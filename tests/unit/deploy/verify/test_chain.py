"""A walk names the place where a chain breaks, and where it is not what was signed."""

from pathlib import Path

import pytest

from deploy.signing import KeyUnusable, make_keys, private_key, public_key
from deploy.verify.chain import Walk
from deploy.verify.checkpoints import Forged, Head, Heads, heads_of, opened, signed
from deploy.verify.differences import Kind
from streams.wire.trail import Chain, Decided

LINES = [
    Chain.add(chain, Decided("muongnhe/1", "overdue", f"{n:032}", n, n))
    for chain in [Chain()]
    for n in range(40)
]  # fmt: skip


def walked(lines: list[bytes], signed: list[tuple[int, Head]] | None = None, first: int = 0) -> list[tuple[Kind, str]]:
    walk = Walk(0, signed or [])
    found = [one for offset, line in enumerate(lines, first) for one in walk.take(offset, line)]
    return [(one.kind, one.place) for one in (*found, *walk.end())]


def head(count: int) -> list[tuple[int, Head]]:
    return [(0, Head(0, count - 1, count, LINES[count - 1][-66:-2].decode()))]


def test_a_whole_chain_holds_against_its_checkpoint() -> None:
    assert walked(LINES, head(40)) == []


@pytest.mark.parametrize("place", range(0, len(LINES[5]), 7))
def test_any_flipped_byte_breaks_it_there_or_at_the_next_line(place: int) -> None:
    spoilt = bytearray(LINES[5])
    spoilt[place] ^= 1
    found = walked([*LINES[:5], bytes(spoilt), *LINES[6:]])
    assert found[0] == (Kind.CHAIN_BROKEN, "5")
    assert {place for _, place in found} <= {"5", "6"}


@pytest.mark.parametrize(
    ("lines", "first", "kind", "place"),
    [
        ([*LINES[:5], *LINES[6:]], 0, Kind.CHAIN_BROKEN, "5"),
        ([*LINES[:5], LINES[6], LINES[5], *LINES[7:]], 0, Kind.CHAIN_BROKEN, "5"),
        ([*LINES[:5], LINES[4], *LINES[5:]], 0, Kind.CHAIN_BROKEN, "5"),
        (LINES[5:], 5, Kind.BEGINNING_GONE, "5"),
        ([*LINES[:5], b"", *LINES[5:]], 0, Kind.CHAIN_BROKEN, "5"),
        (LINES[:30], 0, Kind.TAIL_MISSING, "30"),
        ([], 0, Kind.TAIL_MISSING, "0"),
    ],
    ids=["missing", "moved", "repeated", "beginning gone", "empty record", "tail", "emptied"],
)
def test_the_place_is_named(lines: list[bytes], first: int, kind: Kind, place: str) -> None:
    assert walked(lines, head(40), first)[0] == (kind, place)


def test_an_old_copy_that_was_written_on_is_another_history() -> None:
    chain = Chain(bytes.fromhex(LINES[29][-66:-2].decode()))
    others = [chain.add(Decided("muongnhe/2", "overdue", "x", n, n)) for n in range(20)]
    assert walked([*LINES[:30], *others], head(40)) == [(Kind.OTHER_HISTORY, "39")]


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    make_keys(tmp_path / "private.pem", tmp_path / "public.pem")
    return tmp_path / "private.pem", tmp_path / "public.pem"


def test_only_the_key_that_signed_opens_a_checkpoint(keys: tuple[Path, Path], tmp_path: Path) -> None:
    value = signed("dossier.trail", Heads((head(40)[0][1],)), at=7, key=private_key(keys[0]))
    checkpoint = opened(value, public_key(keys[1]))
    assert heads_of([checkpoint], topic="dossier.trail", partition=0) == [(7, head(40)[0][1])]
    assert heads_of([checkpoint], topic="other.dossier.trail", partition=0) == []
    make_keys(tmp_path / "other", tmp_path / "other.pub")
    for forged in (value.replace(b'"count":40', b'"count":39'), value[:-9], b"", b"{}"):
        with pytest.raises(Forged):
            opened(forged, public_key(keys[1]))
    with pytest.raises(Forged):
        opened(value, public_key(tmp_path / "other.pub"))


def test_the_secret_is_its_owners_and_is_never_written_over(keys: tuple[Path, Path], tmp_path: Path) -> None:
    assert keys[0].stat().st_mode & 0o077 == 0
    with pytest.raises(KeyUnusable):
        make_keys(*keys)
    with pytest.raises(KeyUnusable, match=r"public\.pem"):
        make_keys(tmp_path / "another.pem", keys[1])
    assert not (tmp_path / "another.pem").exists(), "half a pair would be in the way of the next try"


@pytest.mark.parametrize("read", [private_key, public_key])
def test_what_is_no_key_is_said_to_be_none(read: object, tmp_path: Path, keys: tuple[Path, Path]) -> None:
    (tmp_path / "text").write_text("no key")
    for file in (tmp_path / "nowhere", tmp_path / "text", keys[1] if read is private_key else keys[0]):
        with pytest.raises(KeyUnusable):
            read(file)  # type: ignore[operator]  # one of the two above
