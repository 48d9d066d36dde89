"""Board (c), for those who run it: rate, errors, lag, the objective, mails, rejected, recovery."""

from dashboards.boards.board import Board
from dashboards.boards.faults import clocks, errors, promises, sources
from dashboards.boards.flow import figures, flow
from dashboards.words import Said


def pipeline() -> Board:
    """Return the board."""
    return Board(
        "dunghan-pipeline",
        Said("Đúng hạn: vận hành", "On time: the pipeline"),
        Said("Đường ống có chạy, có kịp, có đúng không.", "Whether it runs, keeps up, and is right."),
        (),
        (*figures(), *flow(), *promises(), *errors(), sources(), clocks()),
        since="now-6h",
        refresh="30s",
    )
