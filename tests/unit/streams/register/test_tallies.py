"""A recount of the state against the tallies that were written: what differs is named, and written right."""

import pytest
from msgspec.json import decode, encode
from prometheus_client import CollectorRegistry

from deploy.rulebook import load_rulebook
from streams import topics
from streams.border import Epoch
from streams.core.counting import Cohort
from streams.core.labels import Cause, Label, Verdict
from streams.engine.memory import MemoryEngine, Topics
from streams.engine.plan import StepPlan
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from streams.wire.records import Cell, Tally
from tests.sources import at, sent, taken

RULES, METRICS = load_rulebook(), RegisterMetrics(CollectorRegistry())
NOW = at("2020-03-02 08:00")
RECEIVED = b"0/muongnhe/2020-03-02"
PLACE = (topics.TALLIES.name, 0)


def register(partition: int = 0) -> Register:
    return Register(partition, rules=RULES, metrics=METRICS)


def accepted(number: int) -> bytes:
    facts = {"procedure": "1.001", "unit": "muongnhe", "due_at": "2020-03-09 08:00"}
    return sent("accepted", "2020-03-02 08:00", dossier=f"home/{number}", **facts)


def counted() -> tuple[Register, dict[bytes, bytes]]:
    """Give a register that was restored, and the tallies as they were written before."""
    before, after = register(), register()
    epoch = before.take(taken([accepted(1), accepted(2)], arrived=NOW), now=NOW)
    after.restore((key or b"", value) for key, value in epoch.outputs[topics.STATE.name, 0])
    return after, {key or b"": value or b"" for key, value in epoch.outputs[PLACE]}


def tallies(epoch: Epoch) -> dict[bytes | None, bytes | None]:
    return {key: value for key, value in epoch.outputs[PLACE] if key != b"counted/0"}


def one(partition: int, unit: str) -> bytes:
    """Give a tally of one dossier."""
    cell = Cell(Cohort.RECEIVED, Label.PAUSED, Cause.NONE, Verdict.NONE, "", "", 0, 1)
    return encode(Tally(partition=partition, unit=unit, day="2020-03-02", cells=(cell,)))


def off_by(record: bytes, by: int) -> bytes:
    tally = decode(record)
    tally["cells"][0][-1] += by
    return encode(tally)


def test_what_was_written_is_what_a_restored_register_counts() -> None:
    step, written = counted()
    assert step.compare(written) == []
    assert tallies(step.tick(NOW)) == {}


def test_a_tally_off_by_one_is_named_and_written_right_with_the_next_epoch() -> None:
    step, written = counted()
    right = written[RECEIVED]
    found = step.compare(written | {RECEIVED: off_by(right, -1)})
    assert found == [f"{RECEIVED.decode()}: accepted/open_in_time/none/in_time written 1, counted 2"]
    assert tallies(step.tick(NOW)) == {RECEIVED: right}


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        pytest.param(b"0/nobody/2020-03-02", one(0, "nobody"), "written 1, counted 0", id="a unit that has no dossier"),
        pytest.param(b"1/muongnhe/2020-03-02", one(1, "muongnhe"), "written 1, counted 0", id="another partition's"),
        pytest.param(b"counted/7", b'{"partition":7,"now":1}', "no tally of this key", id="another partition's word"),
        pytest.param(b"0/x/2020-03-02", b"{", "no tally of this key", id="no tally at all"),
        pytest.param(
            b"0/x/2020-03-02", b'{"partition":0,"unit":"y","day":"2020-03-02"}', "it says 0/y", id="misplaced"
        ),
    ],
)
def test_a_key_under_which_nothing_is_counted_is_named_and_deleted(key: bytes, value: bytes, why: str) -> None:
    step, written = counted()
    [found] = step.compare(written | {key: value})
    assert found.startswith(f"{key.decode()}: ")
    assert why in found
    assert tallies(step.tick(NOW)) == {key: None}


def test_a_tally_that_is_missing_is_named_and_written() -> None:
    step, written = counted()
    right = written.pop(RECEIVED)
    [found] = step.compare(written)
    assert "written 0, counted 2" in found
    assert tallies(step.tick(NOW)) == {RECEIVED: right}


def test_a_day_from_which_every_dossier_has_gone_is_no_difference() -> None:
    step, written = counted()
    assert (
        step.compare(written | {b"0/gone/2020-03-02": encode(Tally(partition=0, unit="gone", day="2020-03-02"))}) == []
    )


def test_the_engine_compares_at_every_restore() -> None:
    log, plan = Topics(), StepPlan(topics.EVENTS.name, topics.STATE.name, register, compared=topics.TALLIES.name)
    events = taken([accepted(1)], arrived=NOW)
    log.append((topics.EVENTS.name, 0), [(each.key, each.value) for each in events], now=NOW)
    MemoryEngine(log, (plan,), partitions=1).run(NOW)
    assert MemoryEngine(log, (plan,), partitions=1).differences == []
    right = log.last(*PLACE)[RECEIVED]
    log.append(PLACE, [(RECEIVED, off_by(right, 1))], now=NOW)
    again = MemoryEngine(log, (plan,), partitions=1)
    assert len(again.differences) == 1
    again.run(NOW)
    assert log.last(*PLACE)[RECEIVED] == right
    assert MemoryEngine(log, (plan,), partitions=1).differences == []
