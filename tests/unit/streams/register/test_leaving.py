"""Finished dossiers leave the state by policy and come back when a late event names them."""

import json
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from deploy.rulebook import load_rulebook
from streams.core.editions import Edition
from streams.core.moments import Moment
from streams.core.rulebook import Policy, Rulebook
from streams.engine.memory import MemoryEngine, Topics
from streams.engine.plan import StepPlan
from streams.metrics import RegisterMetrics
from streams.register.entries import Entry
from streams.register.leaving import AT_ONCE
from streams.register.register import Register
from streams.register.stubs import Stub, Traces, stub_in
from streams.topics import EVENTS, STATE, TALLIES, TRAIL
from tests.property.test_leaving import Fixed, Run, rules
from tests.sources import DOSSIER, Record, at, sent, taken

RULES = Rulebook("p", Policy("p", leave_after_days=30), load_rulebook().calendar_for(None))
KEY = DOSSIER.encode()
UNIT = {"procedure": "1.001", "unit": "muongnhe"}
CLOSED = [sent("accepted", "2020-03-02 08:00", due_at="2020-03-09 08:00", **UNIT), sent("done", "2020-03-05 09:00")]
GONE = at("2020-04-04 09:00")
REOPENED = sent("reopened", "2020-05-04 08:00")


class Office:
    """A register in memory, and what it said."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.topics, self.log = Topics(), list[Record]()
        self.begin()

    def begin(self) -> None:
        plan = StepPlan(EVENTS.name, STATE.name, self._register, compared=TALLIES.name, trail=TRAIL.name)
        self.registry = CollectorRegistry()
        self.engine = MemoryEngine(self.topics, (plan,), partitions=1)

    def _register(self, partition: int) -> Register:
        self.step = Register(partition, rules=RULES, metrics=RegisterMetrics(self.registry))
        return self.step

    def hears(self, *sends: bytes, now: Moment, arrived: Moment | None = None) -> list[dict[str, Any]]:
        """Take these in and let time pass; return the lines of the trail but those of the epochs."""
        came, before = taken(sends, arrived=arrived), len(self.topics.records[TRAIL.name, 0])
        self.topics.append((EVENTS.name, 0), [(one.key, one.value) for one in came], now=now)
        self.engine.run(now)
        lines = [json.loads(one.value or b"") for one in self.topics.records[TRAIL.name, 0][before:]]
        return [line for line in lines if line["line"] != "epoch"]

    def kinds(self, *sends: bytes, now: Moment, arrived: Moment | None = None) -> list[str]:
        return [line["line"] for line in self.hears(*sends, now=now, arrived=arrived)]

    def tallies(self) -> dict[bytes, bytes]:
        last = self.topics.last(TALLIES.name, 0)
        return {key: value for key, value in last.items() if not key.startswith(b"counted")}

    def figure(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def office() -> Office:
    """An office whose only dossier has just left."""
    it = Office()
    it.hears(*CLOSED, now=at("2020-03-06 08:00"))
    return it


def left(office: Office) -> bytes:
    return office.topics.last(STATE.name, 0)[KEY]


def test_it_leaves_on_its_day_and_is_counted_as_before(office: Office) -> None:
    before, packed = office.tallies(), left(office)
    assert office.kinds(now=GONE - 1) == []
    (line,) = office.hears(now=GONE)
    expected = {"line": "left", "dossier": DOSSIER, "label": "closed_early", "events": 2, "decided_at": GONE}
    assert {name: line[name] for name in expected} == expected
    assert office.step.kept == {"whole": 0, "left": 1}
    assert office.step.entry(KEY) is None
    assert office.tallies() == before
    assert len(left(office)) < len(packed)
    assert office.figure("dunghan_dossiers_left_total") == 1


@pytest.mark.parametrize(("first", "then"), [(3650, 30), (10, 30)], ids=["sooner", "later"])
def test_it_leaves_by_the_policy_that_counts_then_whichever_counted_when_it_was_closed(first: int, then: int) -> None:
    turn = at("2020-03-12 08:00")
    run = Run(taken(CLOSED), Fixed(Edition(0, rules(first)), Edition(turn, rules(then, version="two"))))
    run.finish(GONE - 1)
    assert run.step.kept == {"whole": 1, "left": 0}
    run.finish(GONE)
    assert run.step.kept == {"whole": 0, "left": 1}


def test_whoever_left_does_not_leave_again_and_a_worker_that_starts_again_knows_it(office: Office) -> None:
    office.kinds(now=GONE)
    office.begin()
    assert office.engine.differences == []
    assert office.step.kept == {"whole": 0, "left": 1}
    assert office.kinds(now=GONE + 10**8) == []
    assert office.step.next_at is None


def test_a_redelivery_is_known_without_a_return(office: Office) -> None:
    office.kinds(now=GONE)
    stub = left(office)
    (line,) = office.hears(CLOSED[1], now=GONE + 60, arrived=GONE + 50)
    assert (line["line"], line["fate"]) == ("event", "repeat")
    assert left(office) == stub
    assert office.step.needs(taken([CLOSED[1]], arrived=GONE + 50)) == []


def test_a_late_event_brings_it_back_as_it_was(office: Office) -> None:
    entry = office.step.entry(KEY)
    assert entry is not None
    office.kinds(now=GONE)
    office.begin()
    lines = office.hears(REOPENED, now=at("2020-05-04 08:00"))
    assert [line["line"] for line in lines][:3] == ["event", "came_back", "label"]
    assert lines[1]["fate"] == "new"
    assert office.step.kept == {"whole": 1, "left": 0}
    back = office.step.entry(KEY)
    assert back is not None
    assert back.dossier.lines.count == 3
    assert back.offsets == entry.offsets + (2).to_bytes(5)
    assert office.figure("dunghan_dossiers_returned_total", outcome="whole") == 1


def test_a_repeat_that_arrived_earlier_than_was_known_brings_it_back_too() -> None:
    """When we learned of the closing counts; its day to leave has passed, so it leaves again at once."""
    office = Office()
    office.hears(*CLOSED, now=at("2020-03-20 08:00"), arrived=at("2020-03-20 08:00"))
    office.kinds(now=at("2020-05-01 08:00"))
    assert office.step.kept["left"] == 1
    lines = office.hears(CLOSED[1], now=at("2020-05-02 08:00"), arrived=at("2020-03-05 10:00"))
    assert [line["line"] for line in lines] == ["event", "came_back", "left"]
    assert [line["fate"] for line in lines[:2]] == ["repeat", "repeat"]
    assert stub_in(left(office)).offsets == (0, 1, 2)
    assert stub_in(left(office)).events == 2


def test_a_repeat_between_that_changes_nothing_leaves_it_where_it_is(office: Office) -> None:
    office.kinds(now=GONE)
    stub = left(office)
    lines = office.hears(CLOSED[0], now=GONE + 60, arrived=at("2020-03-02 09:00"))
    assert [(line["line"], line.get("fate")) for line in lines] == [("event", "repeat")]
    assert left(office) == stub
    assert office.step.kept["left"] == 1


def test_one_that_leaves_just_before_the_event_waits_for_the_next_epoch(office: Office) -> None:
    """The clock comes to both at once: who leaves on the way has not been asked for."""
    epochs = office.topics.records[TRAIL.name, 0]
    before = len(epochs)
    lines = office.kinds(REOPENED, now=at("2020-05-04 08:00"))
    assert lines[:4] == ["left", "event", "came_back", "label"]
    said = [json.loads(one.value or b"") for one in epochs[before:]]
    taken_in = [(line["taken"], line.get("full", False)) for line in said if line["line"] == "epoch"]
    assert taken_in[:2] == [(0, True), (1, False)]


def spoilt(office: Office, offset: int, value: bytes | None) -> None:
    records = office.topics.records[EVENTS.name, 0]
    records[offset] = type(records[offset])(offset, 0, KEY, value)


@pytest.mark.parametrize("value", [b"rubbish", taken([sent("done", "2020-03-05 09:30")])[0].value])
def test_where_its_records_are_not_what_they_were_the_trail_says_so_and_what_stands_stays(
    office: Office, value: bytes
) -> None:
    office.kinds(now=GONE)
    before, stub = office.tallies(), left(office)
    spoilt(office, 1, value)
    (line,) = office.hears(REOPENED, now=at("2020-05-04 08:00"))
    assert (line["line"], line["dossier"], line["offset"]) == ("cannot_come_back", DOSSIER, 2)
    assert office.tallies() == before
    assert left(office) == stub
    assert office.figure("dunghan_dossiers_returned_total", outcome="unreadable") == 1
    assert office.kinds(sent("accepted", "2020-05-04 08:00", dossier="m/2", **UNIT), now=at("2020-05-04 09:00"))


def test_a_record_that_is_gone_is_named() -> None:
    step = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))
    step.take(taken(CLOSED), now=GONE, behind=False)
    assert step.kept["left"] == 1
    late = [one._replace(offset=2) for one in taken([REOPENED])]
    assert step.needs(late) == [0, 1]
    step.give_back(taken(CLOSED)[:1])
    epoch = step.take(late, now=at("2020-05-04 08:00"), behind=False)
    (line, _) = [json.loads(value or b"") for _, value in epoch.outputs[TRAIL.name, 0]]
    assert (line["line"], line["reason"]) == ("cannot_come_back", "the record at offset 1 is gone")


def test_nobody_leaves_of_whom_it_is_not_known_where_all_records_stand(office: Office) -> None:
    entry = office.step.entry(KEY)
    assert entry is not None
    older = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))
    entry.offsets, entry.leaving, entry.next_at = b"", False, None
    older.restore([(KEY, entry.packed())])
    epoch = older.take([one._replace(offset=2) for one in taken([sent("returned", "2020-03-10 08:00")])],
                       now=GONE * 2, behind=False)  # fmt: skip
    assert older.kept == {"whole": 1, "left": 0}
    assert epoch.taken == 1


def test_so_many_come_back_in_one_epoch_and_no_more() -> None:
    step = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))
    names = [f"m/{number:03}" for number in range(AT_ONCE + 1)]
    closed = taken([sent("stopped", "2020-03-05 09:00", dossier=name) for name in names])
    step.take(closed, now=GONE * 2, behind=False)
    assert step.kept["left"] == len(names)
    late = taken([sent("reopened", "2020-05-04 08:00", dossier=name) for name in names], arrived=GONE * 2)
    late = [one._replace(offset=len(names) + place) for place, one in enumerate(late)]
    step.give_back([closed[offset] for offset in step.needs(late)])
    assert step.take(late, now=GONE * 2, behind=False).taken == AT_ONCE


def test_what_must_not_be_taken_asks_for_nothing(office: Office) -> None:
    step = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()), skipped={2})
    step.take(taken(CLOSED), now=GONE, behind=False)
    (late,) = taken([REOPENED])
    assert step.needs([late._replace(offset=2)]) == []
    assert step.needs([late._replace(offset=3, value=b"rubbish")]) == []
    assert step.needs([late._replace(offset=3, key=b"m/9")]) == []


def test_a_stub_that_cannot_be_read_is_built_again_from_the_log_and_leaves_again(office: Office) -> None:
    office.kinds(now=GONE)
    good = left(office)
    step = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))
    step.restore([*((one.key or b"", one.value) for one in office.topics.records[STATE.name, 0]), (KEY, good[:20])])
    assert step.corrupt == {KEY}
    assert step.kept["left"] == 0
    step.rebuild(office.topics.records[EVENTS.name, 0])
    assert step.compare(office.tallies()) == []
    epoch = step.tick(GONE)
    assert dict(epoch.outputs[STATE.name, 0])[KEY] == good


def test_traces_that_cannot_be_are_no_stub(office: Office) -> None:
    office.kinds(now=GONE)
    stub = stub_in(left(office))
    for traces in (Traces(b"", b"", 0), Traces(bytes(7), bytes(5), 0), Traces(bytes(8), b"\x80", 0)):
        with pytest.raises(ValueError, match="no traces"):
            stub_in(msgspec.structs.replace(stub, traces=traces).packed())


def test_a_rebuild_passes_over_what_could_not_be_taken() -> None:
    step = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()), skipped={3})
    step.restore([(KEY, b"rubbish")])
    records = [*taken(CLOSED), Record(2, 0, KEY, b"rubbish"), taken([REOPENED])[0]._replace(offset=3)]
    step.rebuild(records)
    entry = step.entry(KEY)
    assert isinstance(entry, Entry)
    assert entry.dossier.lines.count == 2


def test_of_what_a_slow_cluster_has_given_nothing_is_asked_again() -> None:
    """Else a cluster that cannot give all in its time is asked for ever, and the partition stands."""
    step = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))
    step.take(taken(CLOSED), now=GONE, behind=False)
    late = [one._replace(offset=2) for one in taken([REOPENED])]
    assert step.needs(late) == [0, 1]
    step.give_back(taken(CLOSED)[:1])
    assert step.needs(late) == [1]
    step.give_back(taken(CLOSED)[1:])
    assert step.needs(late) == []
    epoch = step.take(late, now=at("2020-05-04 08:00"), behind=False)
    lines = [json.loads(value or b"")["line"] for _, value in epoch.outputs[TRAIL.name, 0]]
    assert "came_back" in lines
    assert step.kept == {"whole": 1, "left": 0}


@pytest.mark.parametrize("offsets", [(0,), (0, 1, 127, 255), (128, 129, 16_511, 3_000_000), (2**39, 2**40 - 1)])
def test_a_stub_says_where_its_records_stand(offsets: tuple[int, ...]) -> None:
    step = Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))
    step.take(taken(CLOSED), now=at("2020-03-06 08:00"))
    entry = step.entry(KEY)
    assert entry is not None
    entry.offsets = b"".join(offset.to_bytes(5) for offset in offsets)
    assert stub_in(Stub.of(entry).packed()).offsets == offsets
