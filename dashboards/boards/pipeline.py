"""Board (c), for those who run it: rate, errors, lag, the objective, mails, rejected, recovery."""

from dashboards.boards.board import Board
from dashboards.boards.faults import CLOCKS, ERRORS, PROMISES
from dashboards.boards.flow import FIGURES, FLOW
from dashboards.boards.voices import VOICES
from dashboards.words import Said


def pipeline() -> Board:
    """Return the board."""
    return Board(
        "dunghan-pipeline",
        Said("Đúng hạn: vận hành", "On time: the pipeline"),
        Said("Đường ống có chạy, có kịp, có đúng không.", "Whether it runs, keeps up, and is right."),
        (),
        (*FIGURES, *FLOW, *PROMISES, *ERRORS, CLOCKS, *VOICES),
        since="now-6h",
        refresh="30s",
    )
