from datetime import date
from pathlib import Path

from dashboards.units import expected_in, names_in


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
