"""The pages of an administrator, in the order in which they stand: what is marked `sh` is run, on a real Kafka.

Exit code 3 (the data has problems) is an answer too: of a pipeline with nothing in it yet, some commands say so.
"""

from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.layout import Layout
from tests.pages import ROOT, blocks, commands, lines

PAGES = ("install.md", "care.md", "upgrade.md")
"""The clients on connect.md need a gateway and a token: tests/integration/test_connect.py."""


def said() -> list[str]:
    """Return each line once, however often and on however many pages it stands."""
    run = (block for name in PAGES for block in blocks(ROOT / "docs" / name) if block.language == "sh")
    return list(dict.fromkeys(line for block in run for line in lines(block.text)))


def test_what_the_pages_of_an_administrator_say_can_be_done(
    kafka: str, topics: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"KAFKA__BOOTSTRAP": kafka, "KAFKA__PREFIX": topics.prefix}
    settings |= {"KAFKA__PARTITIONS": str(topics.partitions), "KAFKA__REPLICATION": "1"}
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    monkeypatch.chdir(tmp_path)
    assert len(said()) > 10
    for line in said():
        for program, *words in commands(line):
            assert program == "dunghan", f"{line}: what is marked `sh` on these pages is ours"
            # In this process: a start of Python for each would take longer than all they do.
            done = CliRunner().invoke(main, words, env={f"DUNGHAN_{key}": value for key, value in settings.items()})
            assert done.exit_code in {0, 3}, f"{line}: {done.exit_code}: {done.output}"
