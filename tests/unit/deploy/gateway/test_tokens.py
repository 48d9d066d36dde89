"""Tokens are kept as hashes, allow one source and its homes, and are made and taken away without a restart."""

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.gateway.tokens import Pass, Tokens, TokensUnreadable, entry, new_token, read_tokens


def test_a_token_allows_its_source_and_its_homes(tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    token, hashed = new_token()
    file.write_text(entry(Pass("one", "a/b", ("home1", "home2"), hashed)) + entry(Pass("two", "c", ("*",), "0" * 64)))
    found = Tokens(file).of(token)
    assert found is not None
    assert (found.source, found.speaks_for("home2/7"), found.speaks_for("home3/7")) == ("a/b", True, False)
    assert read_tokens(file.read_text())[1].speaks_for("anything/1")
    assert Tokens(file).of(token + "x") is None


def test_the_file_holds_no_token(tmp_path: Path) -> None:
    token, hashed = new_token()
    assert token not in entry(Pass("one", "a", ("h",), hashed))


def test_a_file_that_is_spoiled_later_leaves_the_last_tokens_in_force(tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    token, hashed = new_token()
    file.write_text(entry(Pass("one", "a", ("h",), hashed)))
    tokens = Tokens(file)
    file.write_text("[[tokens]")
    assert tokens.of(token) is not None
    file.unlink()
    assert tokens.of(token) is not None


@pytest.mark.parametrize(
    "text",
    [
        "[[tokens]]\nname = 'x'",
        "[[token]]",
        "tokens = 1",
        entry(Pass("x", "a", ("h",), "0" * 64)) * 2,
        entry(Pass("x", "a", (), "0" * 64)),
        entry(Pass("x", "a", ("h",), "password")),
    ],
    ids=["half a token", "a wrong word", "no table", "one name twice", "no home", "no hash"],
)
def test_a_wrong_file_is_an_error_at_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokens.toml").write_text(text)
    with pytest.raises(TokensUnreadable):
        Tokens(tmp_path / "tokens.toml")


def test_the_command_makes_a_token_and_shows_it_once(tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    asked = ["gateway", "token", "motcua", "--source", "a/b", "--home", "h", "--file", str(file), "--json"]
    rehearsed = CliRunner().invoke(main, [*asked, "--dry-run"])
    assert rehearsed.exit_code == 0
    assert not file.exists()
    told = json.loads(CliRunner().invoke(main, asked).output)
    found = Tokens(file).of(told["token"])
    assert found is not None
    assert (found.name, found.source, found.homes) == ("motcua", "a/b", ("h",))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert CliRunner().invoke(main, asked).exit_code == 1


def test_a_token_that_names_a_mapping_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    asked = ["gateway", "token", "motcua", "--source", "a/b", "--home", "h", "--file", str(file), "--mapping", "town"]
    assert CliRunner().invoke(main, asked).exit_code == 0
    Tokens(file, mappings={"town"})
    with pytest.raises(TokensUnreadable, match=r"sources/town\.toml"):
        Tokens(file, mappings={"national"})


def test_without_tokens_the_gateway_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["gateway"])
    assert result.exit_code == 2
    assert "gateway.tokens_file" in result.output
