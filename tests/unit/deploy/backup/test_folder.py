"""The folder of a backup: its files are for nobody else, and what is not ours stays."""

import fcntl
import os
from pathlib import Path
from typing import cast

import pytest

from deploy.backup.chains import is_last, walked
from deploy.backup.manifest import NAME, Manifest, Place, keep, manifest_in
from deploy.backup.pieces import Kept, Title, name_of, write
from deploy.backup.taking import NotNow, Source, _continues, take
from deploy.reading import Log, Stored
from deploy.verify.chain import Walk
from deploy.verify.checkpoints import Head
from deploy.verify.proof import head_of
from streams.topics import ACTS, TRAIL
from streams.wire.trail import Chain, Decided

LINES = [Chain.add(chain, Decided("muongnhe/1", "overdue", f"{n:032}", n, n)) for chain in [Chain()] for n in range(6)]


def piece(folder: Path, lines: range) -> Place:
    title, span = Title(TRAIL.name, 0), (lines.start, lines.stop)
    written = write(folder / name_of(title, span), title, (Kept(n, 0, b"k", LINES[n]) for n in lines))
    assert written is not None
    return Place(TRAIL.name, 0, lines.start, lines.stop, (written,))


def manifest(folder: Path, *places: Place) -> Manifest:
    heads, acts, wrong = walked(folder, places)
    return Manifest(0, "1", "p", 1, places, (), heads, acts, wrong=wrong)


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    (name,) = piece(tmp_path, range(6)).pieces
    assert (tmp_path / name.name).stat().st_mode & 0o777 == 0o600


def test_what_a_newer_manifest_does_not_name_goes_and_what_others_put_there_stays(tmp_path: Path) -> None:
    first, second = (piece(tmp_path, lines) for lines in (range(3), range(6)))
    others = tmp_path / "export.jsonl.gz"
    others.write_bytes(b"")
    keep(manifest(tmp_path, first), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {NAME, others.name, first.pieces[0].name}
    assert manifest_in(tmp_path) == manifest(tmp_path, first)
    assert not (tmp_path / second.pieces[0].name).exists()


def test_two_backups_are_not_written_into_one_folder_at_a_time(tmp_path: Path) -> None:
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(NotNow, match="another backup"):
        take(Source("127.0.0.1:1", "p", 1), tmp_path, now=0, release="1")
    os.close(other)


def test_the_next_backup_reads_the_new_files_of_the_trail_alone_and_comes_to_the_same(tmp_path: Path) -> None:
    first, more = piece(tmp_path, range(4)), piece(tmp_path, range(4, 6))
    both = Place(TRAIL.name, 0, 0, 6, (*first.pieces, *more.pieces))
    before, whole = manifest(tmp_path, first), walked(tmp_path, [both])
    (tmp_path / first.pieces[0].name).unlink()
    assert walked(tmp_path, [both], before=before) == whole
    assert whole.heads == (Head(0, 5, 6, LINES[5][-66:-2].decode()),)


def test_what_was_wrong_when_it_was_copied_is_told_again_by_the_next_backup(tmp_path: Path) -> None:
    broken, more = piece(tmp_path, range(1, 4)), piece(tmp_path, range(4, 6))
    both = Place(TRAIL.name, 0, 1, 6, (*broken.pieces, *more.pieces))
    before = manifest(tmp_path, broken)
    assert walked(tmp_path, [both], before=before).wrong == before.wrong != ()


@pytest.mark.parametrize("value", [None, b"", b"x", LINES[4]])
def test_whatever_else_stands_there_is_not_the_last_line(value: bytes | None) -> None:
    walk = Walk(0, topic=ACTS)
    walk.take(0, LINES[0])
    assert is_last(head_of(walk), LINES[0])
    assert not is_last(head_of(walk), value)


class Silent:
    """A log that has no record where the last line stood: a marker, or another log's."""

    def __init__(self, *values: bytes) -> None:
        self._values = values

    def some(self, *_: object) -> list[Stored]:
        return [Stored(0, 5, 0, b"k", value, ()) for value in self._values]


@pytest.mark.parametrize("values", [(), (LINES[4],), (b"{}",)], ids=["nothing", "another line", "no line"])
def test_a_log_without_the_last_line_that_was_copied_is_another_one(values: tuple[bytes, ...], tmp_path: Path) -> None:
    place = piece(tmp_path, range(6))
    before, ends = manifest(tmp_path, place), {(TRAIL.name, 0): (0, 9)}
    source = Source("127.0.0.1:1", "p", 1)
    _continues(cast("Log", Silent(LINES[5])), before, source=source, ends=ends)
    with pytest.raises(NotNow, match=TRAIL.name):
        _continues(cast("Log", Silent(*values)), before, source=source, ends=ends)
