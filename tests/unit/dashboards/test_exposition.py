from prometheus_client.openmetrics.parser import text_string_to_metric_families

from dashboards.core.counts import counts_of_labels
from dashboards.core.sheet import Sheet, block_of
from dashboards.core.silence import Voice
from dashboards.exposition import openmetrics
from streams.core.findings import Rule
from streams.core.labels import Label
from streams.wire.records import Speaker
from tests.unit.dashboards.core.examples import MUONG_NHE

SHEET = Sheet((block_of("dienbien.muongnhe", "year", counts_of_labels(MUONG_NHE)),), 7, True, 12, 1, 2, 3)


def samples(sheet: Sheet) -> dict[tuple[str, ...], float]:
    text = openmetrics(sheet).decode()
    return {
        (sample.name, *(text for _, text in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]  # the library has no types
        for sample in family.samples
    }


def test_the_figures_have_the_names_that_others_rely_on() -> None:
    found = samples(SHEET)
    assert found["dunghan_received", "year", "dienbien.muongnhe"] == 544
    assert found["dunghan_dossiers", "open_overdue", "year", "dienbien.muongnhe"] == 32
    assert found["dunghan_rate_ratio", "all", "year", "board766", "dienbien.muongnhe"] == 70 / 544
    assert found["dunghan_rate_ratio", "without_sync", "year", "board766", "dienbien.muongnhe"] == 70 / 544
    assert sum(value for name, value in found.items() if name[0] == "dunghan_dossiers") == 544


def test_the_sheet_says_what_is_wrong_with_itself() -> None:
    found = samples(SHEET)
    assert found["dunghan_complete",] == 1
    assert found["dunghan_counted_partitions",] == 12
    assert found["dunghan_series_left_out",] == 7
    assert found["dunghan_conservation_violations",] == 1
    assert found["dunghan_tallies_unreadable",] == 2
    assert found["dunghan_unreceived_dossiers",] == 3


def test_an_empty_sheet_is_incomplete_and_has_no_figures() -> None:
    assert samples(Sheet())["dunghan_complete",] == 0
    assert not [name for name in samples(Sheet()) if name[0] == "dunghan_received"]


def test_there_is_one_series_for_each_label_and_no_created_line() -> None:
    found = samples(SHEET)
    assert len([name for name in found if name[0] == "dunghan_dossiers"]) == len(Label)
    assert b"_created" not in openmetrics(SHEET)
    assert openmetrics(SHEET).endswith(b"# EOF\n")


def test_a_count_of_any_size_is_exact() -> None:
    great = Sheet((block_of("u", "all", counts_of_labels({Label.CLOSED_EARLY: 635_593_000_000})),))
    assert samples(great)["dunghan_received", "all", "u"] == 635_593_000_000


def test_the_moment_of_the_figures_and_the_names_of_units_are_shown() -> None:
    shown = samples(Sheet(as_of=1_594_375_200, names={"muongnhe": "UBND huyện Mường Nhé"}))
    assert shown["dunghan_as_of_timestamp_seconds",] == 1_594_375_200
    assert shown["dunghan_unit_info", "UBND huyện Mường Nhé", "muongnhe"] == 1
    assert ("dunghan_as_of_timestamp_seconds",) not in samples(Sheet())


def test_who_was_heard_of_when_is_shown_and_who_never_was() -> None:
    voices = (Voice(Speaker.SOURCE, "a/b", 100, 300), Voice(Speaker.UNIT, "m", None, None))
    text = openmetrics(SHEET, voices).decode()
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]  # the library has no types
        for sample in family.samples
    }
    assert found["dunghan_source_last_event_timestamp_seconds", "a/b"] == 100
    assert found["dunghan_source_expected_timestamp_seconds", "a/b"] == 300
    assert (found["dunghan_source_never_heard", "a/b"], found["dunghan_unit_never_heard", "m"]) == (0, 1)
    assert ("dunghan_unit_last_event_timestamp_seconds", "m") not in found


def test_findings_are_shown_by_unit_and_rule_and_none_where_there_is_none() -> None:
    found = samples(Sheet(findings={("a", Rule.REOPENED): 3, ("b", Rule.TRANSITION): 1}))
    assert {name: value for name, value in found.items() if name[0] == "dunghan_findings"} == {
        ("dunghan_findings", "R5", "a"): 3,
        ("dunghan_findings", "transition", "b"): 1,
    }
    assert not [name for name in samples(Sheet()) if name[0] == "dunghan_findings"]
