"""`dunghan audit` on a real Kafka: findings of dossiers and units from the events alone, reminders from the ledger."""

import json
from collections.abc import Iterator, Sequence

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaProducer

from alerts.core.ledger import Intent, LedgerLine, Outcome, Reason, ToldOf
from alerts.core.retry import Ending
from alerts.core.routing import Via
from alerts.ledger import encoded
from deploy.cli import main
from deploy.layout import Layout
from streams.core.stages import Stage
from streams.keys import partition_of
from streams.sockets import direct
from streams.topics import EVENTS, LEDGER, prefixed
from tests.sources import at, sent, taken

HOME = "dienbien.muongnhe"
ACCEPTED = {"procedure": "1.001612", "unit": "H18.32.05", "due_at": "2020-03-09 08:00", "limit": "5 working days"}
AS_OF = "2020-03-11T09:00"


def handled(number: int, *, end: str = "2020-03-05 08:00") -> list[bytes]:
    """Return a dossier that nobody need look at, when it ended in time."""
    dossier = f"{HOME}/H18-200302-{number:04}"
    return [
        sent("accepted", "2020-03-02 08:00", dossier=dossier, **ACCEPTED),
        sent("done", end, dossier=dossier, result=True),
    ]


def waiting(number: int) -> list[bytes]:
    """Return one that waits for papers beyond the date in the request."""
    dossier = f"{HOME}/H18-200302-{number:04}"
    asked = sent("supplement_requested", "2020-03-03 08:00", dossier=dossier, until="2020-03-06 08:00")
    return [sent("accepted", "2020-03-02 08:00", dossier=dossier, **ACCEPTED), asked]


def reminder(number: int) -> list[LedgerLine]:
    told = ToldOf("n", f"{HOME}/H18-200302-{number:04}", Stage.SUPPLEMENT_OVERDUE, Reason.LISTED, Via.OFFICER)
    moment = at("2020-03-09 08:00")
    return [
        Intent(
            digest="dg",
            recipient="cb",
            stage=told.stage,
            notices=(told,),
            sha256="",
            message_id="",
            subject="",
            at=moment,
        ),
        Outcome(digest="dg", recipient="cb", ending=Ending.ACCEPTED, reply="250", attempt=1, at=moment),
    ]


class Office:
    """The log as others wrote it, and the command as an inspector calls it."""

    def __init__(self, bootstrap: str, topics: Layout) -> None:
        self._topics = topics
        self._producer = KafkaProducer(**direct(bootstrap))
        self._environment = {"DUNGHAN_KAFKA__BOOTSTRAP": bootstrap, "DUNGHAN_KAFKA__PREFIX": topics.prefix}

    def tell(self, *values: bytes, ledger: Sequence[LedgerLine] = ()) -> None:
        for record in taken(values):
            key = record.key or b""
            partition = partition_of(key, self._topics.partitions)
            name = prefixed(self._topics.prefix, EVENTS)
            self._producer.send(name, key=key, value=record.value, partition=partition).get(timeout=20)
        for line in ledger:
            self._producer.send(prefixed(self._topics.prefix, LEDGER), key=b"cb", value=encoded(line)).get(timeout=20)

    def audit(self, *arguments: str) -> Result:
        return CliRunner(env=self._environment).invoke(main, ["audit", "--as-of", AS_OF, *arguments])

    def close(self) -> None:
        self._producer.close()


@pytest.fixture
def office(kafka: str, topics: Layout) -> Iterator[Office]:
    it = Office(kafka, topics)
    yield it
    it.close()


def test_a_clean_log_has_no_finding_and_an_odd_one_is_told_with_its_evidence(office: Office) -> None:
    office.tell(*handled(1), *handled(2, end="2020-03-05 08:01"))
    clean = office.audit("--json")
    assert (clean.exit_code, json.loads(clean.stdout)["dossiers"]) == (0, 2), clean.output
    office.tell(*handled(4, end="2020-03-10 08:00"), *waiting(5), *waiting(6), ledger=reminder(5))
    odd = office.audit("--json", "--period", "2020-03")
    assert odd.exit_code == 3, odd.output
    found = json.loads(odd.stdout)
    assert {(one["dossier"][-4:], one["rule"]) for one in found["findings"]} == {
        ("0004", "R8"),
        ("0005", "R22"),
        ("0006", "R22"),
    }
    assert [(one["rule"], one["note"], one["dossiers"]) for one in found["units"]] == [
        ("R20", "H18-200302: 3", [f"{HOME}/H18-200302-0002", f"{HOME}/H18-200302-0004"]),
        ("R22", "no reminder in the ledger", [f"{HOME}/H18-200302-0006"]),
    ]
    text = office.audit("--lang", "en")
    assert text.exit_code == 3
    assert "gaps in the day's sequence of codes: H18-200302: 3" in text.stdout
    assert office.audit("--period", "someday").exit_code == 2
    office.close()
