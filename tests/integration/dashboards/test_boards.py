"""Every board against a real Prometheus that scraped a real run: each expression has samples of series that exist."""

import os
import re
from collections.abc import Iterator
from time import monotonic, sleep

import promql_parser
import pytest

from dashboards.boards.written import boards
from dashboards.words import Language
from deploy.demo.histories import messages, ticks
from deploy.demo.offices import OFFICES
from deploy.demo.play import play
from deploy.rulebook import load_rulebook
from tests.integration.dashboards.pipeline import PARTITIONS, PERIOD, pipeline
from tests.integration.dashboards.prometheus import Prometheus, installed, prometheus

MISSING = "PROMETHEUS IS NOT INSTALLED, the boards are not tested against one: apt-get install prometheus"
IN_CI = os.environ.get("CI") == "true"  # noqa: TID251 - whether a skip is allowed is no setting of the product
PATIENCE = 90.0
CHOSEN = {"$period": PERIOD, "$unit": "muongnhe"}

pytestmark = pytest.mark.skipif(not installed() and not IN_CI, reason=MISSING)


@pytest.fixture(scope="module")
def scraped(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Play the district's half-year through worker, courier and scoreboard, under the eyes of a Prometheus."""
    folder = tmp_path_factory.mktemp("boards")
    names = ("worker-1", "courier", "scoreboard")
    with pipeline(folder, kafka, f"boards-{folder.name}", *names) as running:
        targets = {f"dunghan-{name.partition('-')[0]}": [running.address(name)] for name in names}
        with prometheus(folder / "prometheus", targets) as server:
            server.awaited("dunghan_stage_lag_seconds_count == 0")
            sent = [each for each in messages(load_rulebook(None).calendar_for(None)) if b"muongnhe" in each.key]
            play(kafka, running.prefix, messages=sent, ticks=ticks(), partitions=PARTITIONS, told=lambda _: None)
            server.awaited(f'period:dunghan_received:sum{{period="{PERIOD}"}} == 544')
            server.awaited('unit_label:dunghan_dossiers:chosen{label="closed_late"} == 431')
            yield server
            running.check()


def expressions() -> list[str]:
    asked = {
        target["expr"]
        for board in boards()
        for panel in board.built(Language.VI)["panels"]
        for target in panel["targets"]
    }
    return sorted(asked)


def filled_in(expression: str) -> str:
    return re.sub(r"\$[a-z]\w*", lambda found: CHOSEN[found.group()], expression)


def selectors(expression: promql_parser.Expr) -> Iterator[str]:
    """Yield the name of every metric that the expression reads."""
    yield from re.findall(r"\b(?:[a-z_]+:)?dunghan[a-z0-9_:]+\b(?=[{\[ )]|$)", expression.prettify())


def test_every_expression_of_every_board_returns_samples(scraped: Prometheus) -> None:
    silent = {filled_in(expression) for expression in expressions()}
    until = monotonic() + PATIENCE
    while silent and monotonic() < until:
        silent = {expression for expression in silent if not scraped.vector(expression)}
        sleep(1)
    assert not silent


def test_every_series_that_a_board_names_exists(scraped: Prometheus) -> None:
    there = set(scraped.asked("label/__name__/values"))
    named = {name for expression in expressions() for name in selectors(promql_parser.parse(filled_in(expression)))}
    assert len(named) > 20
    assert named <= there


def test_the_choices_at_the_top_of_the_boards_have_values(scraped: Prometheus) -> None:
    assert PERIOD in scraped.asked("label/period/values", **{"match[]": "dunghan_received"})
    assert "muongnhe" in scraped.asked("label/unit/values", **{"match[]": f'dunghan_received{{period="{PERIOD}"}}'})


def test_the_six_figures_on_the_board_are_those_of_the_article(scraped: Prometheus) -> None:
    unit = next(board for board in boards() if board.name == "dunghan-unit").built(Language.EN)
    figures = {
        panel["title"]: int(scraped.vector(filled_in(panel["targets"][0]["expr"]))[0]["value"][1])
        for panel in unit["panels"][3:9]
    }
    assert figures == {
        "Received": 544,
        "Settled in time": 50,
        "Not yet due": 20,
        "Settled late": 431,
        "Overdue, open": 32,
        "Unaccounted for": 10,
    }


def test_who_was_heard_of_and_who_never_was_is_known_by_name(scraped: Prometheus) -> None:
    def silent(expression: str) -> set[str]:
        return {sample["metric"]["unit"] for sample in scraped.vector(expression)}

    assert silent("unit:dunghan_unit_never_heard:min == 0") == {"muongnhe"}
    assert len(silent("unit:dunghan_unit_never_heard:min == 1")) == len(OFFICES) - 1
    assert [one["metric"]["source"] for one in scraped.vector("source:dunghan_source_never_heard:min == 1")] == [
        "dienbien.tuachua/motcua"
    ]
    assert [
        one["metric"]["source"] for one in scraped.vector("time() > dunghan_source_expected_timestamp_seconds")
    ] == ["dienbien.muongnhe/motcua"], "the half-year of 2020 was long ago"


def test_nothing_is_wrong_in_a_run_where_nothing_is_wrong(scraped: Prometheus) -> None:
    firing = {sample["metric"]["alertname"] for sample in scraped.vector('ALERTS{alertstate="firing"}')}
    # A replay of 2020: its sources have been silent since.
    assert firing - {"DunghanSourceSilent", "DunghanUnitSilent"} == {"DunghanWatchdog"}
    assert scraped.vector("period:dunghan_unaccounted:difference == 0")
