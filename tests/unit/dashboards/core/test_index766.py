from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from dashboards.core.counts import Counts, Kind, counts_of_labels
from dashboards.core.index766 import Given, Index, Origin, index_of, measured
from dashboards.core.lines766 import LINES766, Line, Measure, divided, partial_points
from streams.core.labels import Cause, Label
from tests.unit.dashboards.core.examples import MUONG_NHE

NEWS = "Dân trí 29/08/2025"
GROUPS = (
    Line("transparency", Fraction(18)),
    Line("progress", Fraction(20)),
    Line("online", Fraction(22)),
    Line("digitisation", Fraction(22)),
    Line("satisfaction", Fraction(18)),
)
FILE = Path(__file__).parents[3] / "data" / "published_figures.json"


def line_of(index: Index, name: str) -> tuple[Fraction | None, Origin]:
    return next((line.points, line.origin) for line in index.lines if line.line.name == name)


def test_thai_nguyen_has_86_97_points() -> None:
    tables: list[dict[str, object]] = msgspec.json.decode(FILE.read_bytes())
    thai_nguyen = next(table for table in tables if table["id"] == "tn2025-08")
    given = [Given(line.name, NEWS, points=Fraction(str(thai_nguyen[line.name]))) for line in GROUPS]
    index = index_of(Counts(), given, GROUPS)
    assert index.total == Fraction("86.97") == Fraction(str(thai_nguyen["score766"]))
    assert index.missing == ()
    assert {(line.origin, line.source) for line in index.lines} == {(Origin.FILE, NEWS)}


def test_the_index_has_a_hundred_points_and_says_which_weights_are_from_memory() -> None:
    assert sum(line.maximum for line in LINES766) == sum(line.maximum for line in GROUPS) == 100
    assert all(line.citation for line in LINES766)
    assert {line.name for line in LINES766 if line.confirmed} == {"progress", "online_service"}


@pytest.mark.parametrize(
    ("line", "rate", "points"),
    [
        pytest.param("progress", Fraction(70, 544), Fraction(1400, 544), id="progress is linear"),
        pytest.param("online_service", Fraction(1, 4), Fraction(6), id="half of the threshold, half of the points"),
        pytest.param("online_service", Fraction(9, 10), Fraction(12), id="above the threshold, all and no more"),
        pytest.param("satisfaction", Fraction(90, 100), Fraction(18), id="at the threshold, all"),
        pytest.param("digitisation", Fraction(0), Fraction(0), id="nothing for nothing"),
    ],
)
def test_points_are_in_part_below_the_threshold(line: str, rate: Fraction, points: Fraction) -> None:
    assert partial_points(rate, next(one for one in LINES766 if one.name == line)) == points


@pytest.mark.parametrize("rate", [Fraction(-1, 10), Fraction(11, 10)])
def test_a_rate_outside_nought_to_one_is_refused(rate: Fraction) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        partial_points(rate, LINES766[0])


def test_a_line_says_whether_it_was_computed_taken_from_a_file_or_is_missing() -> None:
    index = index_of(counts_of_labels(MUONG_NHE), [Given("satisfaction", "survey 2020", rate=Fraction(45, 100))])
    assert line_of(index, "progress") == (Fraction(20 * 70, 544), Origin.COMPUTED)
    assert line_of(index, "satisfaction") == (Fraction(9), Origin.FILE)
    assert line_of(index, "digitisation") == (None, Origin.MISSING)
    assert index.missing == ("transparency", "online_payment", "digitisation")
    assert index.total == Fraction(1400, 544) + 0 + 9


def test_a_computed_line_shows_its_raw_counts_and_no_file_overrules_it() -> None:
    wished = Given("progress", "wished for", points=Fraction(20))
    index = index_of(counts_of_labels(MUONG_NHE), [wished])
    progress = next(line for line in index.lines if line.line.name == "progress")
    assert (progress.numerator, progress.denominator, progress.origin) == (70, 544, Origin.COMPUTED)
    assert progress.overruled is wished


def test_the_synchronisation_line_is_computed_once_its_weight_is_configured() -> None:
    lines = divided(
        LINES766,
        "transparency",
        (
            Line("publication", Fraction(12)),
            Line("synchronisation", Fraction(6), Fraction(80, 100), Measure.SYNCHRONISED),
        ),
    )
    counts = Counts(received={Kind(Label.CLOSED_LATE, Cause.SYNC): 61, Kind(Label.CLOSED_LATE, Cause.STAFF): 39})
    assert line_of(index_of(counts, [], lines), "synchronisation") == (
        Fraction(39, 100) / Fraction(80, 100) * 6,
        Origin.COMPUTED,
    )
    assert sum(line.maximum for line in lines) == 100


def test_the_online_line_is_the_share_handed_in_online() -> None:
    assert measured(Measure.ONLINE, Counts(received={Kind(Label.PAUSED, channel="online"): 2})) == (2, 2)


@pytest.mark.parametrize("name", ["transparency", "no such line"])
def test_parts_that_do_not_make_the_whole_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="do not add up"):
        divided(LINES766, name, (Line("a", Fraction(17)),))


@pytest.mark.parametrize(
    ("points", "rate", "source"),
    [
        pytest.param(None, None, "survey", id="neither"),
        pytest.param(Fraction(1), Fraction(1), "survey", id="both"),
        pytest.param(Fraction(1), None, " ", id="no source"),
    ],
)
def test_a_given_line_has_points_or_a_rate_and_a_source(
    points: Fraction | None, rate: Fraction | None, source: str
) -> None:
    with pytest.raises(ValueError, match="either points or a rate"):
        Given("satisfaction", source, points=points, rate=rate)


@pytest.mark.parametrize("points", [Fraction(19), Fraction(-1)])
def test_more_points_than_the_line_has_are_refused(points: Fraction) -> None:
    with pytest.raises(ValueError, match="points of 18"):
        index_of(Counts(), [Given("satisfaction", "survey", points=points)])


def test_points_for_a_line_that_the_index_has_not_are_refused() -> None:
    with pytest.raises(ValueError, match="no such line in the index: happiness"):
        index_of(Counts(), [Given("happiness", "survey", points=Fraction(1))])
