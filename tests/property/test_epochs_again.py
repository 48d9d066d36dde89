"""Law: the epoch lines of a run, with its records, run again give the same bytes."""

import json
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from deploy.rulebook import load_rulebook
from streams.border import Epoch
from streams.core.moments import Moment, datetime_of
from streams.metrics import RegisterMetrics
from streams.register.register import Register
from tests.sources import Record, at, event, taken

RULES = load_rulebook()
START = at("2020-03-02 08:00")
HOUR = 3600


@st.composite
def arrivals(draw: st.DrawFn) -> list[Record]:
    """A log of a few dossiers: accepted, perhaps paused or re-dated, done or not; arrivals only move forward."""
    values, arrived = [], START
    for number in range(draw(st.integers(1, 25))):
        arrived += draw(st.integers(0, 30 * HOUR))
        dossier = f"muongnhe/{draw(st.integers(1, 6))}"
        kind = draw(st.sampled_from(["accepted", "supplement_requested", "supplement_received", "done", "transferred"]))
        data = {"accepted": {"procedure": "1", "unit": "m"}, "transferred": {"unit": draw(st.sampled_from("mn"))}}
        it = event(kind, "2020-03-02 08:00", dossier=dossier, id=str(number), **data.get(kind, {}))
        it["time"] = it["arrivedtime"] = text(arrived)
        if kind == "accepted":
            it["data"]["due_at"] = text(arrived + draw(st.integers(0, 120 * HOUR)))
        values.append((json.dumps(it).encode(), arrived))
    records = [taken([value], arrived=moment)[0] for value, moment in values]
    return [record._replace(offset=place) for place, record in enumerate(records)]


def text(moment: Moment) -> str:
    return datetime_of(moment).isoformat()


def register() -> Register:
    return Register(0, rules=RULES, metrics=RegisterMetrics(CollectorRegistry()))


def lines(epochs: list[Epoch]) -> Iterator[dict[str, int]]:
    for epoch in epochs:
        for _, value in epoch.outputs.get(("dossier.trail", 0), []):
            line = json.loads(value or b"")
            if line["line"] == "epoch":
                yield line


@settings(max_examples=60)
@given(arrivals(), st.data())
def test_law_the_same_epoch_lines_give_the_same_bytes(log: list[Record], data: st.DataObject) -> None:
    step, position, now = register(), 0, START
    epochs: list[Epoch] = []
    for _ in range(60):
        now += data.draw(st.integers(0, 20 * HOUR), label="clock")
        there = [record for record in log[position:] if record.timestamp // 1000 <= now]
        batch = there[: data.draw(st.integers(0, 8), label="slice")]
        if batch:
            epoch = step.take(batch, now=now, behind=len(batch) < len(there))
            position += epoch.taken
        else:
            epoch = step.tick(now)
        if epoch.outputs:
            epochs.append(epoch)
    again, position, repeated = register(), 0, []
    for line in lines(epochs):
        if line["next_offset"] == -1:
            repeated.append(again.tick(line["clock"]))
            continue
        batch = log[position : position + line["taken"] + bool(line.get("full"))]
        repeated.append(again.take(batch, now=line["clock"], behind=bool(line.get("behind"))))
        position += line["taken"]
    assert [epoch.outputs for epoch in repeated] == [epoch.outputs for epoch in epochs]


@settings(max_examples=60)
@given(arrivals(), st.data())
def test_law_other_epochs_give_the_same_decisions(log: list[Record], data: st.DataObject) -> None:
    """Decided-at and chain hashes apart, the cuts between epochs change nothing while there is a backlog."""

    def decisions(cuts: list[int]) -> list[tuple[str, str, str]]:
        step, found, position = register(), [], 0
        end = START + 400 * HOUR
        for cut in [*cuts, len(log)]:
            batch = log[position : position + cut]
            while batch:
                epoch = step.take(batch, now=end, behind=position + len(batch) < len(log))
                found.append(epoch)
                position += epoch.taken
                batch = batch[epoch.taken :]
        found.append(step.tick(end))
        return [
            (line["action"], line["id"], line.get("reason", ""))
            for epoch in found
            for _, value in epoch.outputs.get(("dossier.notices", 0), [])
            for line in [json.loads(value or b"")]
        ]

    cuts = data.draw(st.lists(st.integers(1, 7), max_size=10), label="cuts")
    assert decisions(cuts) == decisions([])
