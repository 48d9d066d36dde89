"""The commands on the pages people read: every fenced block of shell, command by command."""

import re
import shlex
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click

from deploy.cli import main

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "vi").glob("*.md")))
BESIDE = [
    ROOT / "docs" / folder / f"{name}.md" for folder in ("", "vi") for name in ("install", "connect", "care", "upgrade")
]
"""The pages of an administrator, which are there in both languages."""
SHELL = ("", "sh")
"""The language after the fence: `sh` is run by a test; a bare fence is for elsewhere, or holds no command at all."""


class Block(NamedTuple):
    """A fenced block of a page; `heading` is the last one above it."""

    page: Path
    heading: str
    language: str
    text: str


@cache
def blocks(page: Path) -> tuple[Block, ...]:
    """Return every fenced block of a page, in order."""
    found, heading = [], ""
    parts = re.finditer(
        r"^#+ ([^\n]*)$|^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    for part in parts:
        if part[1] is None:
            found.append(Block(page, heading, part[2], part[3]))
        else:
            heading = part[1]
    return tuple(found)


def lines(text: str) -> list[str]:
    """Return the lines of a block, those that go on joined, without empty ones and comments."""
    joined = re.sub(r"\\\n\s*", " ", text)
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def commands(line: str) -> list[list[str]]:
    """Return the words of each command of a line, of a pipe or a chain too, without variables set and redirections."""
    words = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    words.whitespace_split = True
    found: list[list[str]] = [[]]
    given = list(words)
    for place, word in enumerate(given):
        if set(word) <= set("|&;"):
            found.append([])
        elif not set(word) <= set("<>") and not (place and set(given[place - 1]) <= set("<>")):
            found[-1].append(word)
    return [left for each in found if (left := _without_variables(each))]


def _without_variables(words: list[str]) -> list[str]:
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    return words


def fault_of_ours(words: list[str]) -> str | None:
    """Return what is wrong with a call of `dunghan`: no such command, no such option; None where nothing is."""
    command: click.Command = main
    left = words[1:]
    while isinstance(command, click.Group) and left and not left[0].startswith("-"):
        found = command.get_command(click.Context(command), left[0])
        if found is None:
            # A group that does something itself, such as the gateway, may take words of its own.
            return None if command.invoke_without_command else f"{' '.join(words)}: there is no command {left[0]}"
        command, left = found, left[1:]
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    wrong = {each.partition("=")[0] for each in left if each.startswith("--")} - options
    return f"{' '.join(words)}: there is no option {', '.join(sorted(wrong))}" if wrong else None
