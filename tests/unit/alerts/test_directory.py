"""Who is who, from tables a clerk edits."""

import pytest

from alerts.directory import DirectoryError, parse
from tests.unit.alerts.samples import at

UNITS = "id,name,head,parent,address\nu1,UBND xã Nậm Vì,o1,u2,u1@x.vn\nu2,UBND tỉnh,,,\n"
OFFICERS = "id,name,unit,address,phone\no1,Lò Văn Ánh,u1,o1@x.vn,0215\n"


def test_a_directory_is_read_and_what_it_does_not_need_is_left() -> None:
    directory = parse("\ufeff" + UNITS, OFFICERS)
    assert directory.units["u1"].head == "o1"
    assert directory.officers["o1"].address == "o1@x.vn"
    assert directory.person("u2") is None


@pytest.mark.parametrize(
    ("units", "officers", "fault"),
    [
        pytest.param("id,name\n", OFFICERS, "units.csv line 1, head: the column is missing", id="column"),
        pytest.param(UNITS + "u3,,,,\n", OFFICERS, "units.csv line 4, name: is empty", id="no name"),
        pytest.param(UNITS + ",X,,,\n", OFFICERS, "units.csv line 4, id: is empty", id="no id"),
        pytest.param(UNITS + "u1,X,,,\n", OFFICERS, "units.csv line 4, id: 'u1' is there twice", id="twice"),
        pytest.param(UNITS + "u3,X,o9,,\n", OFFICERS, "units.csv line 4, head: 'o9' is not known", id="head"),
        pytest.param(UNITS + "u3,X,,u9,\n", OFFICERS, "units.csv line 4, parent: 'u9' is not known", id="parent"),
        pytest.param(UNITS, OFFICERS + "o2,X,u9,\n", "officers.csv line 3, unit: 'u9' is not known", id="unit"),
        pytest.param(UNITS, OFFICERS + "u2,X,u1,\n", "officers.csv line 3, id: 'u2' is also a unit's", id="both"),
        pytest.param(
            UNITS,
            OFFICERS + 'o2,X,u1,"a@x.vn\nBcc: b@x.vn"\n',
            r"officers.csv line 4, address: 'a@x.vn\nBcc: b@x.vn' is no e-mail address",
            id="address",
        ),
    ],
)
def test_a_fault_names_its_file_line_and_field(units: str, officers: str, fault: str) -> None:
    with pytest.raises(DirectoryError) as raised:
        parse(units, officers)
    assert fault in str(raised.value).splitlines()


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(DirectoryError) as raised:
        parse(UNITS + "u3,X,o9,u9,\n", OFFICERS + "o2,X,u9,\n")
    assert len(str(raised.value).splitlines()) == 3


def test_absences_count_from_their_first_day_to_the_end_of_their_last() -> None:
    absences = "officer,from,to,deputy\no1,2020-07-06,2020-07-10,\no1,2020-08-03,2020-08-03,o1\n"
    officer = parse(UNITS, OFFICERS, absences).officers["o1"]
    days = ("2020-07-05 23:59", "2020-07-06 00:00", "2020-07-10 23:59", "2020-07-11 00:00")
    assert [officer.absence(at(day)) is not None for day in days] == [False, True, True, False]


def test_a_unit_ends_with_the_end_of_its_last_day() -> None:
    units = "id,name,head,parent,address,successor,valid_to\nu1,Huyện,o1,,,u2,2025-06-30\nu2,Xã,,,,,\n"
    unit = parse(units, OFFICERS).units["u1"]
    assert unit.successor == "u2"
    assert [unit.has_ended(at(day)) for day in ("2025-06-30 23:59", "2025-07-01 00:00")] == [False, True]
    assert not unit.has_ended(None)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("o9,2020-07-06,2020-07-10,", "absences.csv line 2, officer: 'o9' is not known"),
        ("o1,2020-07-06,2020-07-10,o9", "absences.csv line 2, deputy: 'o9' is not known"),
        ("o1,soon,2020-07-10,", "absences.csv line 2, from: 'soon' is no day"),
        ("o1,2020-07-10,2020-07-06,", "absences.csv line 2: an absence has a first day and a last day, in this order"),
    ],
)
def test_a_fault_in_an_absence_is_named(line: str, fault: str) -> None:
    with pytest.raises(DirectoryError) as raised:
        parse(UNITS, OFFICERS, f"officer,from,to,deputy\n{line}\n")
    assert fault in str(raised.value).splitlines()
