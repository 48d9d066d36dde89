"""The class path is resolved once and taken from its note as long as every jar is there."""

import hashlib
import json
from pathlib import Path

import pytest

from deploy.local.jars import JarsMissing, checked, class_path, java, note_of


def test_a_note_whose_jars_are_all_there_is_believed(tmp_path: Path) -> None:
    jar = tmp_path / "a.jar"
    jar.touch()
    note = one_note(tmp_path, [jar])
    assert class_path(tmp_path, ("g:a:1",)) == [jar]
    assert note.exists()


def one_note(cache: Path, jars: list[Path]) -> Path:
    note = note_of(cache, ("g:a:1",))
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps([str(jar) for jar in jars]))
    return note


def test_java_is_a_program() -> None:
    assert java().is_file()


def test_a_jar_that_was_fetched_in_part_is_fetched_again(tmp_path: Path) -> None:
    jar = tmp_path / "a.jar"
    fetched = iter([b"hal", b"half of it is not enough"])

    def fetch() -> Path:
        if not jar.exists():
            jar.write_bytes(next(fetched))
        return jar

    whole = hashlib.sha256(b"half of it is not enough").hexdigest()
    assert checked(fetch, {"a.jar": whole}).read_bytes() == b"half of it is not enough"


def test_a_jar_that_is_never_the_published_one_is_refused(tmp_path: Path) -> None:
    def fetch() -> Path:
        (tmp_path / "a.jar").write_bytes(b"wrong")
        return tmp_path / "a.jar"

    with pytest.raises(JarsMissing, match="not the one that was published"):
        checked(fetch, {"a.jar": "00"})


def test_a_jar_nobody_has_named_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.jar").touch()
    with pytest.raises(JarsMissing, match="not among the jars"):
        checked(lambda: tmp_path / "b.jar", {})
