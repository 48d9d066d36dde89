"""No personal data goes past intake: what free text and rejected records may keep."""

import msgspec
import pytest

from streams.wire import cloudevents
from streams.wire.contract import scrub
from streams.wire.malformed import Malformed
from streams.wire.rejected import kept
from streams.wire.scrub import scrubbed
from tests.sources import event, sent


@pytest.mark.parametrize(
    "personal",
    [
        "011085001234",
        "0110 8500 1234",
        "012345678",
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "+84 912 345 678",
        "02153825555",
        "nguyen.van.a@example.vn",
    ],
)
def test_identity_numbers_telephone_numbers_and_addresses_are_replaced(personal: str) -> None:
    text, found = scrubbed(f"Thiếu giấy của ông A ({personal}), hẹn lại.")
    assert personal not in text
    assert not any(part in text for part in personal.split() if len(part) > 3)
    assert found == 1


@pytest.mark.parametrize(
    "plain", ["Thiếu bản sao", "Quyết định 766/QĐ-TTg ngày 23/6/2022", "hẹn 10:30 ngày 02/03/2020", "12.000.000 đồng"]
)
def test_what_is_no_personal_data_stays(plain: str) -> None:
    assert scrubbed(plain) == (plain, 0)


def test_the_reason_of_an_event_is_scrubbed_and_counted() -> None:
    known = cloudevents.received(sent("refused", "2020-03-02 08:00", reason="gọi 0912345678 hoặc a@b.vn"))
    assert scrub(known.data) == 2
    assert b"0912345678" not in msgspec.json.encode(known.data)


@pytest.mark.parametrize("name", ["procedure", "field"])
def test_what_a_clerk_wrote_into_the_wrong_field_is_scrubbed_too(name: str) -> None:
    written = {"procedure": "1.001612", "unit": "muongnhe", name: "Khai sinh, gọi 0912345678"}
    known = cloudevents.received(sent("submitted", "2020-03-02 08:00", **written))
    assert scrub(known.data) == 1
    assert getattr(known.data, name) == "Khai sinh, gọi […]"


@pytest.mark.parametrize("code", ["1.001612", "1.001612.000.00.00.H18", "2.000528.000.00.00.H18"])
def test_the_code_of_a_procedure_is_no_identity_number(code: str) -> None:
    assert scrubbed(code) == (code, 0)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"data": {"procedure": "1", "unit": "m", "channel": "Nguyễn Văn A - at `$.x` 0912345678"}},
        {"data": {"procedure": "1", "unit": "m", "level": "Nguyễn Văn A"}},
        {"subject": "Nguyễn Văn A"},
        {"type": "Nguyễn Văn A"},
        {"specversion": "Nguyễn Văn A"},
        {"time": "Nguyễn Văn A"},
        {"id": ["Nguyễn Văn A"]},
    ],
)
def test_why_a_record_was_rejected_never_says_what_was_sent(spoiled: dict[str, object]) -> None:
    value = msgspec.json.encode({**event("accepted", "2020-03-02 08:00", procedure="1", unit="m"), **spoiled})
    with pytest.raises(Malformed) as put_aside:
        cloudevents.received(value)
    assert "Nguyễn" not in put_aside.value.detail
    assert "0912345678" not in put_aside.value.detail


def test_an_event_without_a_reason_has_nothing_to_scrub() -> None:
    assert scrub(cloudevents.received(sent("refused", "2020-03-02 08:00")).data) == 0
    assert scrub(cloudevents.received(sent("done", "2020-03-02 08:00")).data) == 0


def test_of_a_rejected_event_only_what_the_contract_names_is_kept() -> None:
    value = msgspec.json.encode(
        {
            "id": "1",
            "subject": "muongnhe/1",
            "applicant": "Nguyễn Văn A",
            "data": {"unit": "m", "reason": "0912345678", "cccd": "011085001234", "level": 4, "officer": {"name": "B"}},
        }
    )
    assert msgspec.json.decode(kept(value)) == {
        "id": "1",
        "subject": "muongnhe/1",
        "data": {"unit": "m", "reason": "[…]", "level": 4, "officer": "…"},
    }


@pytest.mark.parametrize("value", [b"Nguyen Van A", b'["Nguyen Van A"]', b"\xff", b""])
def test_of_bytes_that_are_no_event_nothing_is_kept(value: bytes) -> None:
    assert kept(value) == b""


def test_of_a_rejected_event_in_binary_mode_the_same_is_kept() -> None:
    headers = [
        ("ce_id", b"1"),
        ("ce_source", b"dienbien/portal"),
        ("ce_name", b"A"),
        ("other", b"x"),
        ("ce_type", b"\xff"),
    ]
    whole = msgspec.json.decode(kept(b'{"unit": "m", "applicant": "A"}', headers))
    assert whole == {"id": "1", "source": "dienbien/portal", "type": "\ufffd", "data": {"unit": "m"}}
    assert msgspec.json.decode(kept(b"no JSON", headers[:2])) == {"id": "1", "source": "dienbien/portal"}
