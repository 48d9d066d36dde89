"""The boards as they are committed: one JSON file for each board and language."""

import json
from pathlib import Path
from typing import Final

from dashboards.boards.board import Board
from dashboards.boards.leaders import leaders
from dashboards.boards.pipeline import pipeline
from dashboards.boards.unit import unit
from dashboards.words import Language

FOLDER: Final = Path(__file__).parents[1] / "grafana"


def boards() -> tuple[Board, ...]:
    """Return every board."""
    return leaders(), unit(), pipeline()


def written() -> dict[str, str]:
    """Return the content of each file by its name."""
    return {
        f"{board.uid(language)}.json": json.dumps(board.built(language), ensure_ascii=False, indent=1) + "\n"
        for board in boards()
        for language in Language
    }
