"""The files a clerk keeps beside the units, and in what words a line that cannot be used is refused."""

from fractions import Fraction
from pathlib import Path

import pytest

from dashboards.core.lines766 import LINES766, Measure
from dashboards.core.ranking import Rules
from dashboards.grounds import BadGrounds, given_in, grades_in, grounds_in, lines_in, procedures_in
from deploy.rulebook import SHIPPED


def test_files_that_are_not_there_say_nothing(tmp_path: Path) -> None:
    grounds = grounds_in(tmp_path, Rules())
    assert (grounds.exemptions, grounds.successors, given_in(tmp_path), procedures_in(tmp_path)) == (
        (),
        (),
        (),
        {},
    )
    assert (lines_in(tmp_path), grades_in(tmp_path)) == (LINES766, ())


def test_every_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "exemptions.csv").write_text(
        "unit,first,last,reason,document,signed_by,signed_on\na,2020-03-02,2020-03-03,bão,12/QĐ,Chủ tịch,2020-03-09\n"
    )
    (tmp_path / "successors.csv").write_text("predecessor,unit,since\na,b,2025-07-01\n")
    (tmp_path / "index766.csv").write_text(
        "line,points,rate,source\nsatisfaction,,0.9,survey\ntransparency,15.67,,file\n"
    )
    (tmp_path / "procedures.csv").write_text("id,name\n1.001,Khai sinh\n1.002,\n")
    grounds = grounds_in(tmp_path, Rules())
    assert [each.document for each in grounds.exemptions] == ["12/QĐ"]
    assert [(each.predecessor, each.unit) for each in grounds.successors] == [("a", "b")]
    assert [(each.points, each.rate) for each in given_in(tmp_path)] == [
        (None, Fraction(9, 10)),
        (Fraction(1567, 100), None),
    ]
    assert procedures_in(tmp_path) == {"1.001": "Khai sinh", "1.002": "1.002"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "exemptions.csv",
            "unit,first,last,reason,document,signed_by,signed_on\na,2020-03-02,2020-03-03,bão,,x,2020-03-09\n",
        ),
        ("successors.csv", "predecessor,unit,since\na,b,1 July\n"),
        ("successors.csv", "predecessor,unit\na,b\n"),
        ("grades.csv", "name,at_least,citation,confirmed\nTốt,80,,yes\n"),
        ("grades.csv", "name,at_least,citation,confirmed\nTốt,80,QĐ 1,perhaps\n"),
        ("lines766.csv", "of,line,maximum,threshold,measure,citation,confirmed\nprogress,x,20,1,speed,QĐ 1,yes\n"),
    ],
    ids=["nobody signed", "no date", "no column", "cites nothing", "neither yes nor no", "a measure there is not"],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadGrounds, match=f"{name}, line 2"):
        _all_of(tmp_path)


def _all_of(folder: Path) -> None:
    grounds_in(folder, Rules())
    grades_in(folder)
    lines_in(folder)


def test_parts_that_are_not_the_whole_line_are_refused(tmp_path: Path) -> None:
    head = "of,line,maximum,threshold,measure,citation,confirmed\n"
    (tmp_path / "lines766.csv").write_text(head + "transparency,a,17,1,,QĐ 1,yes\n")
    with pytest.raises(BadGrounds, match=r"lines766.csv: the parts of transparency do not add up"):
        lines_in(tmp_path)


def test_a_line_whose_weight_was_checked_is_confirmed_by_its_own_row(tmp_path: Path) -> None:
    head = "of,line,maximum,threshold,measure,citation,confirmed\n"
    (tmp_path / "lines766.csv").write_text(head + "satisfaction,satisfaction,18,0.9,,766/QĐ-TTg phụ lục I,yes\n")
    assert {line.name for line in lines_in(tmp_path) if line.confirmed} == {
        "progress",
        "online_service",
        "satisfaction",
    }


def test_the_examples_that_are_shipped_can_be_read_and_say_that_nobody_checked_them() -> None:
    examples = SHIPPED / "examples"
    lines, grades = lines_in(examples), grades_in(examples)
    assert sum(line.maximum for line in lines) == 100
    assert [line.name for line in lines if line.measure is Measure.SYNCHRONISED] == ["synchronisation"]
    assert [grade.name for grade in grades] == ["Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu"]
    assert not any(grade.confirmed for grade in grades)
    assert {each.line for each in given_in(examples)} <= {line.name for line in lines if line.measure is None}
    assert "1.001193" in procedures_in(SHIPPED)
