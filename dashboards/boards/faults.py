"""The pipeline's other rows: promises and recovery, what went wrong, whose clock is wrong."""

from typing import Final

from dashboards.boards.panels import SECONDS, SHARE, Ask, Head, Panel, Place, small_lines
from dashboards.words import Said

QUANTILES: Final = tuple(
    Ask(
        f"histogram_quantile({share}, sum by (le) (rate(dunghan_stage_lag_seconds_bucket[5m])))",
        words,
        instant=False,
    )
    for share, words in (
        (0.5, Said("50 %", "50 %")),
        (0.99, Said("99 %", "99 %")),
        (0.999, Said("99,9 %", "99.9 %")),
    )
)
BURN: Final = tuple(
    Ask(f"dunghan:stages_late:ratio_rate{window} / 0.001", Said(window, window), instant=False)
    for window in ("5m", "1h", "6h", "3d")
)
PROMISES: Final[tuple[Panel, ...]] = (
    small_lines(
        Head(
            Said("Xét hạn chậm bao lâu", "Stage lag"),
            Said("Từ lúc đến hạn đến lúc được xét.", "Decided minus due: so many of the stages are faster."),
            Place(0, 11, 8, 7),
        ),
        QUANTILES,
        unit=SECONDS,
    ),
    small_lines(
        Head(
            Said("Tốc độ cạn quỹ sai số", "Burn rate of the objective"),
            Said(
                "Mục tiêu: 99,9 % các bước được xét trong 60 giây. 1 là vừa hết quỹ trong 30 ngày; 14,4: báo động.",
                "Objective: 99.9 % of stages within 60 s. 1 spends the budget in 30 days; 14.4 wakes somebody.",
            ),
            Place(8, 11, 8, 7),
        ),
        BURN,
        unit="none",
        decimals=1,
    ),
    small_lines(
        Head(
            Said("Phục hồi", "Recovery"),
            Said(
                "Phần sổ đã đọc lại, phần chậm nhất.",
                "Share of its state that the slowest partition has read back.",
            ),
            Place(16, 11, 8, 7),
        ),
        (Ask("min by (topic) (dunghan_restore_ratio)", Said("{{topic}}", "{{topic}}"), instant=False),),
        unit=SHARE,
        min=0,
        max=1,
    ),
)
"""Stage lag, burn rate and recovery."""


ERRORS: Final[tuple[Panel, ...]] = (
    small_lines(
        Head(
            Said("Bị trả lại, theo lý do", "Rejected, by reason"),
            Said("Bản ghi của nguồn bị trả lại mỗi giờ.", "Records of the sources put aside, per hour."),
            Place(0, 18, 8, 7),
        ),
        (
            Ask(
                "sum by (reason) (increase(dunghan_rejected_total[1h]))",
                Said("{{reason}}", "{{reason}}"),
                instant=False,
            ),
        ),
    ),
    small_lines(
        Head(
            Said("Thư theo kết quả", "Mails, by outcome"),
            Said("Lần gửi mỗi giờ, theo câu trả lời của máy chủ.", "Attempts per hour, by what the server answered."),
            Place(8, 18, 8, 7),
        ),
        (
            Ask(
                "sum by (outcome) (increase(dunghan_mails_total[1h]))",
                Said("{{outcome}}", "{{outcome}}"),
                instant=False,
            ),
        ),
    ),
    small_lines(
        Head(
            Said("Lỗi của chính ta", "Faults of our own"),
            Said(
                "Bản ghi nội bộ không đọc được, bảo toàn bị vỡ, đếm lại khác số đã ghi, chỗ phải đọc lại. Phải luôn "
                "bằng 0 (trừ đọc lại).",
                "Own records unreadable, conservation broken, recounts that differ, positions read again. All but the "
                "last must be 0.",
            ),
            Place(16, 18, 8, 7),
        ),
        (
            Ask("sum(dunghan_unreadable_records_total)", Said("không đọc được", "unreadable"), instant=False),
            Ask(
                "sum(dunghan_courier_unreadable_total)",
                Said("thư: không đọc được", "courier: unreadable"),
                instant=False,
            ),
            Ask("max(dunghan_tallies_unreadable)", Said("bảng: không đọc được", "board: unreadable"), instant=False),
            Ask("max(dunghan_conservation_violations)", Said("bảo toàn vỡ", "conservation"), instant=False),
            Ask("max(dunghan_recount_differences)", Said("đếm lại khác", "recount differs"), instant=False),
            Ask("sum(dunghan_gaps_healed_total)", Said("đọc lại", "read again"), instant=False),
        ),
    ),
)
"""What was rejected, mails, and faults of our own."""


SKEW: Final = "dunghan_clock_timestamp_seconds - timestamp(dunghan_clock_timestamp_seconds)"
CLOCKS: Final[Panel] = small_lines(
    Head(
        Said("Đồng hồ lệch", "Clock skew"),
        Said("Đồng hồ tiến trình trừ đồng hồ Prometheus.", "The worker's clock less that of Prometheus."),
        Place(16, 25, 8, 7),
    ),
    (Ask(SKEW, Said("{{instance}}", "{{instance}}"), instant=False),),
    unit=SECONDS,
)
"""How wrong the clocks are."""
