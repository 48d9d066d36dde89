from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboards.core.counts import counts_of_labels, total
from dashboards.core.published import Finding, Table, check, labels_of, residuals_of
from streams.core.labels import Label
from tests.unit.dashboards.core.examples import MUONG_NHE

FILE = Path(__file__).parents[3] / "data" / "published_figures.json"
EVERYTHING: list[dict[str, Any]] = msgspec.json.decode(FILE.read_bytes())
RAW = [raw for raw in EVERYTHING if "transparency" not in raw]  # the two others are scores, not dossiers
TABLES = {raw["id"]: msgspec.convert(raw, Table) for raw in RAW}
OUR_NAME = {
    "received-sum of labels": "received = closed + open + stopped",
    "received-resolved-open": "received = closed + open + stopped",
    "resolved-(early+ontime+late)": "resolved = early + on time + late",
    "open-(not_due+overdue)": "open = not due + overdue",
    "due-(ontime+late)": "due = on time + late",
    "received-new-carried": "received = new + carried over",
    "received-online-direct": "received = online + direct",
}
FINDINGS = {
    "db2020-muongnhe": Finding.HOLE,
    "db2020-prov": Finding.TOO_FEW_COUNTS,
    "ld2020q1-total": Finding.HOLE,
    "ld2020q1-tinh": Finding.INCONSISTENT,
    "ld2020q1-huyen": Finding.HOLE,
    "ld2020q1-xa": Finding.HOLE,
    "ld2019-10-ttphcc": Finding.WHOLE,
    "ld2019-10-huyen": Finding.INCONSISTENT,
    "vp2021-09": Finding.WHOLE,
    "vp2021-q3": Finding.WHOLE,
    "vp2021-08-huyenxa": Finding.WHOLE,
    "tth-m12": Finding.HOLE,
    "tth-m3": Finding.HOLE,
    "tth-m4": Finding.HOLE,
    "db2025-dbpward": Finding.HOLE,
    "db2025-muongmun": Finding.TOO_FEW_COUNTS,
    "q1hcm2018": Finding.WHOLE,
    "pt2026-tinh": Finding.ROUNDED,
    "pt2026-xa": Finding.ROUNDED,
    "ag2026-01": Finding.TOO_FEW_COUNTS,
    "gl2025-09": Finding.TOO_FEW_COUNTS,
}


@pytest.mark.parametrize("raw", [pytest.param(raw, id=raw["id"]) for raw in RAW])
def test_every_sum_of_every_published_table_lacks_what_was_found_by_hand(raw: dict[str, Any]) -> None:
    found = {residual.sum: residual.amount for residual in residuals_of(TABLES[raw["id"]])}
    by_hand = {OUR_NAME[name]: amount for name, amount in raw["residuals"].items() if name in OUR_NAME}
    assert found == by_hand


@pytest.mark.parametrize(("table", "finding"), FINDINGS.items())
def test_every_published_table_is_called_what_it_is(table: str, finding: Finding) -> None:
    assert check(TABLES[table]).finding is finding


def test_ten_of_the_fifteen_tables_that_can_be_checked_do_not_add_up() -> None:
    findings = [check(table).finding for table in TABLES.values()]
    wrong = sum(finding in (Finding.HOLE, Finding.INCONSISTENT) for finding in findings)
    assert (wrong, wrong + findings.count(Finding.WHOLE)) == (10, 15)


def test_the_hole_of_muong_nhe_is_its_ten_unclassified() -> None:
    labels = labels_of(TABLES["db2020-muongnhe"])
    assert labels is not None
    assert labels[Label.UNCLASSIFIED] == MUONG_NHE[Label.UNCLASSIFIED] == 10


HOLES = {
    "db2020-muongnhe": 10,
    "ld2020q1-total": 8803,
    "ld2020q1-huyen": 7059,
    "ld2020q1-xa": 1747,
    "db2025-dbpward": 31,
    "q1hcm2018": 0,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_with_enough_counts_becomes_labels_that_sum_to_what_was_received(table: Table) -> None:
    labels = labels_of(table)
    assert (labels is not None) == (table.id in HOLES)
    if labels is not None:
        assert total(counts_of_labels(labels).received) == table.received
        assert labels[Label.UNCLASSIFIED] == HOLES[table.id]


def test_a_contradiction_outweighs_a_hole() -> None:
    table = Table(id="", unit="", period="", source="", received=99, new=50, carried=50, resolved=10, early=9)
    assert [residual.amount for residual in residuals_of(table)] == [1, -1]
    assert check(table).finding is Finding.INCONSISTENT
