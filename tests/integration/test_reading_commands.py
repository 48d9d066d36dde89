"""The reading commands on a real Kafka: a dossier explained from the log, and rejected records sent again."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from kafka import KafkaProducer
from prometheus_client import CollectorRegistry

from alerts.core.ledger import Intent, LedgerLine, NotSent, Outcome, Reason, ToldOf
from alerts.core.retry import Ending
from alerts.core.routing import Via
from deploy.acts import read_acts
from deploy.cli import main
from deploy.layout import Layout
from deploy.reading import Log, LogUnreadable, Stored, send_again
from streams.core.labels import Label, State
from streams.core.stages import Stage
from streams.intake.step import Intake
from streams.keys import partition_of
from streams.metrics import IntakeMetrics
from streams.sockets import direct
from streams.topics import EVENTS, INBOX, LEDGER, NOTICES, REJECTED, Topic, prefixed
from streams.wire.acts import RejectedReplayed
from streams.wire.cloudevents import LARGEST, decoded
from streams.wire.records import Notice, Rejected
from streams.wire.rejected import kept
from tests.sources import DOSSIER, SOURCE, at, sent, taken

Run = Callable[..., Result]
Headers = Sequence[tuple[str, bytes]]
KEY = DOSSIER.encode()
ACCEPTED = {"procedure": "1.001612", "unit": "H18.32.05", "due_at": "2020-03-09 08:00", "limit": "5 working days"}
HISTORY = [
    sent("accepted", "2020-03-02 08:00", id="a", **ACCEPTED),
    sent("supplement_requested", "2020-03-04 08:00", id="s"),
    sent("supplement_received", "2020-03-05 08:00", id="r"),
    sent("done", "2020-03-12 08:00", id="d"),
]
MAILED_AT = at("2020-03-11 08:00")
NOTICE = Notice(
    id="n1",
    stage=Stage.OVERDUE,
    dossier=DOSSIER,
    unit="H18.32.05",
    state=State.PROCESSING,
    label=Label.OPEN_OVERDUE,
    stage_at=at("2020-03-10 08:00") + 1,
    decided_at=at("2020-03-10 08:01"),
)
LEDGER_LINES: list[LedgerLine] = [
    Intent(
        digest="dg",
        recipient="cb-017",
        stage=Stage.OVERDUE,
        notices=(ToldOf("n1", DOSSIER, Stage.OVERDUE, Reason.LISTED, Via.OFFICER),),
        sha256="",
        message_id="",
        subject="",
        at=MAILED_AT,
    ),
    Outcome(digest="dg", recipient="cb-017", ending=Ending.ACCEPTED, reply="250", attempt=1, at=MAILED_AT),
    Outcome(digest="another", recipient="cb-017", ending=Ending.ACCEPTED, reply="250", attempt=1, at=MAILED_AT),
    NotSent(recipient="cb-1", notice="n2", dossier="other/1", stage=Stage.OVERDUE, reason=Reason.NOBODY, at=MAILED_AT),
]


class Writer:
    """Appends to the topics as anybody could."""

    def __init__(self, bootstrap: str, layout: Layout) -> None:
        self.layout = layout
        self._producer = KafkaProducer(**direct(bootstrap))

    def write(self, topic: Topic, value: bytes, key: bytes | None = None, **more: Any) -> tuple[int, int]:
        name = prefixed(self.layout.prefix, topic)
        stood = self._producer.send(name, key=key, value=value, **more).get(timeout=20)
        return stood.partition, stood.offset

    def reject(self, value: bytes, reason: str, *, place: tuple[int, int], headers: Headers = ()) -> None:
        line = Rejected(
            topic=INBOX.name,
            partition=place[0],
            offset=place[1],
            arrived_at=at("2020-03-02 08:00") + place[1],
            reason=reason,
            detail="as a test says",
            size=len(value),
            sha256=hashlib.sha256(value).hexdigest(),
            value=kept(value, headers),
        )
        self.write(REJECTED, msgspec.json.encode(line), partition=place[0])

    def close(self) -> None:
        self._producer.close()


@pytest.fixture
def writer(kafka: str, topics: Layout) -> Any:
    it = Writer(kafka, topics)
    yield it
    it.close()


@pytest.fixture
def run(kafka: str, topics: Layout, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", topics.prefix)
    return lambda *arguments: CliRunner().invoke(main, arguments)


@pytest.fixture
def told(writer: Writer) -> None:
    """Put a dossier into the log, others beside it in the same partition, its notice and its mail."""
    others = [f"dienbien.muongnhe/{number}" for number in range(40)]
    beside = [sent("accepted", "2020-03-02 08:00", dossier=other, **ACCEPTED) for other in others]
    for record in taken([*beside, *HISTORY]):
        assert record.value is not None
        writer.write(EVENTS, record.value, record.key)
    partition = partition_of(KEY, writer.layout.partitions)
    writer.write(NOTICES, msgspec.json.encode(NOTICE), KEY, partition=partition)
    writer.write(NOTICES, b'{"action":"mark","now":1}', None, partition=partition)
    for line in LEDGER_LINES:
        writer.write(LEDGER, msgspec.json.encode(line), line.recipient.encode())


@pytest.mark.usefixtures("told")
def test_a_dossier_is_explained_from_the_log_alone(run: Run) -> None:
    result = run("explain", DOSSIER, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [line["id"] for line in found["history"]] == ["a", "s", "r", "d"]
    assert (found["label"], found["cause"]) == ("closed_late", "staff")
    assert found["ranking_due_at"] == "2020-03-10T08:00:00+07:00"
    assert [pause["source"] for pause in found["pauses"]] == [SOURCE]
    assert [notice["id"] for notice in found["notices"]] == ["n1"]
    assert [(mail["line"], mail["digest"]) for mail in found["mails"]] == [("intent", "dg"), ("outcome", "dg")]


@pytest.mark.usefixtures("told")
def test_as_of_shows_what_was_known_then(run: Run) -> None:
    found = json.loads(run("explain", DOSSIER, "--as-of", "2020-03-04T09:00", "--json").stdout)
    assert (found["label"], found["arrived_later"], found["notices"], found["mails"]) == ("paused", 2, [], [])


@pytest.mark.usefixtures("told")
def test_the_text_is_vietnamese_unless_english_is_asked_for(run: Run) -> None:
    assert "Kết luận: trễ hạn [closed_late]" in run("explain", DOSSIER).stdout
    english = run("explain", DOSSIER, "--lang", "en", "--no-mails").stdout
    assert "Label: closed late [closed_late]" in english
    assert "the ledger was not asked" in english


@pytest.mark.usefixtures("told")
def test_a_page_is_written_to_be_filed(run: Run, tmp_path: Path) -> None:
    done = run("explain", DOSSIER, "--html", "a.html", "--lang", "en")
    assert (done.exit_code, done.stdout) == (0, ""), done.output
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "Label: closed late [closed_late]" in page
    assert "the server said: 250" in page
    assert json.loads(run("explain", DOSSIER, "--html", "a.html", "--json").stdout)["label"] == "closed_late"
    nowhere = run("explain", DOSSIER, "--html", "no/such/folder.html")
    assert (nowhere.exit_code, "no/such/folder.html" in nowhere.output) == (1, True)


@pytest.mark.usefixtures("told")
def test_a_dossier_that_nobody_told_of_ends_with_3(run: Run) -> None:
    assert run("explain", "dienbien.muongnhe/nothing").exit_code == 3
    early = run("explain", DOSSIER, "--as-of", "2020-03-01")
    assert (early.exit_code, "4 records arrived after it" in early.stderr) == (3, True)


@pytest.mark.parametrize("arguments", [("no-slash",), (DOSSIER, "--as-of", "yesterday")])
def test_wrong_arguments_end_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("explain", *arguments).exit_code == 2


def test_a_transaction_that_was_not_committed_is_not_read(kafka: str, topics: Layout, writer: Writer) -> None:
    name = prefixed(topics.prefix, EVENTS)
    writer.write(EVENTS, b"before", partition=0)
    open_one = KafkaProducer(**direct(kafka), transactional_id=f"{topics.prefix}-open")
    open_one.init_transactions()
    open_one.begin_transaction()
    open_one.send(name, b"never", partition=0).get(timeout=20)
    with Log(kafka, prefix=topics.prefix) as log:
        assert [one.value for one in log.whole(EVENTS, 0)] == [b"before"]
        open_one.abort_transaction()
        open_one.close()
        writer.write(EVENTS, b"after", partition=0)
        deadline = time.monotonic() + 20  # the broker marks an aborted transaction a moment after it has said so
        while len(found := [one.value for one in log.whole(EVENTS, 0)]) < 2 and time.monotonic() < deadline:
            pass
        assert found == [b"before", b"after"]
        assert [one.value for one in log.some(EVENTS, 0, {0, 1, 99})] == [b"before"]


def test_chosen_records_far_apart_are_found_without_reading_all_between(
    kafka: str, topics: Layout, writer: Writer
) -> None:
    for number in range(30):
        writer.write(EVENTS, str(number).encode(), partition=1)
    with Log(kafka, prefix=topics.prefix) as log:
        assert [one.value for one in log.some(EVENTS, 1, {1, 3, 20, 29, 30}, near=3)] == [b"1", b"3", b"20", b"29"]


def test_no_kafka_and_no_topic_are_said(kafka: str, prefix: str) -> None:
    with pytest.raises(LogUnreadable, match=r"127\.0\.0\.1:1"):
        Log("127.0.0.1:1", prefix=prefix, patience=0)
    with Log(kafka, prefix=prefix) as log, pytest.raises(LogUnreadable, match="topics apply"):
        log.partitions(EVENTS)


@pytest.fixture
def refused(writer: Writer) -> list[tuple[int, int]]:
    """Reject four records for one reason that no longer holds for two of them, and one for another; give places."""
    good, binary = sent("done", "2020-03-12 08:00", id="d"), b'{"result": true}'
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"b"), ("ce_source", SOURCE.encode()), ("ce_subject", KEY)]
    headers += [("ce_type", b"vn.dunghan.dossier.done.v1"), ("ce_time", b"2020-03-12T08:00:00+07:00")]
    places = [
        writer.write(INBOX, good, b"any key", partition=2),
        writer.write(INBOX, binary, None, partition=3, headers=headers),
        writer.write(INBOX, b'{"half"', partition=2),
    ]
    for place, value, its in zip(places, (good, binary, b'{"half"'), ((), headers, ()), strict=True):
        writer.reject(value, "unknown_kind", place=place, headers=its)
    writer.reject(good, "unknown_kind", place=(2, 99))
    writer.reject(b"", "null_value", place=(0, 0))
    return places


def test_rejected_records_are_listed_by_reason_and_source(run: Run, refused: list[tuple[int, int]]) -> None:
    found = json.loads(run("rejected", "list", "--json", "--last", "2").stdout)
    assert found["rejected"] == 5
    assert {"reason": "unknown_kind", "source": SOURCE, "count": 3} in found["counts"]
    assert [one["place"] for one in found["last"]][-1] == "2:99"
    assert f"unknown_kind  {SOURCE}" in run("rejected", "list").stdout
    only = json.loads(run("rejected", "list", "--json", "--reason", "null_value").stdout)
    assert [one["reason"] for one in only["counts"]] == ["null_value"]
    assert json.loads(run("rejected", "list", "--json", "--source", "nobody").stdout)["rejected"] == 0


def test_a_rejected_record_is_shown_with_what_may_be_kept_of_it(run: Run, refused: list[tuple[int, int]]) -> None:
    found = json.loads(run("rejected", "show", "2:0", "--json").stdout)
    assert (found["reason"], found["kept"]["id"], found["original"]) == ("unknown_kind", "d", "in the inbox")
    assert json.loads(run("rejected", "show", "2:99", "--json").stdout)["original"] == "gone"
    assert "unknown_kind" in run("rejected", "show", "2:0").stdout
    assert [run("rejected", "show", place).exit_code for place in ("2:7", "50:0", "here")] == [3, 3, 2]


def test_a_replay_sends_the_originals_unchanged_and_says_what_is_gone(
    kafka: str, topics: Layout, run: Run, refused: list[tuple[int, int]]
) -> None:
    def inbox(partition: int) -> list[tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]]:
        with Log(kafka, prefix=topics.prefix) as log:
            return [(one.key, one.value, one.headers) for one in log.whole(INBOX, partition)]

    before = inbox(2), inbox(3)
    planned = json.loads(run("rejected", "replay", "--reason", "unknown_kind", "--dry-run", "--json").stdout)
    assert planned["fates"] == {"again": 2, "still_wrong": 1, "gone": 1}
    assert (inbox(2), inbox(3)) == before
    assert run("rejected", "replay", "--reason", "unknown_kind").exit_code == 2, "nobody said why"
    assert run("rejected", "replay", "--source", "another/source", "--why", "x").exit_code == 3
    result = run("rejected", "replay", "--reason", "unknown_kind", "--who", "an", "--why", "the kind is known now")
    assert result.exit_code == 3
    assert "2:99        gone" in result.stdout
    assert inbox(2) == [*before[0], before[0][0]]
    assert inbox(3) == [*before[1], before[1][0]]
    with Log(kafka, prefix=topics.prefix) as log:
        [act], _ = read_acts(log)
    assert isinstance(act, RejectedReplayed)
    assert (act.who, act.why, act.records, act.reasons) == ("an", "the kind is known now", 2, ("unknown_kind",))
    assert act.sources == (SOURCE,), "in binary mode the source is the header's"


def test_what_is_replayed_is_published_under_its_original_ids(
    kafka: str, topics: Layout, run: Run, refused: list[tuple[int, int]]
) -> None:
    run("rejected", "replay", "--reason", "unknown_kind", "--why", "the kind is known now")
    published = set()
    with Log(kafka, prefix=topics.prefix) as log:
        for partition in (2, 3):
            step = Intake(partition, partitions=topics.partitions, metrics=IntakeMetrics(CollectorRegistry()))
            epoch = step.take(list(log.whole(INBOX, partition))[-1:], now=at("2020-03-13 08:00"), behind=False)
            for (topic, _), records in epoch.outputs.items():
                if topic == EVENTS.name:
                    published |= {(event.source, event.id) for event in (decoded(value or b"") for _, value in records)}
    assert published == {(SOURCE, "d"), (SOURCE, "b")}


def test_a_reason_that_nothing_was_rejected_for_ends_with_3(run: Run, writer: Writer) -> None:
    assert run("rejected", "replay", "--reason", "no_zone", "--dry-run").exit_code == 3


def test_a_record_larger_than_intake_takes_can_be_sent_again(kafka: str, topics: Layout) -> None:
    send_again(kafka, [Stored(0, 0, 0, None, b"x" * (LARGEST + 1), ())], prefix=topics.prefix, topic=INBOX)
    with Log(kafka, prefix=topics.prefix) as log:
        assert [len(one.value or b"") for one in log.whole(INBOX, 0)] == [LARGEST + 1]
