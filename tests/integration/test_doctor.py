"""The doctor on a real Kafka: each fault is named with what to do, and nothing is changed by looking."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from kafka import KafkaProducer

from deploy import clock
from deploy.cli import main
from deploy.doctoring.line import Grade, Line
from deploy.doctoring.looking import examined
from deploy.layout import Layout
from deploy.sections import Gateway, Kafka
from deploy.settings import Settings
from streams.core.moments import Moment, day_on, moment_on
from streams.sockets import direct
from tests.certificates import of_loopback

NOW: Moment = moment_on(day_on(date(2026, 11, 23)), 9 * 3600)


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOOTSTRAP", "PREFIX", "PARTITIONS", "REPLICATION"):
        monkeypatch.delenv(f"DUNGHAN_KAFKA__{name}", raising=False)


def about(what: str, settings: Settings, *, now: Moment = NOW) -> list[Line]:
    return [each for each in examined(settings, now=now, patience=1.0) if each.what == what]


def on(kafka: str, prefix: str, *, partitions: int = 4) -> Settings:
    return Settings(kafka=Kafka(bootstrap=kafka, prefix=prefix, partitions=partitions, replication=1))


def test_a_cluster_as_designed_is_fine(kafka: str, topics: Layout) -> None:
    found = examined(on(kafka, topics.prefix), now=clock.now(), patience=1.0)
    known = {
        each.what: each
        for each in found
        if each.what in {"kafka", "versions", "topics", "clock", "replicas", "transactions", "restore", "reference"}
    }
    assert len(known) == 8
    assert "metadata.version" in known["versions"].found
    assert {each.grade for each in known.values()} == {Grade.FINE}, known
    assert len([each for each in found if each.what == "lag"]) == 4
    assert any("GB left" in each.found for each in found if each.what == "disk")


def test_a_clock_that_differs_from_the_brokers_is_told(kafka: str, topics: Layout) -> None:
    for seconds, grade in ((-3600, Grade.WRONG), (10, Grade.WARNING)):
        (line,) = about("clock", on(kafka, topics.prefix), now=clock.now() + seconds)
        assert line.grade is grade, line
        assert "time server" in line.remedy


def test_a_transaction_that_nobody_ends_is_told_once_it_is_old(kafka: str, topics: Layout) -> None:
    producer = KafkaProducer(**direct(kafka), transactional_id=topics.prefix, transaction_timeout_ms=60_000)
    try:
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(f"{topics.prefix}.dossier.events", value=b"", partition=0).get(10)
        young, old = (about("transactions", on(kafka, topics.prefix), now=clock.now() + each) for each in (0, 600))
        producer.abort_transaction()
    finally:
        producer.close()
    assert [each.grade for each in young] == [Grade.FINE]
    assert [each.grade for each in old] == [Grade.WRONG]
    assert "find-hanging" in old[0].remedy


def test_what_waits_for_a_group_is_counted(kafka: str, topics: Layout) -> None:
    producer = KafkaProducer(**direct(kafka))
    producer.send(f"{topics.prefix}.dossier.inbox", value=b"", partition=0).get(10)
    producer.close()
    found = about("lag", on(kafka, topics.prefix))
    assert "in dossier.inbox: 1 records behind, has not begun" in found[0].found


def test_a_missing_topic_is_wrong_and_looking_does_not_make_it(kafka: str, prefix: str) -> None:
    first, again = (about("topics", on(kafka, prefix)) for _ in range(2))
    assert first == again
    assert {(each.grade, each.remedy) for each in first} == {(Grade.WRONG, "dunghan topics apply")}


def test_another_number_of_partitions_is_wrong_and_not_for_apply(kafka: str, topics: Layout) -> None:
    found = about("topics", on(kafka, topics.prefix, partitions=5))
    assert found
    assert all("DUNGHAN_KAFKA__PARTITIONS=4" in each.remedy for each in found)


def test_a_cluster_that_does_not_answer_is_named_with_its_setting() -> None:
    (line,) = about("kafka", on("127.0.0.1:1", "x"))
    assert line.grade is Grade.WRONG
    assert "DUNGHAN_KAFKA__BOOTSTRAP" in line.remedy


def test_in_november_the_calendar_of_the_next_year_is_missed() -> None:
    found = {each.found[:4]: each for each in about("calendar", on("127.0.0.1:1", "x"))}
    assert found["2026"].grade is Grade.FINE
    assert found["2027"].grade is Grade.WARNING
    assert "calendar/2027.toml" in found["2027"].remedy


@pytest.mark.parametrize(
    ("year", "grade"), [(2099, Grade.FINE), (2100, Grade.WRONG)], ids=["long before its end", "after its end"]
)
def test_a_certificate_that_ends_is_told(year: int, grade: Grade, tmp_path: Path) -> None:
    pair = of_loopback(tmp_path)
    gateway = Gateway(certificate_file=pair.certificate, key_file=pair.key)
    settings = Settings(kafka=Kafka(bootstrap="127.0.0.1:1"), gateway=gateway)
    (line,) = about("certificate", settings, now=moment_on(day_on(date(year, 6, 1)), 0))
    assert line.grade is grade


def test_the_command_ends_with_3_where_something_is_wrong_and_with_0_where_nothing_is(
    kafka: str, topics: Layout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {"BOOTSTRAP": kafka, "PREFIX": topics.prefix, "PARTITIONS": "4", "REPLICATION": "1"}.items():
        monkeypatch.setenv(f"DUNGHAN_KAFKA__{name}", value)
    well = CliRunner().invoke(main, ["doctor", "--json"])
    assert well.exit_code == 0, well.output
    looked = {
        "kafka",
        "versions",
        "reference",
        "topics",
        "clock",
        "replicas",
        "disk",
        "lag",
        "transactions",
        "restore",
        "calendar",
        "people",
        "mail",
    }
    assert {each["what"] for each in json.loads(well.output)["lines"]} == looked
    monkeypatch.setenv("DUNGHAN_KAFKA__PARTITIONS", "5")
    ill = CliRunner().invoke(main, ["doctor"])
    assert ill.exit_code == 3
    assert "wrong   topics" in ill.output
