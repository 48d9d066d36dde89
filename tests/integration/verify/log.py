"""A log as the product writes it, to be put on a broker whole, or with one thing wrong in it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

import msgspec
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from prometheus_client import CollectorRegistry

from alerts.core.ledger import Intent, Outcome, Reason, ToldOf
from alerts.core.outbox import Tell
from alerts.core.retry import Ending
from alerts.core.routing import Via
from alerts.ledger import encoded
from deploy.rulebook import load_rulebook
from streams.border import Destination, KeyValue
from streams.core.editions import Known
from streams.core.rulebook import Rulebook
from streams.engine.memory import MemoryEngine, Topics
from streams.engine.plan import StepPlan
from streams.keys import partition_of
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from streams.sockets import direct
from streams.topics import EVENTS, LEDGER, NOTICES, OUTBOX, STATE, prefixed
from streams.wire.records import Notice, NoticeRecord
from tests.sources import at, sent, taken

PARTITIONS = 4
RULES = load_rulebook()
DAYS = ("2020-03-02", "2020-03-03", "2020-03-05", "2020-03-10", "2020-03-12", "2020-03-20")
PEOPLE = 5


def register(partition: int, *, rules: Rulebook | Known = RULES) -> Register:
    return Register(partition, rules=rules, metrics=RegisterMetrics(CollectorRegistry()))


def events_of(day: str, number: int) -> list[bytes]:
    """Return what a few dozen dossiers had happen on a day: new ones, some done, some moved, one paused."""
    begun = [
        sent("accepted", f"{day} 08:{n:02}", dossier=f"muongnhe/{number}{n:03}", procedure="1", unit=f"m{n % 3}",
             officer=f"cb{n % PEOPLE}", due_at=f"2020-03-{4 + n % 15:02} 16:00")
        for n in range(24)
    ]  # fmt: skip
    if not number:
        return begun
    before = number - 1
    done = [sent("done", f"{day} 09:{n:02}", dossier=f"muongnhe/{before}{n:03}", result=True) for n in range(0, 24, 3)]
    moved = [sent("transferred", f"{day} 10:00", dossier=f"muongnhe/{before}001", unit="m2")]
    return [*begun, *done, *moved, sent("supplement_requested", f"{day} 11:00", dossier=f"muongnhe/{before}002")]


def decided(days: int = len(DAYS), *, rules: Rulebook | Known = RULES) -> dict[Destination, list[KeyValue]]:
    """Run so many days through the register, with workers that start again in between; return every topic."""
    topics = Topics()
    plan = StepPlan(EVENTS.name, STATE.name, partial(register, rules=rules))
    engine = MemoryEngine(topics, (plan,), partitions=PARTITIONS)
    for number, day in enumerate(DAYS[:days]):
        for record in taken(events_of(day, number)):
            place = partition_of(record.key or b"", PARTITIONS)
            topics.append((EVENTS.name, place), [(record.key, record.value)], now=record.timestamp // 1000)
        for clock in ("12:00", "17:00"):
            engine.run(at(f"{day} {clock}"))
        if number % 2:
            engine = MemoryEngine(topics, (plan,), partitions=PARTITIONS)
            engine.run(at(f"{day} 17:30"))
    return {place: [(one.key, one.value) for one in records] for place, records in topics.records.items()}


def mailed(topics: dict[Destination, list[KeyValue]]) -> None:
    """Add what a courier would have written: every notice told to its officer in a mail of its own, and accepted."""
    decode = msgspec.json.Decoder(NoticeRecord).decode
    for partition in range(PARTITIONS):
        for _, value in list(topics.get((NOTICES.name, partition), [])):
            notice = decode(value or b"")
            if isinstance(notice, Notice):
                _mail(topics, notice)


def _mail(topics: dict[Destination, list[KeyValue]], notice: Notice) -> None:
    who = notice.officer or "cb0"
    place, key, digest = partition_of(who.encode(), PARTITIONS), who.encode(), f"d{notice.id[:20]}"
    tell = Tell(recipient=who, notice=notice, via=Via.OFFICER)
    told = ToldOf(notice.id, notice.dossier, notice.stage, Reason.LISTED, Via.OFFICER)
    at_ = notice.decided_at
    intent = Intent(digest=digest, recipient=who, stage=notice.stage, notices=(told,), sha256="0" * 64,
                    message_id=f"<{digest}@x>", subject="x", at=at_)  # fmt: skip
    outcome = Outcome(digest=digest, recipient=who, ending=Ending.ACCEPTED, reply="250 ok", attempt=1, at=at_)
    topics.setdefault((OUTBOX.name, place), []).append((key, encoded(tell)))
    topics.setdefault((LEDGER.name, place), []).extend([(key, encoded(intent)), (key, encoded(outcome))])


@dataclass(slots=True)
class Written:
    """A log that can be spoilt before it is put on the broker."""

    topics: dict[Destination, list[KeyValue]] = field(default_factory=dict)

    def somewhere(self, topic: str, wanted: Callable[[bytes, bytes], bool]) -> tuple[Destination, int]:
        """Return where the first record that is wanted stands (not the first of its partition)."""
        for (name, partition), records in self.topics.items():
            for offset, (key, value) in enumerate(records):
                if name == topic and offset and wanted(key or b"", value or b""):
                    return (name, partition), offset
        raise AssertionError(f"nothing like it in {topic}")

    def publish(self, bootstrap: str, prefix: str) -> None:
        """Write it, and let the courier's groups have read everything."""
        names = {f"{prefix}.{topic}" for topic, _ in self.topics}
        with (
            closing(KafkaProducer(**direct(bootstrap), acks="all", linger_ms=20)) as producer,
            ThreadPoolExecutor(len(names) + 1) as together,
        ):
            # The client learns of a new topic in a tenth of a second, and of all that are asked for together likewise.
            list(together.map(producer.partitions_for, names))
            for (topic, partition), records in self.topics.items():
                for key, value in records:
                    producer.send(f"{prefix}.{topic}", key=key, value=value, partition=partition)
            producer.flush()
        for group, read in ((f"{prefix}-route", NOTICES), (f"{prefix}-send", OUTBOX)):
            places = [TopicPartition(prefixed(prefix, read), place) for place in range(PARTITIONS)]
            with closing(KafkaConsumer(**direct(bootstrap), group_id=group, enable_auto_commit=False)) as consumer:
                consumer.assign(places)
                ends = consumer.end_offsets(places)
                consumer.commit({place: OffsetAndMetadata(end, "", -1) for place, end in ends.items()})
