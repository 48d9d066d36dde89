"""What a worker's epochs leave in its log."""

import msgspec
from aiokafka import TopicPartition
from structlog.testing import capture_logs

from streams.border import Epoch
from streams.engine.daybook import Daybook
from streams.topics import EVENTS, NOTICES, REJECTED, TRAIL
from streams.wire import trail
from streams.wire.records import Rejected

HERE = TopicPartition(EVENTS.name, 3)


def epoch(dossier: str = "dienbien.muongnhe/000123") -> Epoch:
    it, chain = Epoch(2, {}), trail.Chain()
    line = trail.Decided(dossier=dossier, stage="overdue", id="ab" * 16, stage_at=1, decided_at=2)
    it.write((TRAIL.name, 3), b"k", chain.add(line))
    it.write((NOTICES.name, 3), b"k", b"what the notice says")
    reason = {"topic": "dossier.inbox", "partition": 1, "offset": 9, "arrived_at": 1, "reason": "bad_time"}
    rejected = msgspec.convert(reason | {"detail": "Giàng Thị Dua", "size": 1, "sha256": "", "value": b"Dua"}, Rejected)
    it.write((REJECTED.name, 1), None, msgspec.json.encode(rejected))
    return it


def test_epochs_are_told_as_sums() -> None:
    book = Daybook()
    with capture_logs() as lines:
        book.committed(HERE, epoch())
        book.turn()
        for _ in range(5):
            book.committed(HERE, epoch())
            book.turn()
        book.close()
    assert [line["event"] for line in lines] == ["epochs", "epochs"]
    assert [(line["epochs"], line["taken"], line["written"]) for line in lines] == [(1, 2, 3), (5, 10, 15)]


def test_each_decision_is_told_where_it_is_asked_for_by_ids_and_codes_alone() -> None:
    with capture_logs() as lines:
        Daybook(detailed=True).committed(HERE, epoch())
    kept = ("log_level", "topic", "partition")
    stage = {"line": "stage", "dossier": "dienbien.muongnhe/000123", "stage": "overdue", "id": "ab" * 16}
    assert [{name: line[name] for name in line if name not in kept} for line in lines] == [
        {"event": "decided", **stage},
        {"event": "decided", "line": "rejected", "reason": "bad_time", "offset": 9},
    ]


def test_a_code_that_is_somebodys_number_is_not_told() -> None:
    with capture_logs() as lines:
        Daybook(detailed=True).committed(HERE, epoch("dienbien.muongnhe/011190012345"))
    assert "011190012345" not in repr(lines)
