"""The class path is resolved once and taken from its note as long as every jar is there."""

import json
from pathlib import Path

from deploy.local.jars import class_path, java, note_of


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
