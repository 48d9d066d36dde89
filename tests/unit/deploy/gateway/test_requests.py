"""What the gateway answers: 202 when all is written, else one problem that names what is wrong and where."""

import http.client
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deploy.gateway.desk import Limits
from deploy.gateway.writing import Away, Full, Unsure
from tests.gateway import Office
from tests.serving import served
from tests.sources import DOSSIER, SOURCE, event

BATCH = "application/cloudevents-batch+json"
ACCEPTED = event("accepted", "2026-03-02 08:00", procedure="1.001", unit="muongnhe", due_at="2026-03-09 08:00")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def changed(**attributes: object) -> dict[str, Any]:
    return {**ACCEPTED, **attributes}


def test_an_event_is_written_as_it_was_sent_under_its_dossier(office: Office) -> None:
    body = as_json(changed(ward="Mường Nhé"))
    answer = office.post("/events", body)
    assert (answer.status, answer.json()) == (202, {"accepted": 1})
    (record,) = office.paper.taken
    assert (record.key, record.value, record.headers) == (DOSSIER.encode(), body, ())


def test_a_batch_is_written_event_by_event_in_its_order(office: Office) -> None:
    answer = office.post("/events", as_json([changed(id=str(number)) for number in range(5)]), kind=BATCH)
    assert answer.json() == {"accepted": 5}
    assert [json.loads(record.value)["id"] for record in office.paper.taken] == ["0", "1", "2", "3", "4"]


def test_an_empty_batch_is_a_batch(office: Office) -> None:
    assert office.post("/events", b"[]", kind=BATCH).json() == {"accepted": 0}


@pytest.mark.parametrize("path", ["/events", "/events/binary"])
def test_binary_mode_becomes_the_binary_mode_of_kafka(office: Office, path: str) -> None:
    attributes = {f"ce-{name}": value for name, value in ACCEPTED.items() if name != "data"}
    headers = {**attributes, "ce-id": '"%C4%91i %5C"', "ce-subject": "dienbien.muongnhe/0\\1"}
    answer = office.post(path, as_json(ACCEPTED["data"]), kind="application/json; charset=UTF-8", headers=headers)
    assert answer.status == 202, answer.body
    (record,) = office.paper.taken
    assert record.key == b"dienbien.muongnhe/0\\1"
    assert dict(record.headers)["ce_id"] == "đi \\".encode()
    assert json.loads(record.value) == ACCEPTED["data"]


def test_one_wrong_event_and_none_of_the_batch_is_written(office: Office) -> None:
    batch = [ACCEPTED, changed(time="2026-03-02T08:00:00"), changed(data={"unit": "m"}), changed(source="a/b")]
    answer = office.post("/events", as_json(batch), kind=BATCH)
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    told = answer.json()
    assert (told["status"], told["type"]) == (422, "urn:dunghan:invalid")
    assert [(each["index"], each["field"], each["reason"]) for each in told["faults"]] == [
        (1, "time", "no_zone"),
        (2, "data.procedure", "bad_data"),
        (3, "source", "not_yours"),
    ]
    assert not office.paper.taken


def test_a_thousand_faults_are_counted_and_the_first_named(tmp_path: Path) -> None:
    office = Office(tmp_path, limits=Limits(body_bytes=1 << 20, batch_events=1000, body_seconds=5, patience=1))
    told = office.post("/events", as_json([{}] * 1000), kind=BATCH).json()
    assert (len(told["faults"]), told["more_faults"]) == (100, 900)


@pytest.mark.parametrize(
    ("body", "kind", "status", "field"),
    [
        pytest.param(b"<xml/>", "application/cloudevents+json", 400, "", id="no JSON"),
        pytest.param(b"[", BATCH, 400, "", id="half a batch"),
        pytest.param(b"[" * 50_000, BATCH, 400, "", id="brackets within brackets"),
        pytest.param(b"{}", BATCH, 422, "", id="a batch that is no array"),
        pytest.param(b"{}", "application/cloudevents+json", 422, "specversion", id="nothing said"),
        pytest.param(as_json(changed(id=7)), "application/cloudevents+json", 422, "id", id="a number for an id"),
        pytest.param(as_json(changed(id="")), "application/cloudevents+json", 422, "id", id="an empty id"),
        pytest.param(
            as_json(changed(specversion="0.3")),
            "application/cloudevents+json",
            422,
            "specversion",
            id="another version",
        ),
        pytest.param(as_json(changed(subject="1")), "application/cloudevents+json", 422, "subject", id="no home"),
        pytest.param(as_json(changed(type="x")), "application/cloudevents+json", 422, "type", id="an unknown kind"),
        pytest.param(
            as_json(changed(time="2030-01-01T00:00:00Z")), "application/cloudevents+json", 422, "time", id="years ahead"
        ),
        pytest.param(
            as_json(changed(data={"procedure": "1", "unit": "m", "due_at": "x"})),
            "application/cloudevents+json",
            422,
            "data.due_at",
            id="no due moment",
        ),
        pytest.param(b"{}", "application/json", 422, "specversion", id="binary mode without attributes"),
        pytest.param(
            as_json(changed(source="somebody/else")), "application/cloudevents+json", 403, "source", id="as another"
        ),
        pytest.param(
            as_json(changed(subject="hanoi/1")), "application/cloudevents+json", 403, "subject", id="of another"
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_field(office: Office, body: bytes, kind: str, status: int, field: str) -> None:
    answer = office.post("/events", body, kind=kind)
    told = answer.json()
    assert (answer.status, told["status"]) == (status, status)
    assert (told["faults"][0]["index"], told["faults"][0]["field"]) == (0, field)
    assert not office.paper.taken


def test_a_problem_never_quotes_what_was_sent(office: Office) -> None:
    private = "Nguyễn Văn A 012345678901"
    for wrong in ("id", "source", "type", "subject", "time"):
        answer = office.post("/events", as_json(changed(**{wrong: [private]})))
        other = office.post("/events", as_json(changed(**{wrong: private})))
        assert private not in (answer.body + other.body).decode()
    data = {"procedure": "1", "unit": "m", "channel": private}
    assert private not in office.post("/events", as_json(changed(data=data))).body.decode()


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        pytest.param("text/plain", {}, id="text"),
        pytest.param("application/cloudevents+xml", {}, id="XML"),
        pytest.param("application/cloudevents+json; charset=utf-16", {}, id="UTF-16"),
        pytest.param("application/cloudevents+json", {"content-encoding": "gzip"}, id="packed"),
    ],
)
def test_a_body_of_another_kind_is_not_supported(office: Office, kind: str, more: dict[str, str]) -> None:
    assert office.post("/events", as_json(ACCEPTED), kind=kind, headers=more).status == 415


@pytest.mark.parametrize("header", ["", "Basic x", "Bearer", "Bearer dunghan_wrong", "Bearer \xff"])
def test_without_a_token_nothing_is_taken(office: Office, header: str) -> None:
    headers = {"authorization": header, "content-type": "application/cloudevents+json"}
    answer = office.call("POST", "/events", headers=headers, parts=[as_json(ACCEPTED)])
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_too_large_a_body_is_refused_whether_it_says_so_or_not(office: Office) -> None:
    answers = [
        office.post("/events", b"", parts=[b"x" * 40_000, b"x" * 40_000]),
        office.post("/events", b"", parts=[b"x" * 60_000] * 100),
    ]
    assert [answer.status for answer in answers] == [413, 413]


def test_too_large_a_batch_is_refused(office: Office) -> None:
    assert office.post("/events", as_json([{}] * 101), kind=BATCH).json()["type"] == "urn:dunghan:too_many"


def test_a_source_that_sends_too_fast_is_told_when_to_come_again(tmp_path: Path) -> None:
    office = Office(tmp_path, per_second=10)
    batch = as_json([changed(id=str(number)) for number in range(60)])
    assert office.post("/events", batch, kind=BATCH).status == 202
    answer = office.post("/events", batch, kind=BATCH)
    assert answer.status == 429
    assert f'dunghan_gateway_slowed_total{{source="{SOURCE}"}} 1.0' in office.call("GET", "/metrics").body.decode()
    assert answer.headers["retry-after"] == "2"
    assert len(office.paper.taken) == 60


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        pytest.param({"up": False}, "away", id="away"),
        pytest.param({"fails_at_once": Away()}, "away", id="just gone"),
        pytest.param({"fails_later": Away()}, "away", id="gone before its turn"),
        pytest.param({"fails_at_once": Full()}, "full", id="too much waits"),
        pytest.param({"fails_later": Unsure()}, "unsure", id="nobody knows"),
        pytest.param({"never_answers": True}, "unsure", id="no answer in time"),
    ],
)
def test_nothing_is_promised_that_the_broker_has_not_confirmed(
    office: Office, told: dict[str, object], kind: str
) -> None:
    for name, value in told.items():
        setattr(office.paper, name, value)
    answer = office.post("/events", as_json(ACCEPTED))
    assert (answer.status, answer.json()["type"]) == (503, f"urn:dunghan:{kind}")
    assert int(answer.headers["retry-after"]) >= 1


def test_alive_is_not_ready(office: Office) -> None:
    assert [office.call("GET", path).status for path in ("/healthz", "/readyz")] == [200, 200]
    office.paper.up = False
    assert [office.call("GET", path).status for path in ("/healthz", "/readyz")] == [200, 503]
    office.paper.alive = False
    assert office.call("GET", "/healthz").status == 503


def test_figures_are_zero_from_the_start_and_count_what_was_answered(office: Office) -> None:
    before = office.call("GET", "/metrics").body.decode()
    assert f'dunghan_gateway_events_total{{source="{SOURCE}"}} 0.0' in before
    assert 'dunghan_gateway_requests_total{outcome="unsure"} 0.0' in before
    office.post("/events", as_json([ACCEPTED, ACCEPTED]), kind=BATCH)
    office.post("/events", b"")
    after = office.call("GET", "/metrics").body.decode()
    assert f'dunghan_gateway_events_total{{source="{SOURCE}"}} 2.0' in after
    assert f'dunghan_gateway_refused_total{{source="{SOURCE}"}} 1.0' in after
    assert 'dunghan_gateway_requests_total{outcome="not_json"} 1.0' in after


def test_a_fault_of_the_gateways_own_is_a_problem_is_counted_and_says_nothing_of_what_was_sent(office: Office) -> None:
    office.paper.fails_at_once = RuntimeError("Nguyễn Văn A")
    with served(office.app) as port, closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client:
        headers = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {office.token}"}
        client.request("POST", "/events", as_json(ACCEPTED), headers)
        answer = client.getresponse()
        body = answer.read()
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert json.loads(body)["type"] == "urn:dunghan:broken"
    assert b"Nguy" not in body
    told = office.call("GET", "/metrics").body.decode()
    assert 'dunghan_gateway_requests_total{outcome="broken"} 1.0' in told


def test_what_a_source_sent_wrong_is_counted_by_events_and_what_is_our_fault_is_not_its(office: Office) -> None:
    office.post("/events", as_json([ACCEPTED, changed(id=""), changed(time="", id="")]), kind=BATCH)
    office.post("/events", b"{")
    office.paper.up = False
    office.post("/events", b"{")
    told = office.call("GET", "/metrics").body.decode()
    assert f'dunghan_gateway_refused_events_total{{source="{SOURCE}"}} 3.0' in told
    assert f'dunghan_gateway_refused_total{{source="{SOURCE}"}} 3.0' in told


def test_other_paths_and_methods_are_problems_too(office: Office) -> None:
    assert office.call("GET", "/secret").json()["type"] == "urn:dunghan:not_found"
    answer = office.call("DELETE", "/events")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_the_log_has_a_line_for_each_request_and_nothing_of_what_it_says(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.post("/events?name=Nguyen", as_json(changed(ward="Mường")))
    office.call("GET", "/Nguyen?x=Nguyen")
    office.call("GET", "/metrics")
    told = capsys.readouterr()
    lines = (told.out + told.err).strip().splitlines()
    assert len(lines) == 2
    assert not any(word in line for line in lines for word in ("Nguyen", "Mường", office.token, "000123"))


def test_a_token_struck_out_of_the_file_is_worth_nothing_at_once(office: Office) -> None:
    assert office.post("/events", as_json(ACCEPTED)).status == 202
    office.tokens_file.write_text("", encoding="utf-8")
    assert office.post("/events", as_json(ACCEPTED)).status == 401
