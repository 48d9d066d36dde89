"""Ten thousand records full of citizens go through the whole product, and none of them is found behind the intake.

What a rule can know is held here: fields the contract does not name, attributes, headers, keys, malformed records, and
whatever has the form of an identity or telephone number or an e-mail address in a text that a clerk wrote.
"""

import re
import time
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from alerts.courier import settled_to
from deploy.demo.stage import PARTITIONS, Stage
from streams.core.moments import datetime_of
from streams.sockets import direct
from streams.topics import INBOX, TOPICS, prefixed
from streams.wire.contract import TICK
from tests.acceptance.conftest import Staged
from tests.sources import at, event

DOSSIERS = 2_000
UNTIL = at("2020-03-20 08:00")
NAME = "Giàng Bí Mật"
"""Every citizen of this test is called so, with a number."""
PERSONAL = re.compile(
    rb"B\xc3\xad M\xe1\xba\xadt|B\\u00ed M\\u1eadt|bimat|0110850\d{5}|0987[. ]\d{3}[. ]\d{3}", re.IGNORECASE
)


def citizen(number: int) -> dict[str, str]:
    """Return who handed in the dossier of this number."""
    tail = f"{number:05d}"
    return {
        "name": f"{NAME} {tail}",
        "identity": f"0110850{tail}",
        "phone": f"0987.{number // 1000:03d}.{number % 1000:03d}",
        "address": f"bimat{tail}@example.vn",
    }


def five_records(number: int) -> Iterator[tuple[dict[bytes, bytes], bytes]]:
    """Yield (headers, value) of a dossier's records; each carries its citizen wherever there is room."""
    who = citizen(number)
    note = f"gọi {who['phone']}, CCCD {who['identity']}, {who['address']}"
    dossier = f"dienbien.muongnhe/P-{number:05d}"
    hidden: dict[str, Any] = {"applicant": who["name"], "cccd": who["identity"], "contact": who, "note": note}
    unit: dict[str, Any] = {"unit": "muongnhe", "officer": "muongnhe-cb1", "channel": "online"}
    texts: dict[str, Any] = {"procedure": f"Khai sinh {note}", "field": f"Hộ tịch {who['identity']}"}
    for each in (
        event("submitted", "2020-03-02 08:00", dossier=dossier, **unit, **texts, **hidden),
        event("accepted", "2020-03-02 09:00", dossier=dossier, due_at="2020-03-09 09:00", **unit, **texts, **hidden),
        event("supplement_requested", "2020-03-03 09:00", dossier=dossier, reason=note, **hidden),
        event("supplement_received", "2020-03-04 09:00", dossier=dossier, **hidden),
    ):
        yield {b"applicant": who["name"].encode()}, msgspec.json.encode(each | {"applicantname": who["name"]})
    yield (
        {},
        (
            f"{who['name']};{note}".encode(),
            msgspec.json.encode(event("accepted", "2020-03-02 09:00", dossier=dossier, procedure=note, **hidden)),
            msgspec.json.encode(event("eaten", "2020-03-02 09:00", dossier=dossier, **hidden)),
            msgspec.json.encode(event("done", "2020-03-02 09:00", dossier=f"{who['name']}", **hidden)),
        )[number % 4],
    )


@pytest.fixture(scope="module")
def played(staged: Staged) -> Iterator[Stage]:
    with staged(1) as it:
        producer = KafkaProducer(**direct(it.bootstrap), linger_ms=20)
        topic = prefixed(it.prefix, INBOX)
        for number in range(DOSSIERS):
            key = citizen(number)["phone"].encode()
            for headers, value in five_records(number):
                producer.send(
                    topic, key=key, value=value, partition=number % PARTITIONS,
                    headers=[(name.decode(), text) for name, text in headers.items()],
                )  # fmt: skip
        for day in range(3, 21):
            tick = msgspec.json.encode({"type": TICK, "time": datetime_of(at(f"2020-03-{day:02d} 08:00"))})
            for partition in range(PARTITIONS):
                producer.send(topic, value=tick, partition=partition)
        producer.flush()
        producer.close()
        deadline = time.monotonic() + 120
        while (settled := settled_to(it.bootstrap, it.prefix)) is None or settled < UNTIL:
            it.crew.supervise()
            assert time.monotonic() < deadline, f"the log has come to {settled} only"
            time.sleep(0.3)
        yield it


def everything_in(it: Stage, topic: str) -> tuple[int, list[bytes]]:
    """Return how many records a topic holds, and whatever of them shows a citizen; what was aborted is read too."""
    consumer = KafkaConsumer(**direct(it.bootstrap), auto_offset_reset="earliest")
    places = [TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(places)
    ends, count, shown = consumer.end_offsets(places), 0, []
    while any(consumer.position(place) < ends[place] for place in places):
        for records in consumer.poll(200).values():
            for record in records:
                count += 1
                headers = b"".join(name.encode() + value for name, value in record.headers)
                whole = b"\n".join((record.key or b"", record.value or b"", headers))
                shown += PERSONAL.findall(whole)
    consumer.close()
    return count, shown


def test_ten_thousand_records_were_sent_and_every_one_shows_its_citizen(played: Stage) -> None:
    count, shown = everything_in(played, prefixed(played.prefix, INBOX))
    assert count == 5 * DOSSIERS + 18 * PARTITIONS
    assert len(shown) >= 5 * DOSSIERS


def test_no_topic_behind_the_intake_holds_a_citizen(played: Stage) -> None:
    found = {
        topic.name: everything_in(played, prefixed(played.prefix, topic)) for topic in TOPICS if topic is not INBOX
    }
    assert {name: shown[:3] for name, (_, shown) in found.items() if shown} == {}
    counts = {name: count for name, (count, _) in found.items()}
    assert counts["dossier.events"] >= 4 * DOSSIERS
    assert counts["dossier.rejected"] == DOSSIERS
    assert all(
        counts[name] for name in ("dossier.state", "dossier.trail", "dossier.notices", "mail.bytes", "mail.ledger")
    )


def test_no_mail_names_a_citizen(played: Stage) -> None:
    mails = [mail.content for mail in played.mailbox.mails()]
    assert mails
    for content in mails:
        message = message_from_bytes(content, policy=default)
        parts = [part.get_content().encode() for part in message.walk() if not part.is_multipart()]
        headers = [f"{name}: {value}".encode() for name, value in message.items()]
        assert PERSONAL.findall(b"\n".join((content, *parts, *headers))) == []


def test_no_figure_and_no_line_of_a_log_names_a_citizen(played: Stage) -> None:
    with urllib.request.urlopen(played.metrics, timeout=10) as answer:  # noqa: S310 - our own address
        figures = answer.read()
    assert b"dunghan_dossiers" in figures
    logs = {log.name: log.read_bytes() for log in Path(played.logs).iterdir()}
    assert {"worker-1.log", "courier.log", "scoreboard.log"} <= set(logs)
    for name, content in (logs | {"/metrics": figures}).items():
        assert PERSONAL.findall(content) == [], name
