from pathlib import Path

from dashboards.units import names_in


def test_the_names_of_units_are_read_where_there_are_any(tmp_path: Path) -> None:
    assert names_in(tmp_path) == {}
    (tmp_path / "units.csv").write_text("\ufeffid,name,head\nmuongnhe, UBND huyện Mường Nhé,x\nnameless,,y\n")
    assert names_in(tmp_path) == {"muongnhe": "UBND huyện Mường Nhé"}
    (tmp_path / "units.csv").write_text("code;title\n1;x\n")
    assert names_in(tmp_path) == {}
