"""Who is who, from tables a clerk edits."""

import pytest

from alerts.directory import DirectoryError, parse

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
