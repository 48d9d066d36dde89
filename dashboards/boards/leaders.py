"""Board (a), for those who answer for a province: six figures, who keeps their word, and whether it gets better."""

from typing import Final

from dashboards.boards.board import Board
from dashboards.boards.panels import (
    BLUE,
    COUNT,
    GREEN,
    RED,
    SHARE,
    VIOLET,
    Ask,
    Head,
    Json,
    Panel,
    Place,
    bars,
    coloured,
    figure,
    lines,
    named,
)
from dashboards.boards.shared import GOOD_BAD, NAMED, PERIOD, as_of, complete, six
from dashboards.words import Language, Said

P: Final = '{period="$period"}'
TOTAL: Final = "period_label:dunghan_dossiers:sum"


def _share() -> Panel:
    head = Head(
        Said("Đúng hạn trên tiếp nhận", "In time, of all received"),
        Said(
            "Xong đúng và trước hạn, chia cho tiếp nhận. Báo Điện Biên Phủ 10/7/2020: 80,84 % của 37.541 hồ sơ.",
            "Settled early or on time, divided by all received. The article of 10 July 2020: 80.84 % of 37,541.",
        ),
        Place(16, 0, 8, 3),
    )
    return figure(head, f"period:dunghan_on_time:ratio{P}", unit=SHARE, decimals=2, thresholds=GOOD_BAD, size=44)


def _ranking() -> Panel:
    head = Head(
        Said("Xếp hạng: tỷ lệ không trễ, ít nhất là", "Ranking: the share not late is at least"),
        Said(
            "Cận dưới Wilson 95 % của tỷ lệ không trễ trên tiếp nhận, cho đơn vị từ 30 hồ sơ: 1 trên 1 không hơn 997 "
            "trên 1.000. Xếp hạng chính thức nằm trong báo cáo (hồ sơ chuyển kỳ, miễn trừ, sáp nhập).",
            "Lower end of Wilson's interval (95 %) around the share not late of all received, of units with 30 or "
            "more: 1 of 1 does not beat 997 of 1,000. The ranking that decides is the report's, which knows what was "
            "carried over, exempt and merged.",
        ),
        Place(0, 7, 12, 16),
    )
    best = f"topk(15, unit:dunghan_not_late:lower{P}) {NAMED}"
    best = f'sort_desc(label_replace({best}, "name", "$1", "name", "UBND (.+)"))'
    return bars(head, (Ask(best, Said("{{name}}", "{{name}}")),), thresholds=GOOD_BAD)


SHARES: Final = Head(
    Said("Tỷ lệ theo thời gian", "The shares over time"),
    Said(
        "Đúng hạn: xong đúng và trước hạn trên tiếp nhận. Không trễ: mọi hồ sơ trừ trễ hạn và quá hạn.",
        "In time: settled early or on time, of all received. Not late: all but settled late and overdue.",
    ),
    Place(12, 7, 12, 8),
)
COUNTS: Final = Head(
    Said("Quá hạn và không rõ theo thời gian", "Overdue and unaccounted for over time"),
    Said("Số hồ sơ quá hạn chưa xong và số không rõ.", "Dossiers overdue and open, and those unaccounted for."),
    Place(12, 15, 12, 8),
)


def _trends() -> tuple[Panel, ...]:
    return (
        lines(
            SHARES,
            (
                Ask(f"period:dunghan_on_time:ratio{P}", IN_TIME, instant=False),
                Ask(f"period:dunghan_not_late:ratio{P}", NOT_LATE, instant=False),
            ),
            unit=SHARE,
            min=0,
            max=1,
            decimals=1,
            overrides=(coloured(IN_TIME, GREEN), coloured(NOT_LATE, BLUE)),
        ),
        lines(
            COUNTS,
            (_over_time("open_overdue", OVERDUE), _over_time("unclassified", UNKNOWN)),
            overrides=(coloured(OVERDUE, RED), coloured(UNKNOWN, VIOLET)),
        ),
    )


IN_TIME: Final = Said("Đúng hạn", "In time")
NOT_LATE: Final = Said("Không trễ", "Not late")
OVERDUE: Final = Said("Quá hạn", "Overdue")
UNKNOWN: Final = Said("Không rõ", "Unaccounted")


def _over_time(label: str, legend: Said) -> Ask:
    return Ask(f'sum({TOTAL}{{period="$period", label="{label}"}})', legend, instant=False)


def _labelled(label: str) -> str:
    return f'unit_label:dunghan_dossiers:chosen{{period="$period", label="{label}"}}'


COLUMNS: Final = (
    (f"unit:dunghan_received:chosen{P}", Said("Tiếp nhận", "Received")),
    (f"unit:dunghan_on_time:sum{P}", IN_TIME),
    (f"unit:dunghan_not_yet_due:sum{P}", Said("Chưa đến hạn", "Not yet due")),
    (_labelled("closed_late"), Said("Trễ hạn", "Settled late")),
    (_labelled("open_overdue"), OVERDUE),
    (_labelled("unclassified"), UNKNOWN),
    (f"unit:dunghan_not_late:ratio{P}", NOT_LATE),
)
UNIT: Final = Said("Đơn vị", "Unit")
CODE: Final = Said("Mã", "Code")


def _url(language: Language) -> str:
    field = f'${{__data.fields["{CODE.of(language)}"]}}'
    return f"/d/dunghan-unit-{language}?var-period=${{period}}&var-unit={field}"


def _columns() -> Json:
    names = {f"Value #{letter}": name for letter, (_, name) in zip("ABCDEFG", COLUMNS, strict=True)}
    return {
        "excludeByName": {"Time": True},
        "indexByName": {column: at for at, column in enumerate(("name", "unit", *names))},
        "renameByName": {"name": UNIT, "unit": CODE, **names},
    }


def _table() -> Panel:
    head = Head(
        Said("Từng đơn vị (bấm tên để mở)", "Unit by unit (a name opens its board)"),
        Said(
            "Hồ sơ tiếp nhận trong kỳ theo nhãn. Không trễ: mọi hồ sơ trừ trễ hạn và quá hạn, chia cho tiếp nhận.",
            "What was received in the period, by label. Not late: all but late and overdue, of all received.",
        ),
        Place(0, 23, 24, 15),
    )
    link = {"title": Said("Mở đơn vị", "Open the unit"), "url": Said(_url(Language.VI), _url(Language.EN))}
    by_value = {"type": "color-text"}
    return Panel(
        "table",
        head,
        tuple(Ask(f"sum by (unit, name) ({expression} {NAMED})") for expression, _ in COLUMNS),
        {"unit": COUNT, "decimals": 0, "custom": {"align": "right", "width": 106, "cellOptions": {"type": "auto"}}},
        {"showHeader": True, "cellHeight": "sm"},
        (
            named(UNIT, links=[link | {"targetBlank": False}], custom__align="left", custom__width=280),
            named(CODE, custom__align="left", custom__width=120),
            named(NOT_LATE, unit=SHARE, decimals=1, thresholds=GOOD_BAD, custom__cellOptions=by_value),
        ),
        (
            {"id": "merge", "options": {}},
            {"id": "organize", "options": _columns()},
            {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": NOT_LATE, "desc": True}]}},
        ),
    )


def leaders() -> Board:
    """Return the board."""
    return Board(
        "dunghan-leaders",
        Said("Đúng hạn: toàn tỉnh", "On time: the province"),
        Said("Ai giữ đúng hẹn với người dân.", "Who keeps their word to citizens."),
        (PERIOD,),
        (
            as_of(Place(0, 0, 8, 3)),
            complete(Place(8, 0, 8, 3)),
            _share(),
            *six(3, TOTAL, 'period="$period"'),
            _ranking(),
            *_trends(),
            _table(),
        ),
    )
