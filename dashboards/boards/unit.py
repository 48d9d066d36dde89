"""Board (b), one unit: its six figures, the four rates in official use, what became of its dossiers, the province."""

from typing import Final

from dashboards.boards.board import Board, Variable
from dashboards.boards.panels import (
    BLUE,
    COUNT,
    GREY,
    SHARE,
    Ask,
    Head,
    Panel,
    Place,
    bars,
    coloured,
    figure,
    lines,
)
from dashboards.boards.shared import GOOD_BAD, PERIOD, as_of, complete, six
from dashboards.core.rates import CauseView
from dashboards.words import COLOURS, LABELS, RATES, VIEWS, Said

UNIT: Final = Variable(
    "unit", Said("Đơn vị (mã)", "Unit (id)"), 'label_values(dunghan_received{period="$period"}, unit)'
)
CHOSEN: Final = 'period="$period", unit="$unit"'
SERIES: Final = "unit_label:dunghan_dossiers:chosen"
THIS: Final = Said("Đơn vị này", "This unit")
PROVINCE: Final = Said("Toàn tỉnh", "The province")


def _name() -> Panel:
    head = Head(
        Said("Đơn vị", "Unit"), Said("Tên trong danh mục đơn vị.", "Its name in the list of units."), Place(0, 0, 12, 3)
    )
    panel = figure(head, 'unit:dunghan_unit_info:chosen{unit="$unit"}', size=30)
    panel.options["textMode"] = "name"
    return Panel(
        "stat", head, (Ask(panel.asks[0].expression, Said("{{name}}", "{{name}}")),), panel.defaults, panel.options
    )


def _rates() -> Panel:
    head = Head(
        Said("Bốn tỷ lệ đang dùng, có và không có lỗi đồng bộ", "The four rates in use, with and without sync faults"),
        Said(
            "resolved: đúng hạn trên đã xong (Lâm Đồng). due: trên đến hạn (Vĩnh Phúc). handled: 1 trừ trễ và quá hạn "
            "trên tiếp nhận và chuyển kỳ (Gia Lai). board766: theo tài liệu công thức của Bộ chỉ số 766 (766/QĐ-TTg). "
            "Xem docs/rates.md.",
            "resolved: in time of those settled (Lâm Đồng). due: of those due (Vĩnh Phúc). handled: 1 less late and "
            "overdue of received and carried over (Gia Lai). board766: by the formula document of the 766 index "
            "(766/QĐ-TTg). docs/rates.md.",
        ),
        Place(0, 7, 12, 13),
    )
    asks = tuple(
        Ask(
            f'unit_rate:dunghan_rate_ratio:chosen{{{CHOSEN}, rate="{rate}", cause="{view}"}}',
            Said(f"{rate}: {words.vi}{extra.vi}", f"{rate}: {words.en}{extra.en}"),
        )
        for rate, words in RATES.items()
        for view, extra in (
            (CauseView.ALL, Said("", "")),
            (CauseView.WITHOUT_SYNC, _brackets(VIEWS[CauseView.WITHOUT_SYNC])),
        )
    )
    panel = bars(head, asks, thresholds=GOOD_BAD)
    return Panel(panel.kind, head, asks, panel.defaults, panel.options | {"namePlacement": "top", "maxVizHeight": 60})


def _brackets(words: Said) -> Said:
    return Said(f" ({words.vi})", f" ({words.en})")


def _labels() -> Panel:
    head = Head(
        Said("Hồ sơ tiếp nhận nay ra sao", "What became of what was received"),
        Said(
            "Mỗi hồ sơ mang đúng một nhãn; tổng các nhãn bằng tiếp nhận.",
            "Each dossier has one label; they sum to received.",
        ),
        Place(12, 7, 12, 13),
    )
    asks = tuple(Ask(f'sum({SERIES}{{{CHOSEN}, label="{label}"}})', words) for label, words in LABELS.items())
    overrides = tuple(coloured(words, COLOURS[label]) for label, words in LABELS.items())
    panel = bars(head, asks, unit=COUNT, decimals=0, max=None)
    return Panel(panel.kind, head, asks, panel.defaults, panel.options, overrides)


def _beside_the_province() -> Panel:
    head = Head(
        Said("Không trễ: đơn vị và toàn tỉnh", "Not late: the unit and the province"),
        Said(
            "Mọi hồ sơ trừ trễ hạn và quá hạn, chia cho tiếp nhận.",
            "All but settled late and overdue, of all received.",
        ),
        Place(0, 20, 12, 8),
    )
    return lines(
        head,
        (
            Ask(f"unit:dunghan_not_late:ratio{{{CHOSEN}}}", THIS, instant=False),
            Ask('period:dunghan_not_late:ratio{period="$period"}', PROVINCE, instant=False),
        ),
        unit=SHARE,
        min=0,
        max=1,
        decimals=1,
        overrides=(coloured(THIS, BLUE), coloured(PROVINCE, GREY)),
    )


def _over_time() -> Panel:
    head = Head(
        Said("Nhãn theo thời gian", "The labels over time"),
        Said(
            "Số hồ sơ tiếp nhận trong kỳ theo nhãn, chồng lên nhau.",
            "What was received in the period, by label, stacked.",
        ),
        Place(12, 20, 12, 8),
    )
    asks = tuple(
        Ask(f'sum({SERIES}{{{CHOSEN}, label="{label}"}})', words, instant=False) for label, words in LABELS.items()
    )
    overrides = tuple(coloured(words, COLOURS[label]) for label, words in LABELS.items())
    return lines(head, asks, stacked=True, overrides=overrides)


def unit() -> Board:
    """Return the board."""
    return Board(
        "dunghan-unit",
        Said("Đúng hạn: một đơn vị", "On time: one unit"),
        Said("Một đơn vị giữ đúng hẹn ra sao.", "How one unit keeps its word."),
        (PERIOD, UNIT),
        (
            _name(),
            as_of(Place(12, 0, 7, 3)),
            complete(Place(19, 0, 5, 3)),
            *six(3, SERIES, CHOSEN),
            _rates(),
            _labels(),
            _beside_the_province(),
            _over_time(),
        ),
    )
