from fractions import Fraction

import pytest

from dashboards.core.grades import Grade, grade_of

BANDS = [Grade("good", Fraction(80), "example"), Grade("excellent", Fraction(90), "example")]


@pytest.mark.parametrize(
    ("points", "name"), [("100", "excellent"), ("90", "excellent"), ("89.99", "good"), ("80", "good"), ("79.99", None)]
)
def test_a_grade_is_the_highest_band_that_the_points_reach(points: str, name: str | None) -> None:
    found = grade_of(Fraction(points), BANDS)
    assert (found.name if found else None) == name


def test_a_grade_that_cites_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="cites nothing"):
        Grade("good", Fraction(80), " ")


def test_a_citation_is_unconfirmed_until_somebody_checked_it() -> None:
    assert not BANDS[0].confirmed
