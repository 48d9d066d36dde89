"""The pipeline's last rows: who is silent beyond what was expected, who never spoke, who sends late or amiss."""

from typing import Final

from dashboards.boards.panels import SECONDS, SHARE, Ask, Head, Panel, Place, small_lines
from dashboards.words import Said

SOURCE: Final = Said("{{source}}", "{{source}}")
UNIT: Final = Said("{{unit}}", "{{unit}}")


def _of_source(vi: str, en: str) -> Said:
    return Said(f"{{{{source}}}}: {vi}", f"{{{{source}}}}: {en}")


VOICES: Final[tuple[Panel, ...]] = (
    small_lines(
        Head(
            Said("Im lặng bao lâu", "Silent for"),
            Said(
                "Từ bản ghi cuối cùng của mỗi nguồn, của mỗi đơn vị; 10 lâu nhất mỗi loại.",
                "Since the last event of each source, and the last that named each unit; the 10 longest of either.",
            ),
            Place(0, 25, 8, 7),
        ),
        (
            Ask("topk(10, time() - source:dunghan_source_last_event_timestamp_seconds:max)", SOURCE, instant=False),
            Ask("topk(10, time() - unit:dunghan_unit_last_event_timestamp_seconds:max)", UNIT, instant=False),
        ),
        unit=SECONDS,
    ),
    small_lines(
        Head(
            Said("Bị trả lại, và đến trễ", "Rejected, and late"),
            Said(
                "Theo nguồn: phần bị trả lại trong 1 giờ; phần đến sau hơn một ngày trong 24 giờ, cũng theo đơn vị.",
                "By source: share rejected in an hour; share that arrived over a day late in 24 hours, by unit too.",
            ),
            Place(8, 25, 8, 7),
        ),
        (
            Ask(
                "topk(10, source:dunghan_source_rejected:ratio_increase1h)",
                _of_source("trả lại", "rejected"),
                instant=False,
            ),
            Ask(
                "topk(10, source:dunghan_source_late_events:ratio_increase1d)",
                _of_source("đến trễ", "late"),
                instant=False,
            ),
            Ask("topk(10, unit:dunghan_unit_late_events:ratio_increase1d)", UNIT, instant=False),
        ),
        unit=SHARE,
        min=0,
        max=1,
    ),
    small_lines(
        Head(
            Said("Quá hẹn lên tiếng", "Beyond what was expected"),
            Said(
                "Trên 0: im lặng lâu hơn nhịp gửi cho phép, tính theo giờ làm việc (policy.toml, sources/*.toml).",
                "Above 0: silent for longer than the cadence in working time allows (policy.toml, sources/*.toml).",
            ),
            Place(0, 32, 12, 7),
        ),
        (
            Ask("topk(10, time() - source:dunghan_source_expected_timestamp_seconds:max)", SOURCE, instant=False),
            Ask("topk(10, time() - unit:dunghan_unit_expected_timestamp_seconds:max)", UNIT, instant=False),
        ),
        unit=SECONDS,
    ),
    small_lines(
        Head(
            Said("Chưa từng gửi gì", "Has never sent anything"),
            Said(
                "Đơn vị đang hoạt động và nguồn đã khai báo mà chưa có bản ghi nào đến.",
                "Units in force, and sources with a document, of which no event has ever arrived.",
            ),
            Place(12, 32, 12, 7),
        ),
        (
            Ask("count(unit:dunghan_unit_never_heard:min == 1) or vector(0)", Said("đơn vị", "units"), instant=False),
            Ask(
                "count(source:dunghan_source_never_heard:min == 1) or vector(0)",
                Said("nguồn", "sources"),
                instant=False,
            ),
            Ask("unit:dunghan_unit_never_heard:min == 1", UNIT, instant=False),
        ),
    ),
)
"""Silence, and what of each source was rejected or late."""
