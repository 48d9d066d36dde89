from datetime import date
from pathlib import Path

from dashboards.core.periods import period_of
from dashboards.units import expected_in, names_in, standing_in


def test_the_names_of_units_are_read_where_there_are_any(tmp_path: Path) -> None:
    assert names_in(tmp_path) == {}
    (tmp_path / "units.csv").write_text("\ufeffid,name,head\nmuongnhe, UBND huyện Mường Nhé,x\nnameless,,y\n")
    assert names_in(tmp_path) == {"muongnhe": "UBND huyện Mường Nhé"}
    (tmp_path / "units.csv").write_text("code;title\n1;x\n")
    assert names_in(tmp_path) == {}


def test_units_in_force_are_expected_unless_they_only_stand_over_others(tmp_path: Path) -> None:
    assert expected_in(tmp_path, on=date(2026, 1, 1)) == frozenset()
    rows = "id,name,parent,valid_to\np,P,,\na,A,p,\nb,B,p,2025-06-30\n"
    (tmp_path / "units.csv").write_text(rows)
    assert expected_in(tmp_path, on=date(2026, 1, 1)) == {"a"}
    assert expected_in(tmp_path, on=date(2025, 6, 30)) == {"a", "b"}


def test_a_unit_stands_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    rows = ("id,name,valid_from,valid_to", "huyen,x,,2025-06-30", "xa,y,2025-07-01,", "tinh,z,,")
    (tmp_path / "units.csv").write_text("\n".join(rows))
    assert standing_in(tmp_path, period_of("2025-Q2", now=0)) == {"huyen", "tinh"}
    assert standing_in(tmp_path, period_of("2025-Q3", now=0)) == {"xa", "tinh"}
    assert standing_in(tmp_path, period_of("2025", now=0)) == {"huyen", "xa", "tinh"}


def test_without_those_columns_every_unit_stands_and_a_day_that_is_none_ends_nothing(tmp_path: Path) -> None:
    assert standing_in(tmp_path, period_of("2025", now=0)) == frozenset()
    (tmp_path / "units.csv").write_text("id,name\na,x\n")
    assert standing_in(tmp_path, period_of("2025", now=0)) == {"a"}
    (tmp_path / "units.csv").write_text("id,name,valid_to\na,x,30/06/2025\n")
    assert standing_in(tmp_path, period_of("2026", now=0)) == {"a"}, "better asked after than forgotten"
