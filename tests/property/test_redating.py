"""Laws of changed rules: judged again in any slices, it comes out as if all had been judged again at once."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from deploy.rulebook import load_rulebook
from streams.border import Epoch
from streams.core.calendar import Calendar
from streams.core.editions import Edition, Known, Timetable
from streams.core.moments import Moment, datetime_of, day_on
from streams.core.rulebook import Policy, Rulebook
from streams.core.sessions import CalendarDocument, DayOff
from streams.metrics import RegisterMetrics
from streams.register.entries import PARTITION_KEY, Header, decode_header
from streams.register.register import Register
from tests.sources import Record, at, event, taken

HOUR = 3600
START = at("2020-03-02 08:00")
OLD = load_rulebook()
MORE_OFF = CalendarDocument(
    "2020.toml",
    "2020-v2",
    year=2020,
    confirmed=True,
    days_off=tuple(DayOff(day_on(date(2020, 3, day)), "nghỉ") for day in (4, 5, 12)),
)
NEW = Rulebook("new", Policy("new", due_soon_working_days=1, intake_working_hours=4), Calendar.build([MORE_OFF]))
THIRD = Rulebook("third", Policy("third", due_soon_working_days=3), Calendar.build([]))


class Reference:
    """A reference that is told what to know, and may be told later that it is otherwise."""

    def __init__(self, *editions: Edition) -> None:
        self.known = Timetable(editions, position=len(editions))

    def learn(self, *editions: Edition) -> None:
        self.known = Timetable(editions, position=self.known.position + 1, before=self.known)


def register(reference: Known, size: int) -> Register:
    return Register(0, rules=reference, metrics=RegisterMetrics(CollectorRegistry()), redated=size)


@st.composite
def arrivals(draw: st.DrawFn) -> list[Record]:
    """A log of a few dossiers, with limits that the calendar moves; arrivals only move forward."""
    values, arrived = [], START
    for number in range(draw(st.integers(1, 25))):
        arrived += draw(st.integers(0, 30 * HOUR))
        dossier = f"muongnhe/{draw(st.integers(1, 6))}"
        kinds = ["submitted", "accepted", "accepted", "supplement_requested", "supplement_received", "done"]
        kind = draw(st.sampled_from([*kinds, "transferred"]))
        unit = draw(st.sampled_from("mn"))
        shapes: dict[str, dict[str, Any]] = {"transferred": {"unit": unit}}
        shapes |= {"submitted": {"procedure": "1", "unit": "m"}}
        shapes |= {"accepted": {"procedure": "1", "unit": "m", "limit": f"{draw(st.integers(1, 6))} working days"}}
        it = event(kind, "2020-03-02 08:00", dossier=dossier, id=str(number), **shapes.get(kind, {}))
        it["time"] = it["arrivedtime"] = datetime_of(arrived).isoformat()
        values.append((json.dumps(it).encode(), arrived))
    records = [taken([value], arrived=moment)[0] for value, moment in values]
    return [record._replace(offset=place) for place, record in enumerate(records)]


def decisions(epochs: Sequence[Epoch]) -> list[tuple[str, str, str]]:
    """What was said to people, as a set with repeats: who was told, or told that it no longer holds, and why."""
    found = [json.loads(value or b"") for epoch in epochs for _, value in epoch.outputs.get(("dossier.notices", 0), [])]
    return sorted((line["action"], line["id"], line.get("reason", "")) for line in found)


def state_of(epochs: Sequence[Epoch]) -> dict[bytes, Header]:
    """How every dossier stands at last: without the count of editions, which says when it was written."""
    last = {key: value for epoch in epochs for key, value in epoch.outputs.get(("dossier.state", 0), []) if key}
    return {key: decode_header(value or b"") for key, value in last.items() if key != PARTITION_KEY}


def figures_of(epochs: Sequence[Epoch]) -> dict[bytes, Any]:
    last = {key: value for epoch in epochs for key, value in epoch.outputs.get(("unit.tallies", 0), []) if key}
    cells = {key: json.loads(value or b"").get("cells") for key, value in last.items()}
    return {key: value for key, value in cells.items() if value}


class Run:
    """A partition taken through a log in batches, restarted wherever it is told to be."""

    def __init__(self, log: list[Record], reference: Known, size: int) -> None:
        self.log, self.reference, self.size = log, reference, size
        self.step, self.position = register(reference, size), 0
        self.epochs: list[Epoch] = []

    def go(self, now: Moment, most: int) -> None:
        there = [record for record in self.log[self.position :] if record.timestamp // 1000 <= now]
        batch = there[:most]
        behind = len(batch) < len(there)
        if not batch and behind:
            return
        epoch = self.step.take(batch, now=now, behind=behind) if batch else self.step.tick(now)
        self.position += epoch.taken
        if epoch.outputs:
            self.epochs.append(epoch)

    def restart(self) -> None:
        self.step = register(self.reference, self.size)
        records = [record for epoch in self.epochs for record in epoch.outputs.get(("dossier.state", 0), [])]
        self.step.restore([(key, value) for key, value in records if key is not None])

    def finish(self, now: Moment) -> None:
        while self.position < len(self.log):
            self.go(now, 50)
        while (due := self.step.next_at) is not None and due <= now:
            self.go(now, 50)


@settings(max_examples=80, deadline=None)
@given(arrivals(), st.data())
def test_law_any_slices_and_restarts_decide_what_judging_all_at_once_decides(
    log: list[Record], data: st.DataObject
) -> None:
    first = START + data.draw(st.integers(0, 200 * HOUR), label="first change")
    second = first + data.draw(st.integers(1, 60 * HOUR), label="until the second")
    closed_since = data.draw(st.none() | st.just(START), label="closed since")
    reference = Reference(Edition(0, OLD), Edition(first, NEW, closed_since), Edition(second, THIRD))
    end = START + 500 * HOUR
    sliced, whole = Run(log, reference, 1), Run(log, reference, 10**6)
    now = START
    for _ in range(40):
        now += data.draw(st.integers(0, 10 * HOUR), label="clock")
        sliced.go(now, data.draw(st.integers(0, 4), label="batch"))
        if data.draw(st.integers(0, 5), label="restart") == 0:
            sliced.restart()
    for run in (sliced, whole):
        run.finish(end)
    assert decisions(sliced.epochs) == decisions(whole.epochs)
    assert state_of(sliced.epochs) == state_of(whole.epochs)
    assert figures_of(sliced.epochs) == figures_of(whole.epochs)


@settings(max_examples=40, deadline=None)
@given(arrivals(), st.integers(0, 300 * HOUR))
def test_law_open_dossiers_stand_in_the_end_as_if_the_new_rules_had_always_counted(
    log: list[Record], after: int
) -> None:
    changed = Run(log, Reference(Edition(0, OLD), Edition(START + after, NEW)), 2)
    always = Run(log, Reference(Edition(0, NEW)), 2)
    for run in (changed, always):
        run.finish(START + 500 * HOUR)
    stands, should = state_of(changed.epochs), state_of(always.epochs)
    opened = {key for key, header in should.items() if header.counted and header.counted.closed_on is None}
    assert {key: (stands[key].next_at, stands[key].counted) for key in opened} == {
        key: (should[key].next_at, should[key].counted) for key in opened
    }


@settings(max_examples=40, deadline=None)
@given(arrivals(), st.data())
def test_law_the_same_epoch_lines_give_the_same_bytes_over_a_change(log: list[Record], data: st.DataObject) -> None:
    first = START + data.draw(st.integers(0, 200 * HOUR), label="change")
    reference = Reference(Edition(0, OLD), Edition(first, NEW))
    run, now = Run(log, reference, 2), START
    for _ in range(40):
        now += data.draw(st.integers(0, 10 * HOUR), label="clock")
        run.go(now, data.draw(st.integers(0, 4), label="batch"))
    run.finish(START + 600 * HOUR)
    again, position, repeated = register(reference, 2), 0, []
    for line in lines(run.epochs):
        if line["next_offset"] == -1:
            repeated.append(again.tick(line["clock"]))
            continue
        batch = log[position : position + line["taken"] + bool(line.get("full"))]
        repeated.append(again.take(batch, now=line["clock"], behind=bool(line.get("behind"))))
        position += line["taken"]
    assert [epoch.outputs for epoch in repeated] == [epoch.outputs for epoch in run.epochs]


def lines(epochs: Sequence[Epoch]) -> list[dict[str, Any]]:
    found = [json.loads(value or b"") for epoch in epochs for _, value in epoch.outputs[("dossier.trail", 0)]]
    return [line for line in found if line["line"] == "epoch"]
