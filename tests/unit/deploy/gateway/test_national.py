"""A payload of the national synchronisation becomes snapshots at the moments that it states."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.connect.sources import read_source
from streams.core.moments import moment_of
from streams.wire import cloudevents
from tests.gateway import HOME, NOW, Office
from tests.sources import at

PATH = "/national/DongBoHoSoMC"
RECEIVED: dict[str, Any] = {
    "MaHoSo": "000.00.00.H18-260302-0001",
    "MaTTHC": "1.001612",
    "TenTTHC": "Đăng ký khai sinh",
    "KenhThucHien": "2",
    "ChuHoSo": "Nguyễn Văn A",
    "SoDienThoai": "0912345678",
    "NgayTiepNhan": "20260302080000",
    "NgayHenTra": "20260309080000",
    "TrangThaiHoSo": "2",
    "DonViXuLy": "muongnhe",
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def send(office: Office, *dossiers: object, path: str = PATH) -> Any:
    body = json.dumps(dossiers[0] if len(dossiers) == 1 else dossiers, ensure_ascii=False).encode()
    return office.post(path, body, kind="application/json")


def told(office: Office) -> list[tuple[str, int, dict[str, Any]]]:
    """Return state, moment and the rest of each event written, in the order of the fold."""
    events = sorted(
        (cloudevents.event_of(cloudevents.received(record.value), NOW) for record in office.paper.taken),
        key=lambda event: event.order,
    )
    values = {record.key: json.loads(record.value) for record in office.paper.taken}
    assert all(key.decode() == value["subject"] for key, value in values.items())
    datas = {json.loads(record.value)["id"]: json.loads(record.value)["data"] for record in office.paper.taken}
    return [(datas[event.id].pop("state_code"), event.at, datas[event.id]) for event in events]


def test_a_dossier_becomes_a_snapshot_of_what_the_contract_names(office: Office) -> None:
    answer = send(office, RECEIVED)
    assert (answer.status, answer.json()) == (202, {"accepted": 1, "dossiers": 1})
    ((state, moment, data),) = told(office)
    assert (state, moment) == ("2", at("2026-03-02 08:00"))
    assert moment_of(cloudevents.received(office.paper.taken[0].value).data.due_at) == at("2026-03-09 08:00")  # type: ignore[attr-defined]  # of an acceptance
    data.pop("due_at")
    assert data == {
        "procedure": "1.001612",
        "unit": "muongnhe",
        "channel": "online",
        "national_code": "000.00.00.H18-260302-0001",
    }
    assert office.paper.taken[0].key == f"{HOME}/000.00.00.H18-260302-0001".encode()


def test_names_and_numbers_of_people_end_with_the_request(office: Office) -> None:
    send(office, RECEIVED)
    whole = b"".join(record.value for record in office.paper.taken).decode()
    assert not any(private in whole for private in ("Nguyễn", "0912345678"))


def test_a_dossier_first_heard_of_when_it_is_given_back_was_done_when_it_was_done(office: Office) -> None:
    send(office, {**RECEIVED, "TrangThaiHoSo": 10, "NgayKetThucXuLy": "20260306100000", "NgayTra": "20260312090000"})
    assert [(state, moment) for state, moment, _ in told(office)] == [
        ("2", at("2026-03-02 08:00")),
        ("9", at("2026-03-06 10:00")),
        ("10", at("2026-03-12 09:00")),
    ]


@pytest.mark.parametrize(
    ("more", "moment"),
    [
        pytest.param({}, at("2026-03-02 08:00"), id="accepted, and then in work"),
        pytest.param({"NgayYeuCauBoSung": "20260304080000"}, NOW, id="back from a supplement nobody dated"),
        pytest.param({"NgayTiepNhan": ""}, NOW, id="nothing stated"),
    ],
)
def test_work_in_progress_begins_where_it_is_stated_else_on_arrival(
    office: Office, more: dict[str, str], moment: int
) -> None:
    send(office, {**RECEIVED, "TrangThaiHoSo": "4", **more})
    assert told(office)[-1][:2] == ("4", moment)


def test_of_two_states_in_one_second_the_higher_is_the_later(office: Office) -> None:
    send(office, {**RECEIVED, "TrangThaiHoSo": "10", "NgayKetThucXuLy": "20260306100000", "NgayTra": "20260306100000"})
    assert [state for state, _, _ in told(office)] == ["2", "9", "10"]


def test_the_same_snapshot_sent_again_is_the_same_events(office: Office) -> None:
    send(office, RECEIVED)
    send(office, RECEIVED)
    first, again = office.paper.taken
    assert first == again


def test_an_unknown_state_is_kept_as_such(office: Office) -> None:
    send(office, {**RECEIVED, "TrangThaiHoSo": "77"})
    assert told(office)[-1][:2] == ("national:77", NOW)


@pytest.mark.parametrize("wrap", ["list", "data", "data of one"])
def test_a_payload_is_a_list_or_stands_under_data(office: Office, wrap: str) -> None:
    body = {
        "list": [RECEIVED],
        "data": {"service": "DongBoHoSoMC", "data": [RECEIVED]},
        "data of one": {"data": RECEIVED},
    }
    assert send(office, body[wrap]).json()["dossiers"] == 1


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        pytest.param({"NgayHenTra": "2026-03-09"}, "NgayHenTra", "bad_time", id="another way to write a day"),
        pytest.param({"NgayTiepNhan": "20260231080000"}, "NgayTiepNhan", "bad_time", id="31 February"),
        pytest.param({"TrangThaiHoSo": ""}, "TrangThaiHoSo", "wrong_shape", id="no state"),
        pytest.param({"MaHoSo": None}, "MaHoSo", "wrong_shape", id="no code"),
        pytest.param({"MaTTHC": {"x": 1}}, "MaTTHC", "bad_data", id="an object for a code"),
        pytest.param({"NgayTiepNhan": "20300101000000"}, "time", "time_ahead", id="received years ahead"),
        pytest.param({"NgayTiepNhan": "00010101000000"}, "NgayTiepNhan", "bad_time", id="received before the year 1"),
        pytest.param({"NgayHenTra": "00010101000000"}, "NgayHenTra", "bad_time", id="due before the year 1"),
        pytest.param({"MaTTHC": "x" * 301}, "data.procedure", "bad_data", id="an endless procedure"),
    ],
)
def test_one_wrong_dossier_is_named_and_none_is_written(
    office: Office, change: dict[str, object], field: str, reason: str
) -> None:
    done = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20260306100000"}
    answer = send(office, {**RECEIVED, **done}, {**RECEIVED, **change})
    assert answer.status == 422
    assert {(each["index"], each["field"], each["reason"]) for each in answer.json()["faults"]} == {(1, field, reason)}
    assert not office.paper.taken


TOWN = """
version = "town-1"
valid_from = 2026-01-01
source = "the town's own system, as its operator describes it"
form = "payload"
reports_as = "dienbien.muongnhe/motcua"
home = "dienbien.muongnhe"
time_zone = "UTC"

[columns]
code = ["So"]
procedure = ["ThuTuc"]
state = ["TinhTrang"]
accepted_at = ["NhanLuc"]

[defaults]
unit = "muongnhe"

[[states]]
code = "N"
state = "ACCEPTED"
"""


def test_a_token_may_name_the_mapping_by_which_its_payloads_are_read(tmp_path: Path) -> None:
    office = Office(tmp_path, mapping=read_source("town", TOWN))
    answer = send(office, {"So": "7", "ThuTuc": "1.001", "TinhTrang": "N", "NhanLuc": "20260302010000", "MaHoSo": "x"})
    assert answer.status == 202, answer.body
    assert office.paper.taken[0].key == f"{HOME}/7".encode()
    ((state, moment, data),) = told(office)
    assert (state, moment, data["unit"]) == ("2", at("2026-03-02 08:00"), "muongnhe")
    assert send(office, RECEIVED).json()["faults"][0]["field"] == "So"
    # In this mapping's zone still the year 9999, in ours the year 10000.
    last = send(office, {"So": "7", "ThuTuc": "1.001", "TinhTrang": "N", "NhanLuc": "99991231235959"})
    assert (last.status, last.json()["faults"][0]["field"]) == (422, "NhanLuc")


def test_a_home_that_the_token_does_not_speak_for_is_refused(office: Office) -> None:
    assert send(office, RECEIVED, path=f"{PATH}?home=hanoi").status == 403
    assert send(office, RECEIVED, path=f"{PATH}?home={HOME}").status == 202
    assert send(office, RECEIVED, path=f"{PATH}?home=a/b").status == 422


@pytest.mark.parametrize("body", [b"", b"7", b"[7]", b'"x"', b"[" * 50_000, b'{"data":7}'])
def test_what_is_no_payload_is_refused(office: Office, body: bytes) -> None:
    assert office.post(PATH, body, kind="application/json").status in (400, 422)
