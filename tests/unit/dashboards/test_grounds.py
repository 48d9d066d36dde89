"""The files a clerk keeps beside the units, and in what words a line that cannot be used is refused."""

from fractions import Fraction
from pathlib import Path

import pytest

from dashboards.core.ranking import Rules
from dashboards.grounds import BadGrounds, given_in, grounds_in, procedures_in


def test_files_that_are_not_there_say_nothing(tmp_path: Path) -> None:
    grounds = grounds_in(tmp_path, Rules())
    assert (grounds.exemptions, grounds.successors, given_in(tmp_path), procedures_in(tmp_path)) == (
        (),
        (),
        (),
        frozenset(),
    )


def test_every_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "exemptions.csv").write_text(
        "unit,first,last,reason,document,signed_by,signed_on\na,2020-03-02,2020-03-03,bão,12/QĐ,Chủ tịch,2020-03-09\n"
    )
    (tmp_path / "successors.csv").write_text("predecessor,unit,since\na,b,2025-07-01\n")
    (tmp_path / "index766.csv").write_text(
        "line,points,rate,source\nsatisfaction,,0.9,survey\ntransparency,15.67,,file\n"
    )
    (tmp_path / "procedures.csv").write_text("id,name\n1.001,x\n")
    grounds = grounds_in(tmp_path, Rules())
    assert [each.document for each in grounds.exemptions] == ["12/QĐ"]
    assert [(each.predecessor, each.unit) for each in grounds.successors] == [("a", "b")]
    assert [(each.points, each.rate) for each in given_in(tmp_path)] == [
        (None, Fraction(9, 10)),
        (Fraction(1567, 100), None),
    ]
    assert procedures_in(tmp_path) == {"1.001"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "exemptions.csv",
            "unit,first,last,reason,document,signed_by,signed_on\na,2020-03-02,2020-03-03,bão,,x,2020-03-09\n",
        ),
        ("successors.csv", "predecessor,unit,since\na,b,1 July\n"),
        ("successors.csv", "predecessor,unit\na,b\n"),
    ],
    ids=["nobody signed", "no date", "no column"],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadGrounds, match=f"{name}, line 2"):
        grounds_in(tmp_path, Rules())
