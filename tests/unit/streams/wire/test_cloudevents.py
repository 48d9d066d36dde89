"""What a source sends becomes an event, or is put aside with the reason."""

import msgspec
import pytest

from streams.core.events import Accepted, Channel, Observed, Submitted
from streams.wire import cloudevents, rejected, ticks
from streams.wire.malformed import Malformed, Reason
from tests.sources import DOSSIER, SOURCE, at, event, sent, taken

ACCEPTED = event("accepted", "2020-03-02 08:00", procedure="1.001", unit="muongnhe", due_at="2020-03-09 08:00")


def changed(**attributes: object) -> bytes:
    return msgspec.json.encode({**ACCEPTED, **attributes})


def without(name: str) -> bytes:
    return msgspec.json.encode({key: value for key, value in ACCEPTED.items() if key != name})


def deep(name: str) -> bytes:
    return without(name)[:-1] + f',"{name}":{"[" * 100_000}{"]" * 100_000}}}'.encode()


def spoiled(place: bytes) -> bytes:
    """Return an event with a byte that begins no character just behind the quote at `place`."""
    return msgspec.json.encode(ACCEPTED).replace(place, place[:1] + b"\x80" + place[1:])


def reason_of(value: bytes | None) -> Reason:
    with pytest.raises(Malformed) as put_aside:
        cloudevents.received(value)
    assert put_aside.value.detail
    return put_aside.value.reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(None, Reason.NULL_VALUE, id="a null value"),
        pytest.param(b"", Reason.NOT_JSON, id="nothing"),
        pytest.param(b"<xml/>", Reason.NOT_JSON, id="not JSON"),
        pytest.param(b'{"id":"\xff"}', Reason.NOT_JSON, id="not UTF-8"),
        pytest.param(b"[1, 2]", Reason.WRONG_SHAPE, id="JSON of another shape"),
        pytest.param(without("id"), Reason.WRONG_SHAPE, id="no id"),
        pytest.param(changed(id=""), Reason.WRONG_SHAPE, id="an empty id"),
        pytest.param(changed(id="x" * 301), Reason.WRONG_SHAPE, id="an endless id"),
        pytest.param(changed(specversion="0.3"), Reason.WRONG_SHAPE, id="another CloudEvents"),
        pytest.param(changed(time="2020-03-02T08:00:00"), Reason.NO_ZONE, id="no zone in the time"),
        pytest.param(changed(time="yesterday"), Reason.BAD_TIME, id="a time that is none"),
        pytest.param(changed(time=1583110800), Reason.BAD_TIME, id="a time as a number"),
        pytest.param(changed(recordedtime="2020-03-02"), Reason.BAD_TIME, id="a keyed time that is none"),
        pytest.param(changed(type="vn.dunghan.dossier.eaten.v1"), Reason.UNKNOWN_KIND, id="an unknown kind"),
        pytest.param(changed(type="vn.dunghan.tick.v1"), Reason.TICK, id="a tick"),
        pytest.param(changed(subject="000123"), Reason.BAD_SUBJECT, id="a subject without home"),
        pytest.param(changed(subject="dienbien/"), Reason.BAD_SUBJECT, id="a subject without code"),
        pytest.param(changed(subject="dienbien/1 "), Reason.BAD_SUBJECT, id="a subject with a space behind it"),
        pytest.param(changed(data={"unit": "muongnhe"}), Reason.BAD_DATA, id="no procedure"),
        pytest.param(changed(data={"procedure": "", "unit": "m"}), Reason.BAD_DATA, id="an empty procedure"),
        pytest.param(changed(data=[]), Reason.BAD_DATA, id="data of another shape"),
        pytest.param(
            changed(data={"procedure": "1", "unit": "m", "due_at": "2020-03-09T08:00:00"}),
            Reason.NO_ZONE,
            id="no zone in the due moment",
        ),
        pytest.param(
            changed(data={"procedure": "1", "unit": "m", "due_at": "soon"}),
            Reason.BAD_TIME,
            id="a due moment that is none",
        ),
        pytest.param(
            changed(data={"procedure": "1", "unit": "m", "channel": "pigeon"}), Reason.BAD_DATA, id="an unknown channel"
        ),
        pytest.param(changed(padding="x" * 5_000_000), Reason.TOO_LARGE, id="a record of 5 MB"),
        pytest.param(deep("ward"), Reason.NOT_JSON, id="brackets within brackets in what nobody reads"),
        pytest.param(deep("data"), Reason.NOT_JSON, id="brackets within brackets in the data"),
        pytest.param(deep("time"), Reason.WRONG_SHAPE, id="brackets within brackets in the time"),
        pytest.param(spoiled(b'"1.001"'), Reason.NOT_JSON, id="no UTF-8 in the data"),
        pytest.param(spoiled(b'"2020-03-02T'), Reason.NOT_JSON, id="no UTF-8 in the time"),
        pytest.param(spoiled(b'"specversion"'), Reason.WRONG_SHAPE, id="no UTF-8 in a name"),
    ],
)
def test_what_is_malformed_is_put_aside_with_its_reason(value: bytes | None, reason: Reason) -> None:
    assert reason_of(value) is reason


def test_an_event_carries_what_was_sent() -> None:
    record = taken([msgspec.json.encode(ACCEPTED)])[0]
    known = cloudevents.decoded(record.value or b"")
    assert known.body == Accepted("1.001", "muongnhe", due_at=at("2020-03-09 08:00"))
    assert (known.source, known.id, known.at) == (SOURCE, ACCEPTED["id"], at("2020-03-02 08:00"))
    assert record.key == DOSSIER.encode()


def test_fields_the_contract_does_not_name_go_no_further() -> None:
    data = {**ACCEPTED["data"], "applicant": "Nguyễn Văn A", "cccd": "012345678901"}
    record = taken([changed(data=data, ward="Mường Nhé")])[0]
    kept = msgspec.json.decode(record.value or b"")
    assert set(kept["data"]) == {"procedure", "unit", "due_at"}
    assert "ward" not in kept


def test_binary_mode_says_the_same_as_structured_mode() -> None:
    attributes = {name: value for name, value in ACCEPTED.items() if name != "data"}
    headers = tuple((f"ce_{name}", value.encode()) for name, value in attributes.items())
    binary = cloudevents.received(
        msgspec.json.encode(ACCEPTED["data"]), (*headers, ("content-type", b"application/json"))
    )
    structured = cloudevents.received(msgspec.json.encode(ACCEPTED))
    assert cloudevents.event_of(binary, 7) == cloudevents.event_of(structured, 7)


def test_a_header_that_is_no_text_is_put_aside() -> None:
    with pytest.raises(Malformed) as put_aside:
        cloudevents.received(b"{}", (("ce_specversion", b"1.0"), ("ce_id", b"\xff")))
    assert put_aside.value.reason is Reason.WRONG_SHAPE


def test_binary_data_that_is_no_text_is_put_aside() -> None:
    attributes = {name: value for name, value in ACCEPTED.items() if name != "data"}
    headers = tuple((f"ce_{name}", value.encode()) for name, value in attributes.items())
    with pytest.raises(Malformed) as put_aside:
        cloudevents.received(b'{"procedure":"\x80","unit":"m"}', headers)
    assert (put_aside.value.reason, put_aside.value.detail[:6]) == (Reason.NOT_JSON, "data: ")


def test_binary_data_cannot_add_attributes() -> None:
    headers = (("ce_specversion", b"1.0"), ("ce_id", b"1"))
    with pytest.raises(Malformed) as put_aside:
        cloudevents.received(b'{},"source":"somebody/else"', headers)
    assert put_aside.value.reason is Reason.NOT_JSON


def test_of_brackets_within_brackets_nothing_is_kept() -> None:
    assert rejected.kept(deep("ward")) == b""


def test_the_same_event_sent_again_has_the_same_content_whenever_it_arrives() -> None:
    value = msgspec.json.encode(ACCEPTED)
    first, again = taken([value], arrived=10_000)[0], taken([value], arrived=20_000)[0]
    one, two = cloudevents.decoded(first.value or b""), cloudevents.decoded(again.value or b"")
    assert one.content == two.content
    assert (one.arrived_at, two.arrived_at) == (10_000, 20_000)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(changed(time="2020-03-02T08:00:01+07:00"), id="another time"),
        pytest.param(changed(data={"procedure": "1.001", "unit": "elsewhere"}), id="other data"),
        pytest.param(changed(recordedtime="2020-03-02T09:00:00+07:00"), id="another keyed time"),
        pytest.param(changed(type="vn.dunghan.dossier.submitted.v1"), id="another kind"),
    ],
)
def test_a_different_claim_has_a_different_content(other: bytes) -> None:
    same = cloudevents.event_of(cloudevents.received(msgspec.json.encode(ACCEPTED)), 0)
    assert cloudevents.event_of(cloudevents.received(other), 0).content != same.content


def test_an_event_more_than_a_day_ahead_of_its_arrival_is_put_aside() -> None:
    known = cloudevents.received(changed(time="2050-01-01T00:00:00+07:00"))
    with pytest.raises(Malformed) as put_aside:
        cloudevents.check_time(known, at("2020-03-02 08:00"))
    assert put_aside.value.reason is Reason.TIME_AHEAD
    cloudevents.check_time(known, at("2049-12-31 00:00"))


def test_an_event_of_long_ago_is_taken() -> None:
    known = cloudevents.received(changed(time="1890-05-19T00:00:00+07:00"))
    assert cloudevents.event_of(known, 0).at < 0


def test_evidence_without_an_arrival_is_refused() -> None:
    with pytest.raises(Malformed):
        cloudevents.decoded(msgspec.json.encode(ACCEPTED))


def test_every_kind_of_the_contract_can_be_sent() -> None:
    whole = sent(
        "submitted",
        "2020-03-02 08:00",
        procedure="1",
        unit="m",
        field="Hộ tịch",
        channel="post",
        level=4,
        officer="cb1",
        national_code="0" * 80,
    )
    assert cloudevents.event_of(cloudevents.received(whole), 0).body == Submitted(
        "1", "m", "Hộ tịch", Channel.POST, 4, "cb1", "0" * 80
    )
    seen = sent("observed", "2020-03-02 08:00", state_code="4", until="2020-03-03 08:00")
    assert cloudevents.event_of(cloudevents.received(seen), 0).body == Observed("4", until=at("2020-03-03 08:00"))


def test_a_tick_is_kept_as_a_tick() -> None:
    value = b'{"type":"vn.dunghan.tick.v1","time":"2020-07-10T17:00:00+07:00","note":"x"}'
    assert ticks.is_tick(value)
    assert ticks.tick_time(ticks.tick_again(value)) == at("2020-07-10 17:00")


@pytest.mark.parametrize("value", [b'{"type":"vn.dunghan.tick.v1"}', b'"vn.dunghan.tick.v1"'])
def test_a_tick_without_a_time_is_put_aside(value: bytes) -> None:
    for read in (ticks.tick_again, ticks.tick_time):
        with pytest.raises(Malformed) as put_aside:
            read(value)
        assert put_aside.value.reason is Reason.TICK
