"""The pipeline's first rows: the great figures, and how records flow."""

from typing import Final

from dashboards.boards.panels import (
    AMBER,
    COUNT,
    GREEN,
    RED,
    SECONDS,
    SHARE,
    Ask,
    Head,
    Panel,
    Place,
    figure,
    small_lines,
    steps,
)
from dashboards.boards.shared import complete
from dashboards.words import Said

TURN: Final = "topic_partition:dunghan_last_turn_timestamp_seconds:max"
LATE: Final = steps((None, GREEN), (30, AMBER), (60, RED))


def _head(x: int, title: Said, meaning: Said) -> Head:
    return Head(title, meaning, Place(x, 0, 4, 4))


FIRING: Final = (
    'count(ALERTS{alertstate="firing", alertname=~"Dunghan.+"}) - count(ALERTS{alertname="DunghanWatchdog"})'
)
FIGURES: Final[tuple[Panel, ...]] = (
    figure(
        _head(
            0,
            Said("Cảnh báo", "Alerts firing"),
            Said("Số cảnh báo đang kêu, trừ Watchdog.", "Firing, less the watchdog."),
        ),
        FIRING,
        thresholds=steps((None, GREEN), (1, RED)),
    ),
    figure(
        _head(
            4,
            Said("Tồn đọng lâu nhất", "Lag"),
            Said("Tuổi của bản ghi cũ nhất còn chờ.", "Age of the oldest record that waits to be taken."),
        ),
        "max(topic:dunghan_lag_seconds:max)",
        unit=SECONDS,
        thresholds=LATE,
    ),
    figure(
        _head(
            8,
            Said("Xét hạn trễ, 1 giờ", "Stages late, 1 h"),
            Said(
                "Phần các bước được xét muộn hơn 60 giây sau khi đến hạn; mục tiêu: không quá 0,1 %.",
                "Share of the stages decided more than 60 s after they were due; the objective allows 0.1 %.",
            ),
        ),
        "(dunghan:stages_late:ratio_rate1h >= 0) or vector(0)",
        unit=SHARE,
        decimals=2,
        thresholds=steps((None, GREEN), (0.001, AMBER), (0.0144, RED)),
    ),
    figure(
        _head(
            12,
            Said("Nhắc việc chờ gửi", "Oldest unsent"),
            Said("Nhắc việc đã đến lúc mà chưa gửi.", "Age of the oldest notice that is due to be told and is not."),
        ),
        "max(dunghan_oldest_unsent_seconds)",
        unit=SECONDS,
        thresholds=steps((None, GREEN), (600, AMBER), (1800, RED)),
    ),
    figure(
        _head(
            16,
            Said("Phần đang chạy", "Partitions at work"),
            Said("Phần có xét hạn trong 1 phút qua.", "Partitions that looked for work in the last minute, of all."),
        ),
        f"(count(time() - {TURN} < 60) or vector(0)) / (count({TURN}) > 0)",
        unit=SHARE,
        thresholds=steps((None, RED), (1, GREEN)),
    ),
    complete(Place(20, 0, 4, 4)),
)
"""The six great figures."""


FLOW: Final[tuple[Panel, ...]] = (
    small_lines(
        Head(
            Said("Bản ghi được xử lý mỗi giây", "Records taken per second"),
            Said("Theo chủ đề, trung bình 5 phút.", "By topic, over 5 minutes."),
            Place(0, 4, 8, 7),
        ),
        (Ask("topic:dunghan_records_taken:rate5m", Said("{{topic}}", "{{topic}}"), instant=False),),
        unit=COUNT,
    ),
    small_lines(
        Head(
            Said("Tồn đọng theo chủ đề", "Lag by topic"),
            Said(
                "Tuổi của bản ghi cũ nhất còn chờ, phần chậm nhất.",
                "Oldest waiting record of the slowest partition.",
            ),
            Place(8, 4, 8, 7),
        ),
        (Ask("topic:dunghan_lag_seconds:max", Said("{{topic}}", "{{topic}}"), instant=False),),
        unit=SECONDS,
    ),
    small_lines(
        Head(
            Said("Thời gian một lượt ghi", "Time of an epoch"),
            Said("99 % các lượt nhanh hơn.", "99 % of the epochs are faster, from decision to commit."),
            Place(16, 4, 8, 7),
        ),
        (
            Ask(
                "histogram_quantile(0.99, sum by (topic, le) (rate(dunghan_epoch_seconds_bucket[5m])))",
                Said("{{topic}}", "{{topic}}"),
                instant=False,
            ),
        ),
        unit=SECONDS,
    ),
)
"""Rate, lag and the time of an epoch."""
