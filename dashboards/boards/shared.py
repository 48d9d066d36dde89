"""What more than one board shows: the choice of the period, completeness, the moment of the figures, the six."""

from typing import Final

from dashboards.boards.board import Variable
from dashboards.boards.panels import (
    AMBER,
    BLUE,
    GREEN,
    MOMENT,
    RED,
    VIOLET,
    Head,
    Json,
    Panel,
    Place,
    figure,
    steps,
)
from dashboards.words import Said

NAMED: Final = "* on (unit) group_left (name) unit:dunghan_unit_info:chosen"
GOOD_BAD: Final = steps((None, RED), (0.8, AMBER), (0.95, GREEN))
NONE_IS_GOOD: Final = steps((None, GREEN), (1, RED))
PERIOD: Final = Variable("period", Said("Kỳ", "Period"), "label_values(dunghan_received, period)")
NOT_YET_DUE: Final = "open_in_time|open_due_soon|paused"
IN_TIME: Final = "closed_early|closed_on_time"

NARROW: Final = 6
_WORDS: Final = {
    "1": {"text": Said("ĐỦ", "COMPLETE"), "color": GREEN, "index": 0},
    "0": {"text": Said("CHƯA ĐỦ", "INCOMPLETE"), "color": RED, "index": 1},
}


def complete(place: Place) -> Panel:
    """Return whether the figures are complete, in a word beside the colour."""
    head = Head(
        Said("Số liệu", "Figures"),
        Said(
            "Đủ khi mọi phần của sổ đã được đếm đến cuối. Khi chưa đủ thì không hiện tổng nào, thay vì hiện thiếu.",
            "Complete when every partition was read to its end. Until then no sum is shown, rather than a partial one.",
        ),
        place,
    )
    mappings = [{"type": "value", "options": _WORDS}]
    return figure(
        head,
        "max(dunghan_complete)",
        thresholds=steps((None, RED), (1, GREEN)),
        mappings=mappings,
        size=28 if place.w < NARROW else 40,
    )


def as_of(place: Place) -> Panel:
    """Return the moment up to which the figures are."""
    head = Head(
        Said("Số liệu đến", "Data as of"),
        Said("Thời điểm cuối cùng đã được tính vào.", "The latest moment that is counted."),
        place,
    )
    return figure(head, "max(dunghan_as_of_timestamp_seconds) * 1000", unit=MOMENT, size=34)


SIX: Final[tuple[tuple[Said, Said, str, Json], ...]] = (
    (
        Said("Tiếp nhận", "Received"),
        Said(
            "Hồ sơ tiếp nhận trong kỳ, theo ngày nộp (không có thì ngày tiếp nhận). Bằng tổng của mọi nhãn.",
            "Dossiers received in the period, by day of submission, else of acceptance. The labels sum to it.",
        ),
        ".+",
        steps((None, BLUE)),
    ),
    (
        Said("Đúng, trước hạn", "Settled in time"),
        Said(
            "Kết thúc không muộn hơn hạn trả: ngày hẹn, cộng thời gian tạm dừng sau khi hẹn. Thời gian chờ bổ sung "
            "được trừ theo tài liệu công thức của Bộ chỉ số 766 (766/QĐ-TTg).",
            "Ended not later than the ranking due moment: as appointed, plus the pauses that began after it. The time "
            "of a supplement is subtracted by the formula document of the 766 index (766/QĐ-TTg).",
        ),
        IN_TIME,
        steps((None, GREEN)),
    ),
    (
        Said("Chưa đến hạn", "Not yet due"),
        Said("Đang xử lý trong hạn, sắp đến hạn hoặc tạm dừng.", "Open and in time, due soon, or paused."),
        NOT_YET_DUE,
        steps((None, BLUE)),
    ),
    (
        Said("Trễ hạn, đã xong", "Settled late"),
        Said("Đã xong sau hạn trả.", "Ended after the ranking due moment."),
        "closed_late",
        NONE_IS_GOOD,
    ),
    (
        Said("Quá hạn, còn mở", "Overdue, open"),
        Said("Đã qua hạn trả mà chưa xong.", "Past the ranking due moment and not ended."),
        "open_overdue",
        NONE_IS_GOOD,
    ),
    (
        Said("Không rõ", "Unaccounted for"),
        Said(
            "Tiếp nhận mà không phân loại được: không có hạn, hoặc trạng thái lạ. Không bao giờ nhập vào số khác.",
            "Received and not to be judged: no due moment, or an unknown state. Never absorbed by another figure.",
        ),
        "unclassified",
        steps((None, GREEN), (1, VIOLET)),
    ),
)
"""The six figures: title, definition, the labels they add up, colours."""


def six(y: int, series: str, chosen: str) -> tuple[Panel, ...]:
    """Return the six figures in a row; `series` has the label `label`, `chosen` are the other matchers."""
    return tuple(
        figure(
            Head(title, meaning, Place(4 * at, y, 4, 4)),
            f'sum({series}{{{chosen}, label=~"{labels}"}})',
            thresholds=thresholds,
        )
        for at, (title, meaning, labels, thresholds) in enumerate(SIX)
    )
