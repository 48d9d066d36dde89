"""The whole way on real parts: bytes into a topic by a plain producer, out come a mail and a figure."""

import time
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaProducer

from alerts.courier import settled_to
from deploy.demo.stage import PARTITIONS, Stage
from deploy.rulebook import load_rulebook
from deploy.verify.whole import Source, verified
from streams.core.moments import Moment, datetime_of
from streams.sockets import direct
from streams.topics import INBOX, REJECTED, TRAIL, prefixed
from tests.acceptance.conftest import Staged
from tests.chaos.judge import committed
from tests.sources import SOURCE, at, sent

UNIT = {"procedure": "1.001", "unit": "muongnhe", "officer": "muongnhe-cb1", "field": "Hộ tịch", "channel": "online"}
LATE, PROMPT, SILENT = (f"dienbien.muongnhe/{code}" for code in ("LATE-1", "PROMPT-1", "SILENT-1"))
GOOD = (
    sent("submitted", "2020-03-02 08:00", dossier=LATE, **UNIT),
    sent("accepted", "2020-03-02 09:00", dossier=LATE, due_at="2020-03-09 09:00", **UNIT),
    sent("accepted", "2020-03-02 10:00", dossier=PROMPT, due_at="2020-03-09 10:00", **UNIT),
    sent("done", "2020-03-04 10:00", dossier=PROMPT, result=True),
    sent("accepted", "2020-03-04 11:00", dossier=SILENT, **UNIT),
    sent("accepted", "2020-03-02 10:00", dossier=PROMPT, due_at="2020-03-09 10:00", **UNIT),
)
BAD = (
    None,
    b"\x00\xff not JSON",
    b'["another", "shape"]',
    sent("accepted", "2020-03-02 09:00", dossier=LATE, due_at="2020-03-09 09:00", **UNIT).replace(b"+07:00", b""),
    sent("eaten", "2020-03-02 09:00", dossier=LATE),
    sent("done", "2020-03-02 09:00", dossier="no-home"),
    b"x" * 5_000_000,
)
"""Thirty years ahead is no case here: in a replay a record arrives when it says (tests/unit/streams/intake has it)."""


@pytest.fixture(scope="module")
def running(staged: Staged) -> Iterator[Stage]:
    with staged(2) as it:
        _send(it, [*BAD, *GOOD], until=at("2020-03-10 08:00"))
        _wait(it, at("2020-03-10 08:00"))
        yield it


def _send(it: Stage, values: list[bytes | None], *, until: Moment) -> None:
    producer = KafkaProducer(**direct(it.bootstrap), max_request_size=8_000_000)
    topic = prefixed(it.prefix, INBOX)
    for value in values:
        subject = (
            LATE if value is None or b"subject" not in value else value.split(b'"subject":"')[1].split(b'"')[0].decode()
        )
        producer.send(topic, key=subject.encode(), value=value)
    for day in range(2, 11):
        tick = f'{{"type":"vn.dunghan.tick.v1","time":"{datetime_of(at(f"2020-03-{day:02d} 08:00")).isoformat()}"}}'
        if at(f"2020-03-{day:02d} 08:00") <= until:
            for partition in range(PARTITIONS):
                producer.send(topic, value=tick.encode(), partition=partition)
    producer.flush()
    producer.close()


def _wait(it: Stage, moment: Moment) -> None:
    deadline = time.monotonic() + 90
    while (settled := settled_to(it.bootstrap, it.prefix)) is None or settled < moment:
        it.crew.supervise()
        assert time.monotonic() < deadline, f"the log has come to {settled} only"
        time.sleep(0.3)


def figures(it: Stage) -> dict[str, float]:
    deadline = time.monotonic() + 30
    while True:
        with urllib.request.urlopen(it.metrics, timeout=5) as answer:  # noqa: S310 - our own address
            lines = answer.read().decode().splitlines()
        found = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}
        if found.get("dunghan_complete") == 1 and any(name.startswith("dunghan_received{") for name in found):
            return found
        assert time.monotonic() < deadline
        time.sleep(0.3)


def label(found: dict[str, float], name: str) -> float:
    return next(
        value
        for series, value in found.items()
        if series.startswith("dunghan_dossiers{")
        and f'label="{name}"' in series
        and 'period="2020-01-01/2020-07-10"' in series
    )


def test_the_officer_is_told_in_time_what_to_do_and_by_when(running: Stage) -> None:
    mails = [message_from_bytes(mail.content, policy=default) for mail in running.mailbox.mails()]
    bodies = [mail.get_body(("plain",)) for mail in mails]
    texts = [body.get_content() for body in bodies if body is not None]
    warning = next(text for text in texts if "Sắp đến hạn" in text)
    assert LATE in warning.splitlines()[0]
    assert "09/03/2020" in warning.splitlines()[0]
    assert any("muongnhe-cb1@dienbien.example" in str(mail["To"]) for mail in mails)


def test_nobody_is_told_of_what_is_done_or_of_what_has_no_due_moment(running: Stage) -> None:
    parts = [message_from_bytes(mail.content, policy=default).get_body(("plain",)) for mail in running.mailbox.mails()]
    text = "".join(part.get_content() for part in parts if part is not None)
    assert LATE in text
    assert PROMPT not in text
    assert SILENT not in text


def test_the_figures_are_complete_and_count_every_dossier_once(running: Stage) -> None:
    found = figures(running)
    assert label(found, "open_overdue") == 1
    assert label(found, "closed_early") == 1
    assert label(found, "unclassified") == 1
    received = [value for series, value in found.items() if series.startswith("dunghan_received{")]
    assert received[0] == 3


def test_every_bad_record_is_put_aside_with_its_reason_and_none_stopped_a_partition(running: Stage) -> None:
    rejected = committed(running.bootstrap, prefixed(running.prefix, REJECTED), partitions=PARTITIONS)
    found = [value for records in rejected.values() for _, value in records if value]
    reasons = sorted(value.split(b'"reason":"')[1].split(b'"')[0].decode() for value in found)
    assert reasons == ["bad_subject", "no_zone", "not_json", "null_value", "too_large", "unknown_kind", "wrong_shape"]


def test_the_mails_and_logs_lie_where_the_stage_says(running: Stage) -> None:
    assert all(Path(mail.file).exists() for mail in running.mailbox.mails())
    assert {path.stem for path in running.logs.glob("*.log")} == {"worker-1", "worker-2", "courier", "scoreboard"}


def test_a_second_pair_of_eyes_finds_that_everything_follows_from_the_log(running: Stage) -> None:
    rules = load_rulebook(running.logs.parent / "reference")
    source = Source(running.bootstrap, running.prefix, rules, replay=True)
    result = verified(source, now=at("2020-03-10 08:00"))
    assert [str(one) for one in result.found] == []
    assert result.answered == result.reached > 0


def test_a_mail_names_its_notices_and_the_trail_leads_from_each_to_the_events_its_source_sent(running: Stage) -> None:
    mails = [message_from_bytes(mail.content, policy=default) for mail in running.mailbox.mails()]
    named = {notice for mail in mails for notice in str(mail["X-Dunghan-Notice"]).split()}
    trail = committed(running.bootstrap, prefixed(running.prefix, TRAIL), partitions=PARTITIONS)
    told: set[str] = set()
    for records in trail.values():
        taken: dict[str, list[tuple[str, str]]] = {}
        for line in (msgspec.json.decode(value) for _, value in records if value):
            match line["line"]:
                case "event":
                    taken.setdefault(line["dossier"], []).append((line["source"], line["id"]))
                case "stage" if line["id"] in named:
                    told.add(line["id"])
                    assert taken[line["dossier"]] == [(SOURCE, msgspec.json.decode(value)["id"]) for value in GOOD[:2]]
    assert told == named != set()
