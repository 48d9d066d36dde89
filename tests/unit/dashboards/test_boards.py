"""The boards: as they are committed, and what every one of them must be."""

import re
from typing import Any

import promql_parser
import pytest

from dashboards.boards.board import MOST_PANELS
from dashboards.boards.written import FOLDER, boards, written
from dashboards.words import LABELS, RATES, Language
from streams.core.labels import Label

BUILT = {board.uid(language): board.built(language) for board in boards() for language in Language}
PANELS = [
    pytest.param(panel, id=f"{uid} {panel['title']}") for uid, built in BUILT.items() for panel in built["panels"]
]


def test_what_is_committed_is_what_is_built() -> None:
    committed = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")}
    assert committed == written(), "run `python -m dashboards.boards`"


@pytest.mark.parametrize("built", BUILT.values(), ids=BUILT)
def test_a_board_has_the_frame_that_grafana_loads(built: dict[str, Any]) -> None:
    assert built["schemaVersion"] == 42
    assert built["timezone"] == "Asia/Ho_Chi_Minh"
    assert built["uid"].endswith(("-vi", "-en"))
    assert built["templating"]["list"][0]["name"] == "datasource"
    assert 0 < len(built["panels"]) <= MOST_PANELS
    assert len({panel["id"] for panel in built["panels"]}) == len(built["panels"])


@pytest.mark.parametrize("built", BUILT.values(), ids=BUILT)
def test_no_two_panels_lie_on_each_other(built: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in built["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_its_figure_is_and_asks_the_chosen_source(panel: dict[str, Any]) -> None:
    assert len(panel["description"]) >= 15
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    for target in panel["targets"]:
        promql_parser.parse(re.sub(r"\$\w+", "x", target["expr"]))


@pytest.mark.parametrize("panel", PANELS)
def test_counts_are_shown_in_full_digits(panel: dict[str, Any]) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    assert unit in {"none", "percentunit", "s"} or unit.startswith("time:")


def test_both_languages_ask_the_same() -> None:
    for board in boards():
        vietnamese, english = (board.built(language) for language in Language)
        asked = [
            [target["expr"] for panel in built["panels"] for target in panel["targets"]]
            for built in (vietnamese, english)
        ]
        assert asked[0] == asked[1]
        assert [panel["title"] for panel in vietnamese["panels"]] != [panel["title"] for panel in english["panels"]]


def test_a_unit_is_linked_from_the_leaders_to_its_own_board() -> None:
    for language in Language:
        table = next(panel for panel in BUILT[f"dunghan-leaders-{language}"]["panels"] if panel["type"] == "table")
        [link] = table["fieldConfig"]["overrides"][0]["properties"][0]["value"]
        assert link["url"].startswith(f"/d/dunghan-unit-{language}?")
        column = re.search(r'fields\["(.+?)"\]', link["url"])
        assert column is not None
        assert column[1] == table["transformations"][1]["options"]["renameByName"]["unit"]


def test_every_label_and_rate_has_a_word_in_both_languages() -> None:
    assert set(LABELS) == set(Label)
    assert all(words.vi and words.en for words in (*LABELS.values(), *RATES.values()))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("board", "panel", "basis"),
    [
        ("dunghan-leaders", {"vi": "Đúng, trước hạn", "en": "Settled in time"}, "766/QĐ-TTg"),
        ("dunghan-leaders", {"vi": "Đúng hạn trên tiếp nhận", "en": "In time, of all received"}, "10"),
        ("dunghan-unit", {"vi": "Đúng, trước hạn", "en": "Settled in time"}, "766/QĐ-TTg"),
        ("dunghan-unit", {"vi": "Bốn tỷ lệ đang dùng", "en": "The four rates in use"}, "766/QĐ-TTg"),
        ("dunghan-unit", {"vi": "Bốn tỷ lệ đang dùng", "en": "The four rates in use"}, "Lâm Đồng"),
    ],
)
def test_a_figure_that_rests_on_a_document_names_it(
    board: str, panel: dict[str, str], basis: str, language: Language
) -> None:
    built = next(each for each in boards() if each.name == board).built(language)
    [found] = [each for each in built["panels"] if each["title"].startswith(panel[language.value])]
    assert basis in found["description"]
